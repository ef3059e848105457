#pragma once
// What a statement or an expression of the loop IR is made of, in one place: for whatever walks over loops
// and does not care which kind of statement it meets (names, verification, sharing of expressions, counting).

#include <span>
#include <type_traits>

#include "ir/loops.h"

namespace dp::loops {

/// Calls `f(expr)` for each expression that stands in the statement itself, not in a body that it owns. A
/// reduction's terms and a product's factors count as its own. Of a mutable statement `f` may change them.
template <class Statement, class F>
void each_expression(Statement& statement, F f) {
  std::visit(
      [&](auto& s) {
        using S = std::remove_cvref_t<decltype(s)>;
        if constexpr (std::is_same_v<S, Let>) {
          f(s.expr);
        } else if constexpr (std::is_same_v<S, Store>) {
          f(s.index);
          f(s.expr);
        } else if constexpr (std::is_same_v<S, Reduce>) {
          for (auto& term : s.terms) {
            f(term.x);
            if (term.y) f(*term.y);
          }
        } else if constexpr (std::is_same_v<S, Matmul>) {
          f(s.x);
          f(s.y);
        } else if constexpr (std::is_same_v<S, If>) {
          f(s.condition);
        } else if constexpr (std::is_same_v<S, Check>) {
          f(s.condition);
          for (auto& value : s.values) f(value);
        } else if constexpr (std::is_same_v<S, Print>) {
          for (auto& value : s.values) f(value);
        }
      },
      statement.node);
}

/// The body that a statement owns: a loop's, a reduction's, a product's epilogue, a condition's; null where
/// none.
template <class Statement>
auto body_of(Statement& statement) -> std::conditional_t<std::is_const_v<Statement>, const Body*, Body*> {
  using Pointer = std::conditional_t<std::is_const_v<Statement>, const Body*, Body*>;
  return std::visit(
      [](auto& s) -> Pointer {
        using S = std::remove_cvref_t<decltype(s)>;
        if constexpr (std::is_same_v<S, For> || std::is_same_v<S, Reduce>) {
          return &s.body;
        } else if constexpr (std::is_same_v<S, Matmul>) {
          return &s.epilogue;
        } else if constexpr (std::is_same_v<S, If>) {
          return &s.then;
        } else {
          return nullptr;
        }
      },
      statement.node);
}

/// The loop variables that a statement binds in its body and in its own expressions.
std::vector<VariableId> variables_bound(const Stmt& statement);
/// The values that a statement gives to the statements behind it.
std::vector<ValueId> values_given(const Stmt& statement);
/// The value that only the statement's body sees: a product's accumulator.
std::optional<ValueId> value_inside(const Stmt& statement);
/// The expressions that an expression is made of directly.
std::span<const ExprId> parts(const Expr& expr);

/// The scalar type that a pointwise op gives for operands of these types; of `convert` it is not told by
/// them.
Dtype result_dtype(Op op, const std::vector<Dtype>& operands);

/// "sum", "multiply_add", …; "lanes", …; "parallel", …; "input", …: the words of the text.
std::string_view name(Combine combine);
std::string_view name(ReduceOrder order);
std::string_view name(LoopKind kind);
std::string_view name(Place place);

}  // namespace dp::loops
