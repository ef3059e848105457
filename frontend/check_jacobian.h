#pragma once
// The types of second derivatives and of derivatives of tensors: `jacobian y wrt x` has the axes of y in
// front of those of x, `hessian s wrt x` those of x twice.

#include "frontend/check_value.h"

namespace dp::checker {

/// A tuple for each tuple among the two; for a struct or layer x a stack of them. Reports what has none.
std::optional<typed::Type> jacobian_type(Body& body, const typed::Type& of, const typed::Type& wrt,
                                         Span span);
std::optional<typed::Type> hessian_type(Body& body, const typed::Type& wrt, Span span);

}  // namespace dp::checker
