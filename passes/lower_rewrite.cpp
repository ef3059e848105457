#include "passes/lower_rewrite.h"

#include <algorithm>

#include "ir/loops_walk.h"

namespace dp {

using namespace loops;

namespace {

std::optional<std::int64_t> constant_of(const Module& module, ExprId id) {
  const Expr& expr = module.expressions[id];
  const auto* constant = std::get_if<ConstantExpr>(&expr.node);
  if (constant == nullptr || is_real(expr.dtype)) return std::nullopt;
  return std::get<std::vector<std::int64_t>>(constant->value.elements)[0];
}

std::optional<Interval> range_of_op(Op op, Interval x, Interval y) {
  switch (op) {
    case Op::add: return Interval{x.low + y.low, x.high + y.high};
    case Op::sub: return Interval{x.low - y.high, x.high - y.low};
    case Op::min: return Interval{std::min(x.low, y.low), std::min(x.high, y.high)};
    case Op::max: return Interval{std::max(x.low, y.low), std::max(x.high, y.high)};
    case Op::mul: {
      const auto [low, high] = std::minmax({x.low * y.low, x.low * y.high, x.high * y.low, x.high * y.high});
      return Interval{low, high};
    }
    default: return std::nullopt;
  }
}

}  // namespace

std::optional<Interval> range_of(const Module& module, ExprId id, const Ranges& ranges) {
  const Expr& expr = module.expressions[id];
  if (expr.dtype != Dtype::i64) return std::nullopt;
  // Beyond it sums and products of a few of them could run over.
  constexpr std::int64_t small = std::int64_t{1} << 30;
  if (const auto value = constant_of(module, id))
    return -small < *value && *value < small ? std::optional(Interval{*value, *value}) : std::nullopt;
  if (const auto* variable = std::get_if<VariableExpr>(&expr.node)) {
    const auto found = ranges.find(variable->variable);
    return found == ranges.end() ? std::nullopt : std::optional(found->second);
  }
  const auto* op = std::get_if<OpExpr>(&expr.node);
  if (op == nullptr || op->operands.size() != 2) return std::nullopt;
  const auto x = range_of(module, op->operands[0], ranges), y = range_of(module, op->operands[1], ranges);
  const auto result = x && y ? range_of_op(op->op, *x, *y) : std::nullopt;
  const bool is_small = result && -small * small < result->low && result->high < small * small;
  return is_small ? result : std::nullopt;
}

Body Rewriter::copy(const Body& body) {
  Body result;
  for (const Stmt& each : body)
    result.push_back(std::visit([&](const auto& node) { return statement(node); }, each.node));
  return result;
}

VariableId Rewriter::fresh(VariableId variable, std::int64_t extent) {
  const int depth = expressions_.depth(expressions_.variable(variable));
  const VariableId result = expressions_.new_variable(module_.variable_names[variable], depth);
  ranges_[result] = {0, std::max<std::int64_t>(0, extent - 1)};
  replaced_[variable] = expressions_.variable(result);
  return result;
}

ValueId Rewriter::fresh(ValueId value, Dtype dtype) {
  const int depth = expressions_.depth(expressions_.value(value));
  return values_[value] = expressions_.new_value(module_.value_names[value], dtype, depth);
}

Stmt Rewriter::statement(const For& loop) {
  For result = loop;
  result.variable = fresh(loop.variable, loop.extent);
  result.body = copy(loop.body);
  return {std::move(result)};
}

Stmt Rewriter::statement(const Let& let) {
  const ExprId expr = copy(let.expr);
  return {Let{fresh(let.value, expressions_.dtype(expr)), expr}};
}

Stmt Rewriter::statement(const Store& store) {
  return {Store{store.buffer, copy(store.index), copy(store.expr)}};
}

Stmt Rewriter::statement(const Reduce& reduce) {
  Reduce result = reduce;
  result.outer = fresh(reduce.outer, reduce.outer_extent);
  result.inner = fresh(reduce.inner, reduce.inner_extent);
  result.body = copy(reduce.body);
  for (ReduceTerm& term : result.terms) {
    term.x = copy(term.x);
    if (term.y) term.y = copy(*term.y);
  }
  for (ReduceTerm& term : result.terms)
    term.value = fresh(term.value, expressions_.dtype(expressions_.value(term.value)));
  return {std::move(result)};
}

Stmt Rewriter::statement(const Matmul& product) {
  Matmul result = product;
  result.batch = fresh(product.batch, product.batches);
  result.row = fresh(product.row, product.rows);
  result.column = fresh(product.column, product.columns);
  result.inner = fresh(product.inner, product.inners);
  result.x = copy(product.x);
  result.y = copy(product.y);
  result.accumulator = fresh(product.accumulator, expressions_.dtype(result.x));
  result.epilogue = copy(product.epilogue);
  return {std::move(result)};
}

Stmt Rewriter::statement(const If& branch) {
  const ExprId condition = copy(branch.condition);
  return {If{condition, copy(branch.then)}};
}

Stmt Rewriter::statement(const Check& check) {
  return {Check{copy(check.condition), check.site, copy(check.values)}};
}

Stmt Rewriter::statement(const Print& print) { return {Print{print.site, copy(print.values)}}; }

std::vector<ExprId> Rewriter::copy(const std::vector<ExprId>& list) {
  std::vector<ExprId> result;
  for (const ExprId each : list) result.push_back(copy(each));
  return result;
}

ExprId Rewriter::copy(ExprId id) {
  if (const auto found = known_.find(id); found != known_.end()) return found->second;
  const Expr expr = module_.expressions[id];
  ExprId result = id;
  if (const auto* variable = std::get_if<VariableExpr>(&expr.node)) {
    const auto found = replaced_.find(variable->variable);
    return found == replaced_.end() ? id : found->second;
  }
  if (const auto* value = std::get_if<ValueExpr>(&expr.node)) {
    const auto found = values_.find(value->value);
    return found == values_.end() ? id : expressions_.value(found->second);
  }
  if (const auto* load = std::get_if<LoadExpr>(&expr.node))
    result = expressions_.load(load->buffer, copy(load->index));
  if (const auto* op = std::get_if<OpExpr>(&expr.node)) result = operation(expr, *op);
  if (expressions_.is_index(id)) expressions_.mark_index(result);
  return known_[id] = result;
}

ExprId Rewriter::operation(const Expr& expr, const OpExpr& op) {
  std::vector<ExprId> operands;
  for (const ExprId operand : op.operands) operands.push_back(copy(operand));
  if (op.op == Op::convert) return expressions_.convert(expr.dtype, operands[0]);
  if (const auto known = decided(op.op, operands)) return *known;
  return expressions_.op(op.op, std::move(operands), op.exponent);
}

std::optional<std::int64_t> Rewriter::number(ExprId id) const { return constant_of(module_, id); }

std::optional<ExprId> Rewriter::decided(Op op, const std::vector<ExprId>& operands) {
  if (op == Op::select) {
    const auto condition = number(operands[0]);
    return condition ? std::optional(operands[*condition != 0 ? 1 : 2]) : std::nullopt;
  }
  if (operands.size() != 2) return std::nullopt;
  if (const auto result = compared(op, operands[0], operands[1])) return result;
  if (const auto result = limited(op, operands[0], operands[1])) return result;
  if (const auto result = summed(op, operands[0], operands[1])) return result;
  return combined(op, operands[0], operands[1]);
}

std::optional<ExprId> Rewriter::compared(Op op, ExprId x, ExprId y) {
  if (op != Op::le && op != Op::lt) return std::nullopt;
  const auto left = range_of(module_, x, ranges_), right = range_of(module_, y, ranges_);
  if (!left || !right) return std::nullopt;
  const bool is_strict = op == Op::lt;
  if (is_strict ? left->high < right->low : left->high <= right->low) return expressions_.truth(true);
  if (is_strict ? left->low >= right->high : left->low > right->high) return expressions_.truth(false);
  return std::nullopt;
}

std::optional<ExprId> Rewriter::limited(Op op, ExprId x, ExprId y) {
  if (op != Op::min && op != Op::max) return std::nullopt;
  const auto left = range_of(module_, x, ranges_), right = range_of(module_, y, ranges_);
  if (!left || !right) return std::nullopt;
  if (left->high <= right->low) return op == Op::min ? x : y;
  if (right->high <= left->low) return op == Op::min ? y : x;
  return std::nullopt;
}

std::optional<ExprId> Rewriter::combined(Op op, ExprId x, ExprId y) {
  if (op != Op::and_ && op != Op::or_) return std::nullopt;
  const bool neutral = op == Op::and_;
  for (const auto& [a, b] : {std::pair(x, y), std::pair(y, x)}) {
    if (a == expressions_.truth(neutral)) return b;
    if (a == expressions_.truth(!neutral)) return a;
  }
  return std::nullopt;
}

// `(i + 1) - 1` is `i`: a cut moves an index by a constant, which meets those that were there.
std::optional<ExprId> Rewriter::summed(Op op, ExprId x, ExprId y) {
  if ((op != Op::add && op != Op::sub) || expressions_.dtype(x) != Dtype::i64) return std::nullopt;
  const auto added = number(y);
  if (!added) return std::nullopt;
  std::int64_t constant = op == Op::add ? *added : -*added;
  if (const auto base = number(x)) return expressions_.integer(*base + constant);
  const auto* inner = std::get_if<OpExpr>(&module_.expressions[x].node);
  if (inner != nullptr && (inner->op == Op::add || inner->op == Op::sub)) {
    if (const auto more = number(inner->operands[1])) {
      constant += inner->op == Op::add ? *more : -*more;
      x = inner->operands[0];
    }
  }
  if (constant == 0) return x;
  return expressions_.op(constant > 0 ? Op::add : Op::sub, {x, expressions_.integer(std::abs(constant))});
}

}  // namespace dp
