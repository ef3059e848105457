#pragma once
// Broadcasting that never guesses: the axes of the smaller shape must fit into the larger in exactly one way
// that keeps their order. `..` is one opaque run that equals only itself.

#include "frontend/check_value.h"

namespace dp::checker {

/// The shape that all operands of an elementwise operation are repeated to. Reports where there is none;
/// `what` is the operation as the user wrote it.
std::optional<typed::TensorShape> common_shape(Body& body, const std::vector<Value>& operands, Span span,
                                               std::string_view what);

/// The value repeated to `shape`, which `common_shape` gave; scalars stay as they are.
typed::ExprPtr spread(Body& body, typed::ExprPtr value, const typed::TensorShape& shape);

}  // namespace dp::checker
