#pragma once
// Stacked structs and layers, `Camera[n]`, `Block(d, h)[depth]`: one of the copies is that part of every
// leaf.

#include "frontend/check_expr.h"

namespace dp::checker {

/// The type of one copy of the first axis of stacked structs or layers; nothing for other types.
std::optional<typed::Type> copy_type(const typed::Type& type);

/// The copy at an integer position that is known to lie in the axis.
Value copy_at(Value object, typed::ExprPtr position, Span span);

/// `cams[i]`, `grid[i, j]`: a constant position out of range is reported.
Value index_copies(Body& body, Value object, const ast::Index& index, Span span);

/// `[a, b]` of structs of one type: a stack of them, field by field.
Value stack_structs(Body& body, std::vector<Value> parts, Span span);

}  // namespace dp::checker
