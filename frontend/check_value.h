#pragma once
// What checking an expression gives: a typed expression whose scalar type may still be open, as that of the
// literal `3` is until its context asks for a real; and the small makers of typed expressions that all checks
// share. A value without an expression is poisoned: its error has been told, and whoever meets it stays
// silent.

#include <utility>

#include "frontend/check_body.h"
#include "frontend/typed.h"

namespace dp::checker {

/// How far the scalar type may still be chosen: literals and dimensions, and arithmetic on nothing but them.
enum class Open : std::uint8_t { no, integer, real };

struct Value {
  typed::ExprPtr expr;
  Open open = Open::no;

  explicit operator bool() const { return expr != nullptr; }
  const typed::Type& type() const { return expr->type; }
  Span span() const { return expr->span; }
};

template <class Node>
typed::ExprPtr make(typed::Type type, Span span, Node node) {
  auto result = std::make_unique<typed::Expr>();
  result->type = std::move(type);
  result->span = span;
  result->node = std::move(node);
  return result;
}

template <class... Expressions>
std::vector<typed::ExprPtr> list(Expressions... expressions) {
  std::vector<typed::ExprPtr> result;
  (result.push_back(std::move(expressions)), ...);
  return result;
}

typed::Type tensor(typed::Scalar scalar, typed::TensorShape shape = {});
const typed::TensorType* as_tensor(const typed::Type& type);
/// The tensor type of an expression that is known to have one.
typed::TensorType& tensor_of(typed::Expr& expression);

bool is_real(typed::Scalar scalar);     // real, f32, f64, bf16
bool is_integer(typed::Scalar scalar);  // i32, i64
/// A tensor of reals, a tuple, struct or layer with some real leaf, or a function that gives such.
bool holds_reals(const typed::Type& type);

typed::ExprPtr point(Op op, typed::Type type, Span span, std::vector<typed::ExprPtr> operands);
typed::ExprPtr number(double value, typed::Scalar scalar, Span span);
typed::ExprPtr integer(std::int64_t value, Span span);
typed::ExprPtr convert(typed::ExprPtr value, typed::Scalar scalar);
/// A copy of a closed expression of numbers, dimensions, constants and arithmetic on them.
typed::ExprPtr copy_closed(const typed::Expr& expression);
/// Reads a variable; it counts as read.
typed::ExprPtr use(Body& body, typed::VariableId variable, Span span);

/// Gives an open value the scalar type that the context asks for. Integers out of range of i32 are reported.
void settle(Body& body, Value& value, typed::Scalar scalar);
/// The whole number that a literal is, `-3` included.
std::optional<std::int64_t> literal_integer(const typed::Expr& expression);

}  // namespace dp::checker
