// `if` with conditions on dimensions and constants: both branches are checked, `build` takes the one that
// holds.

#include <algorithm>

#include "frontend/check_expr.h"
#include "frontend/check_functions.h"
#include "frontend/check_notes.h"
#include "frontend/check_numbers.h"
#include "frontend/check_proof.h"

namespace dp::checker {
namespace {

/// Made of literals, dimensions, constants and layer arguments alone.
bool known_at_compile_time(const typed::Expr& expression) {
  if (const auto* node = std::get_if<typed::PointExpr>(&expression.node)) {
    for (const typed::ExprPtr& each : node->operands) {
      if (!known_at_compile_time(*each)) return false;
    }
    return true;
  }
  if (const auto* node = std::get_if<typed::ConvertExpr>(&expression.node))
    return known_at_compile_time(*node->value);
  return std::holds_alternative<typed::NumberExpr>(expression.node) ||
         std::holds_alternative<typed::DimExpr>(expression.node) ||
         std::holds_alternative<typed::ArgumentExpr>(expression.node) ||
         std::holds_alternative<typed::ConstantExpr>(expression.node);
}

/// The condition, one bool known at compile time.
typed::ExprPtr check_condition(Body& body, const ast::Expr& expression) {
  Value condition = check_expr(body, expression);
  if (!condition) return nullptr;
  const auto* type = as_tensor(condition.type());
  if (!type || type->scalar != typed::Scalar::boolean || !type->shape.is_scalar()) {
    body.report(diagnose(diag::NotACondition, expression.span, text(condition.type())));
    return nullptr;
  }
  if (!known_at_compile_time(*condition.expr)) {
    body.report(diagnose(diag::ConditionAtRunTime, expression.span).fix("where(condition, a, b)"));
    return nullptr;
  }
  return std::move(condition.expr);
}

/// What a condition on dimensions says where it holds: `n == 1`, `k <= n`.
void learn(Body& body, const typed::Expr& condition) {
  const auto* node = std::get_if<typed::PointExpr>(&condition.node);
  if (node == nullptr) return;
  if (node->op == Op::and_) {
    for (const typed::ExprPtr& each : node->operands) learn(body, *each);
    return;
  }
  if (node->operands.size() != 2) return;
  const auto side = [](const typed::Expr& each) -> std::optional<Dim> {
    if (const auto* dim = std::get_if<typed::DimExpr>(&each.node)) return dim->value;
    const auto number = literal_integer(each);
    return number ? std::optional(Dim(*number)) : std::nullopt;
  };
  const auto left = side(*node->operands[0]), right = side(*node->operands[1]);
  if (!left || !right) return;
  if (node->op == Op::eq) assume_equal(body, *left, *right);
  if (node->op == Op::le) assume_at_most(body, *left, *right);
  if (node->op == Op::lt) assume_at_most(body, *left + Dim(1), *right);
}

/// What is known where a comparison does not hold.
void learn_opposite(Body& body, const typed::Expr& condition) {
  const auto* node = std::get_if<typed::PointExpr>(&condition.node);
  if (node == nullptr || node->operands.size() != 2) return;
  const auto* left = std::get_if<typed::DimExpr>(&node->operands[0]->node);
  const auto* right = std::get_if<typed::DimExpr>(&node->operands[1]->node);
  const auto left_number = literal_integer(*node->operands[0]),
             right_number = literal_integer(*node->operands[1]);
  if ((!left && !left_number) || (!right && !right_number)) return;
  const Dim a = left ? left->value : Dim(*left_number), b = right ? right->value : Dim(*right_number);
  if (node->op == Op::lt) assume_at_most(body, b, a);
  if (node->op == Op::le) assume_at_most(body, b + Dim(1), a);
}

bool same_types(Body& body, std::vector<Value>& values, Span span) {
  std::vector<Value*> tensors;
  for (Value& each : values) {
    if (as_tensor(each.type())) tensors.push_back(&each);
  }
  const bool numbers =
      tensors.size() == values.size() && std::all_of(values.begin(), values.end(), [](const Value& each) {
        const auto scalar = as_tensor(each.type())->scalar;
        return is_real(scalar) || is_integer(scalar);
      });
  if (numbers && !unify(body, tensors, Numbers::any, span, "if")) return false;
  for (const Value& each : values) {
    if (agree(body, each.type(), values.front().type())) continue;
    body.report(diagnose(diag::BranchMismatch, each.span(), text(values.front().type()), text(each.type()))
                    .label(values.front().span(), text(values.front().type())));
    return false;
  }
  return true;
}

}  // namespace

Value check_if(Body& body, const ast::If& conditional, Span span) {
  std::vector<typed::ExprPtr> conditions;
  std::vector<Value> values;
  bool fine = true;
  const Facts before = body.facts;
  Facts otherwise = before;
  for (const ast::IfBranch& branch : conditional.branches) {
    typed::ExprPtr condition = check_condition(body, *branch.condition);
    fine = fine && condition;
    if (condition) learn(body, *condition);
    values.push_back(check_block(body, branch.body));
    fine = fine && values.back();
    body.facts = otherwise;
    if (condition) learn_opposite(body, *condition);
    otherwise = body.facts;
    conditions.push_back(std::move(condition));
  }
  if (conditional.otherwise) {
    values.push_back(check_block(body, *conditional.otherwise));
    fine = fine && values.back();
  }
  body.facts = before;
  if (!fine || !same_types(body, values, span)) return {};
  typed::IfExpr node;
  typed::Type type = values.front().type();
  if (!conditional.otherwise) type = {typed::NothingType{}};
  for (std::size_t k = 0; k < conditions.size(); ++k) {
    node.branches.emplace_back(std::move(conditions[k]), std::move(values[k].expr));
  }
  if (conditional.otherwise) node.otherwise = std::move(values.back().expr);
  return {make(std::move(type), span, std::move(node)), Open::no};
}

}  // namespace dp::checker
