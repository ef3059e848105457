#pragma once
// Dimensions as they are written: from syntax to `Dim`, with the names that are in scope. In a signature a
// new name is a new dimension of the function.

#include <optional>

#include "frontend/check_body.h"

namespace dp::checker {

/// How `/` divides: exactly in shapes, rounding down in values.
enum class Division : std::uint8_t { exact, floor };

/// The dimension that an expression in a shape means; reports what is none.
std::optional<Dim> check_dim(Body& body, const ast::Expr& expression);
/// The dimension that a value is, where it is made of literals and dimension names alone; says nothing else.
std::optional<Dim> try_dim(Body& body, const ast::Expr& expression, Division division = Division::floor);
/// `[.., n, 2*d]`.
std::optional<typed::TensorShape> check_shape(Body& body, const ast::DimList& list);
/// A list of sizes as an argument: `zeros([n, d])`, or one size.
std::optional<Shape> check_shape_argument(Body& body, const ast::Expr& expression);

/// The dimension that a name means in this body: its own, the layer's, a declared one or a constant.
/// The dimension that is declared as `hidden` in this file, or `gpt.hidden` in another.
std::optional<Dim> declared_dim(Body& body, Entry& entry, const std::string& name);
std::optional<Dim> find_dim(Body& body, const std::string& name);

}  // namespace dp::checker
