#include "passes/lower_expressions.h"

#include <algorithm>
#include <bit>

#include "ir/loops_walk.h"

namespace dp {

using namespace loops;

namespace {

enum Tag : std::int64_t { constant_tag, variable_tag, value_tag, load_tag, op_tag };

}  // namespace

VariableId Expressions::new_variable(std::string name, int depth) {
  module_.variable_names.push_back(std::move(name));
  variable_depths_.push_back(depth);
  return static_cast<VariableId>(module_.variable_names.size() - 1);
}

ValueId Expressions::new_value(std::string name, Dtype dtype, int depth) {
  module_.value_names.push_back(std::move(name));
  value_depths_.push_back(depth);
  value_dtypes_.push_back(dtype);
  return static_cast<ValueId>(module_.value_names.size() - 1);
}

ExprId Expressions::add(std::vector<std::int64_t> key, Expr expr, int depth) {
  key.push_back(static_cast<std::int64_t>(expr.dtype));
  const auto [found, is_new] =
      known_.emplace(std::move(key), static_cast<ExprId>(module_.expressions.size()));
  if (is_new) {
    module_.expressions.push_back(std::move(expr));
    depths_.push_back(depth);
  }
  return found->second;
}

ExprId Expressions::constant(Dtype dtype, const Literal& literal, std::size_t position) {
  Literal one;
  std::int64_t bits = 0;
  if (const auto* reals = std::get_if<std::vector<double>>(&literal.elements)) {
    one.elements = std::vector<double>{(*reals)[position]};
    bits = std::bit_cast<std::int64_t>((*reals)[position]);
  } else {
    bits = std::get<std::vector<std::int64_t>>(literal.elements)[position];
    one.elements = std::vector<std::int64_t>{bits};
  }
  return add({constant_tag, bits}, {dtype, ConstantExpr{std::move(one)}}, 0);
}

ExprId Expressions::integer(std::int64_t value) {
  return constant(Dtype::i64, {std::vector<std::int64_t>{value}});
}

ExprId Expressions::real_constant(Dtype dtype, double value) {
  if (is_real(dtype)) return constant(dtype, {std::vector<double>{value}});
  return constant(dtype, {std::vector<std::int64_t>{static_cast<std::int64_t>(value)}});
}

ExprId Expressions::truth(bool value) {
  return constant(Dtype::boolean, {std::vector<std::int64_t>{value ? 1 : 0}});
}

ExprId Expressions::variable(VariableId variable) {
  return add({variable_tag, variable}, {Dtype::i64, VariableExpr{variable}}, variable_depths_[variable]);
}

ExprId Expressions::value(ValueId value) {
  return add({value_tag, value}, {value_dtypes_[value], ValueExpr{value}}, value_depths_[value]);
}

ExprId Expressions::load(BufferId buffer, ExprId index) {
  return add({load_tag, buffer, index}, {module_.buffers[buffer].dtype, LoadExpr{buffer, index}},
             depth(index));
}

ExprId Expressions::op(Op op, std::vector<ExprId> operands, std::int64_t exponent) {
  std::vector<std::int64_t> key{op_tag, static_cast<std::int64_t>(op), exponent};
  std::vector<Dtype> dtypes;
  int deepest = 0;
  for (const ExprId operand : operands) {
    key.push_back(operand);
    dtypes.push_back(dtype(operand));
    deepest = std::max(deepest, depth(operand));
  }
  return add(std::move(key), {result_dtype(op, dtypes), OpExpr{op, std::move(operands), exponent}}, deepest);
}

ExprId Expressions::convert(Dtype to, ExprId operand) {
  if (dtype(operand) == to) return operand;
  return add({op_tag, static_cast<std::int64_t>(Op::convert), operand}, {to, OpExpr{Op::convert, {operand}}},
             depth(operand));
}

ExprId Expressions::both(ExprId a, ExprId b) {
  if (a == truth(true) || a == b) return b;
  return b == truth(true) ? a : op(Op::and_, {a, b});
}

bool Expressions::mentions(ExprId expr, VariableId variable) const {
  if (depth(expr) < variable_depths_[variable]) return false;
  const auto* own = std::get_if<VariableExpr>(&module_.expressions[expr].node);
  if (own != nullptr) return own->variable == variable;
  return std::ranges::any_of(parts(module_.expressions[expr]),
                             [&](ExprId part) { return mentions(part, variable); });
}

ExprId Expressions::renamed(ExprId id, const std::map<VariableId, VariableId>& names) {
  const Expr expr = module_.expressions[id];
  if (const auto* own = std::get_if<VariableExpr>(&expr.node)) {
    const auto found = names.find(own->variable);
    return found == names.end() ? id : variable(found->second);
  }
  if (const auto* load_expr = std::get_if<LoadExpr>(&expr.node)) {
    return load(load_expr->buffer, renamed(load_expr->index, names));
  }
  const auto* op_expr = std::get_if<OpExpr>(&expr.node);
  if (op_expr == nullptr) return id;
  std::vector<ExprId> operands;
  for (const ExprId operand : op_expr->operands) operands.push_back(renamed(operand, names));
  if (op_expr->op == Op::convert) return convert(expr.dtype, operands[0]);
  return op(op_expr->op, std::move(operands), op_expr->exponent);
}

}  // namespace dp
