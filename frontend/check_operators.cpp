#include "frontend/check_operators.h"

#include <algorithm>

#include "frontend/check_broadcast.h"
#include "frontend/check_expr.h"
#include "frontend/check_leaves.h"
#include "frontend/check_notes.h"
#include "frontend/check_numbers.h"
#include "frontend/check_proof.h"
#include "ir/op.h"
#include "support/assert.h"

namespace dp::checker {

using typed::Scalar;

std::string_view sign_of(ast::BinaryOp op) {
  using ast::BinaryOp;
  switch (op) {
    case BinaryOp::add: return "+";
    case BinaryOp::subtract: return "-";
    case BinaryOp::multiply: return "*";
    case BinaryOp::divide: return "/";
    case BinaryOp::remainder: return "%";
    case BinaryOp::matmul: return "@";
    case BinaryOp::power: return "^";
    case BinaryOp::range: return "..";
    case BinaryOp::equal: return "==";
    case BinaryOp::not_equal: return "!=";
    case BinaryOp::less: return "<";
    case BinaryOp::less_equal: return "<=";
    case BinaryOp::greater: return ">";
    case BinaryOp::greater_equal: return ">=";
    case BinaryOp::close: return "~=";
    case BinaryOp::and_: return "and";
    case BinaryOp::or_: return "or";
  }
  return "";
}

namespace {

Numbers numbers_of(TypeClass types) {
  switch (types) {
    case TypeClass::real:
    case TypeClass::test: return Numbers::reals;
    case TypeClass::integer: return Numbers::integers;
    case TypeClass::compare: return Numbers::compared;
    case TypeClass::logic: return Numbers::bools;
    default: return Numbers::any;
  }
}

bool gives_bool(TypeClass types) {
  return types == TypeClass::test || types == TypeClass::compare || types == TypeClass::logic;
}

std::vector<Value*> pointers(std::vector<Value>& values) {
  std::vector<Value*> result;
  for (Value& each : values) result.push_back(&each);
  return result;
}

bool all_present(const std::vector<Value>& values) {
  return std::all_of(values.begin(), values.end(), [](const Value& each) { return bool(each); });
}

/// Structs, layers and tuples of one type, or one of them with a real scalar.
Value leaf_by_leaf(Body& body, Op op, Value left, Value right, Span span, std::string_view what) {
  const auto is_scalar = [](const Value& value) {
    const auto* leaf = as_tensor(value.type());
    return leaf && leaf->shape.is_scalar() && (is_real(leaf->scalar) || value.open != Open::no);
  };
  const bool scaled =
      is_scalar(left) != is_scalar(right) && (op == Op::mul || (op == Op::div && is_scalar(right)));
  const bool combined = (op == Op::add || op == Op::sub) && agree(body, left.type(), right.type());
  const bool reals = all_real(left.type()) && all_real(right.type());
  if ((!scaled || !all_real((is_scalar(left) ? right : left).type())) && !(combined && reals)) {
    body.report(with_origins(
        diagnose(diag::LeavesDoNotFit, span, std::string(what), text(left.type()), text(right.type())), body,
        {left.type(), right.type()}));
    return {};
  }
  settle(body, left, Scalar::real);
  settle(body, right, Scalar::real);
  typed::Type type = as_tensor(left.type()) ? right.type() : left.type();
  return {point(op, std::move(type), span, list(std::move(left.expr), std::move(right.expr))), Open::no};
}

Op op_of(ast::BinaryOp op) {
  using ast::BinaryOp;
  switch (op) {
    case BinaryOp::add: return Op::add;
    case BinaryOp::subtract: return Op::sub;
    case BinaryOp::multiply: return Op::mul;
    case BinaryOp::divide: return Op::floor_div;  // or `div`, when the operands are known
    case BinaryOp::remainder: return Op::mod;
    case BinaryOp::equal: return Op::eq;
    case BinaryOp::not_equal: return Op::ne;
    case BinaryOp::less:
    case BinaryOp::greater: return Op::lt;
    case BinaryOp::less_equal:
    case BinaryOp::greater_equal: return Op::le;
    case BinaryOp::and_: return Op::and_;
    case BinaryOp::or_: return Op::or_;
    default: DP_ASSERT(false, "`{}` is no elementwise operator", sign_of(op));
  }
  return Op::add;
}

Value negated(Body& body, Value operand, Span span) {
  if (!as_tensor(operand.type())) {
    typed::Type type = operand.type();
    return {point(Op::neg, std::move(type), span, list(std::move(operand.expr))), Open::no};
  }
  if (auto* literal = std::get_if<typed::NumberExpr>(&operand.expr->node)) {
    if (auto* real = std::get_if<double>(&literal->value))
      *real = -*real;
    else if (auto* whole = std::get_if<std::int64_t>(&literal->value))
      *whole = -*whole;
    operand.expr->span = span;
    if (!std::holds_alternative<bool>(literal->value)) return operand;
  }
  std::vector<Value> operands;
  operands.push_back(std::move(operand));
  return pointwise(body, Op::neg, std::move(operands), span, "-");
}

/// Where a loop or branch in the left operand rebinds what the right one may read: the left is computed
/// first, though `a > b` stands as `b < a`.
Value in_order(Body& body, ast::BinaryOp op, Value left, Value right, Span span) {
  settle_by_itself(left);
  const typed::VariableId first = body.add_variable("", left.type(), span);
  body.notes[first].definition = left.expr.get();
  typed::BlockExpr block;
  block.statements.push_back({span, typed::LetStatement{first, std::move(left.expr)}});
  Value result = arithmetic(body, op, {use(body, first, span), Open::no}, std::move(right), span);
  if (!result) return {};
  typed::Type type = result.type();
  block.value = std::move(result.expr);
  return {make(std::move(type), span, std::move(block)), Open::no};
}

}  // namespace

Value pointwise(Body& body, Op op, std::vector<Value> operands, Span span, std::string_view what) {
  if (!all_present(operands)) return {};
  const TypeClass types = info(op).types;
  // `/`: real division of reals, floor division of integers; of open operands it may still become either.
  const bool divides = op == Op::floor_div && what == "/";
  if (!unify(body, pointers(operands), divides ? Numbers::any : numbers_of(types), span, what)) return {};
  const auto shape = common_shape(body, operands, span, what);
  if (!shape) return {};
  const Scalar scalar = as_tensor(operands.front().type())->scalar;
  if (divides && is_real(scalar)) op = Op::div;
  const bool is_settled = gives_bool(types) || (types == TypeClass::integer && !divides);
  Open open = is_settled ? Open::no : operands.front().open;
  std::vector<typed::ExprPtr> spreaded;
  for (Value& each : operands) {
    if (each.open == Open::no) open = Open::no;
    spreaded.push_back(spread(body, std::move(each.expr), *shape));
  }
  typed::Type type = tensor(gives_bool(types) ? Scalar::boolean : scalar, *shape);
  return {point(op, std::move(type), span, std::move(spreaded)), open};
}

Value arithmetic(Body& body, ast::BinaryOp op, Value left, Value right, Span span) {
  if (!left || !right) return {};
  const bool leaves = !as_tensor(left.type()) || !as_tensor(right.type());
  Op eval = op_of(op);
  if (leaves && (op == ast::BinaryOp::equal || op == ast::BinaryOp::not_equal))
    return compare_leaves(body, op, std::move(left), std::move(right), span);
  if (leaves) {
    const bool divides = op == ast::BinaryOp::divide;
    return leaf_by_leaf(body, divides ? Op::div : eval, std::move(left), std::move(right), span, sign_of(op));
  }
  const bool swapped = op == ast::BinaryOp::greater || op == ast::BinaryOp::greater_equal;
  std::vector<Value> operands;
  operands.push_back(std::move(swapped ? right : left));
  operands.push_back(std::move(swapped ? left : right));
  return pointwise(body, eval, std::move(operands), span, sign_of(op));
}

Value select(Body& body, Value condition, Value yes, Value no, Span span) {
  if (!condition || !yes || !no) return {};
  if (!unify(body, {&condition}, Numbers::bools, span, "where")) return {};
  if (!require_tensors(body, {&yes, &no}, span, "where")) return {};
  const bool of_bools = as_tensor(yes.type())->scalar == Scalar::boolean;
  if (!unify(body, {&yes, &no}, of_bools ? Numbers::bools : Numbers::any, span, "where")) return {};
  const Open open = yes.open == Open::no || no.open == Open::no ? Open::no : yes.open;
  std::vector<Value> operands;
  operands.push_back(std::move(condition));
  operands.push_back(std::move(yes));
  operands.push_back(std::move(no));
  const auto shape = common_shape(body, operands, span, "where");
  if (!shape) return {};
  typed::Type type = tensor(as_tensor(operands[1].type())->scalar, *shape);
  std::vector<typed::ExprPtr> parts;
  for (Value& each : operands) parts.push_back(spread(body, std::move(each.expr), *shape));
  return {point(Op::select, std::move(type), span, std::move(parts)), open};
}

Value check_unary(Body& body, const ast::Unary& unary, Span span) {
  Value operand = check_expr(body, *unary.operand);
  if (!operand) return {};
  if (unary.op == ast::UnaryOp::negative) return negated(body, std::move(operand), span);
  std::vector<Value> operands;
  operands.push_back(std::move(operand));
  return pointwise(body, Op::not_, std::move(operands), span, "not");
}

Value check_binary(Body& body, const ast::Binary& binary, Span span) {
  using ast::BinaryOp;
  if (binary.op == BinaryOp::range) {
    body.report(diagnose(diag::MisplacedRange, span));
    return {};
  }
  const std::size_t before = body.rebindings;
  Value left = check_expr(body, *binary.left);
  const bool left_rebinds = body.rebindings != before;
  Value right = check_expr(body, *binary.right);
  if (!left || !right) return {};
  if (binary.op == BinaryOp::matmul)
    return matmul(body, std::move(left), std::move(right), span, binary.op_span);
  if (binary.op == BinaryOp::power) return power(body, std::move(left), std::move(right), span);
  if (binary.op == BinaryOp::close) return close(body, std::move(left), std::move(right), span);
  if (left_rebinds) return in_order(body, binary.op, std::move(left), std::move(right), span);
  return arithmetic(body, binary.op, std::move(left), std::move(right), span);
}

}  // namespace dp::checker
