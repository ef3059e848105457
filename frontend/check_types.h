#pragma once
// Types as they are written: from syntax to typed::Type, and what becomes of a callee's types at a call.

#include <optional>

#include "frontend/check_body.h"

namespace dp::checker {

std::optional<typed::Type> check_type(Body& body, const ast::TypeExpr& type);

/// A callee's dimension, shape or type in the caller's terms.
Dim substitute(const Dim& dim, const typed::Instance& instance);
typed::TensorShape substitute(const typed::TensorShape& shape, const typed::Instance& instance);
typed::Type substitute(const typed::Type& type, const typed::Instance& instance);

/// The number of elements of a shape; that of `..` is `typed::pack_count`.
Dim element_count(const typed::TensorShape& shape);

/// The type with these axes in front of those of every leaf: stacked structs and layers, longer tensors.
typed::Type with_axes(typed::Type type, const typed::TensorShape& axes);

/// The type of a field of a value of struct or layer type, in the terms of that type's arguments.
typed::Type field_type(const typed::Type& object, std::size_t field);
/// The fields of a struct or layer type; null for others.
const std::vector<typed::FieldDeclaration>* fields_of(const typed::Type& type);

}  // namespace dp::checker
