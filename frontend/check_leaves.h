#pragma once
// Comparisons of structs, tuples and layers: one bool, true where all leaves are equal.

#include "frontend/check_value.h"

namespace dp::checker {

/// Whether all leaves of the type are real tensors, so that it can be scaled and added up.
bool all_real(const typed::Type& type);

/// `a == b`, `a != b`, `a ~= b` of two values of one type that are no tensors.
Value compare_leaves(Body& body, ast::BinaryOp op, Value left, Value right, Span span);

}  // namespace dp::checker
