#include "codegen/interval.h"

#include <algorithm>

#include "codegen/linear.h"
#include "ir/loops_walk.h"

namespace dp::codegen {
namespace {

using namespace loops;

std::optional<Interval> product(Interval x, Interval y) {
  std::int64_t corners[4];
  bool overflows = __builtin_mul_overflow(x.low, y.low, &corners[0]);
  overflows |= __builtin_mul_overflow(x.low, y.high, &corners[1]);
  overflows |= __builtin_mul_overflow(x.high, y.low, &corners[2]);
  overflows |= __builtin_mul_overflow(x.high, y.high, &corners[3]);
  if (overflows) return std::nullopt;
  const auto [low, high] = std::minmax_element(std::begin(corners), std::end(corners));
  return Interval{*low, *high};
}

std::optional<Interval> sum(Interval x, Interval y) {
  Interval result;
  if (__builtin_add_overflow(x.low, y.low, &result.low)) return std::nullopt;
  if (__builtin_add_overflow(x.high, y.high, &result.high)) return std::nullopt;
  return result;
}

std::int64_t floor_quotient(std::int64_t x, std::int64_t y) {
  return x / y - (x % y != 0 && (x < 0) != (y < 0) ? 1 : 0);
}

}  // namespace

Intervals::Intervals(const Module& module) : module_(module) {
  for (const Function& function : module.functions) collect(function.body);
}

void Intervals::collect(const Body& body) {
  for (const Stmt& statement : body) {
    if (const auto* loop = std::get_if<For>(&statement.node)) extents_[loop->variable] = loop->extent;
    if (const auto* let = std::get_if<Let>(&statement.node)) lets_[let->value] = let->expr;
    if (const auto* reduce = std::get_if<Reduce>(&statement.node)) {
      extents_[reduce->outer] = reduce->outer_extent;
      extents_[reduce->inner] = reduce->inner_extent;
    }
    if (const auto* matmul = std::get_if<Matmul>(&statement.node)) {
      extents_[matmul->batch] = matmul->batches;
      extents_[matmul->row] = matmul->rows;
      extents_[matmul->column] = matmul->columns;
      extents_[matmul->inner] = matmul->inners;
    }
    if (const Body* inner = body_of(statement)) collect(*inner);
  }
}

std::optional<Interval> Intervals::operator()(ExprId id) {
  if (const auto known = known_.find(id); known != known_.end()) return known->second;
  const Expr& expr = module_.expressions[id];
  std::optional<Interval> result;
  if (const auto constant = constant_integer(module_, id)) result = Interval{*constant, *constant};
  if (const auto* variable = std::get_if<VariableExpr>(&expr.node)) {
    const auto extent = extents_.find(variable->variable);
    if (extent != extents_.end()) result = Interval{0, std::max<std::int64_t>(0, extent->second - 1)};
  }
  if (const auto* value = std::get_if<ValueExpr>(&expr.node)) {
    const auto let = lets_.find(value->value);
    if (let != lets_.end()) result = (*this)(let->second);
  }
  if (const auto* op = std::get_if<OpExpr>(&expr.node); op != nullptr && is_integer(expr.dtype))
    result = of_op(*op);
  // An i32 wraps where the bounds say more than it holds.
  const bool may_wrap =
      result && expr.dtype == Dtype::i32 && (result->low < INT32_MIN || result->high > INT32_MAX);
  return known_[id] = may_wrap ? std::nullopt : result;
}

std::optional<Interval> Intervals::of_op(const OpExpr& op) {
  std::vector<Interval> operands;
  for (const ExprId operand : op.operands) {
    if (!is_integer(module_.expressions[operand].dtype) && op.op != Op::select) return std::nullopt;
    const auto interval = (*this)(operand);
    if (!interval && !(op.op == Op::select && operands.empty())) return std::nullopt;
    operands.push_back(interval.value_or(Interval{}));
  }
  const Interval x = operands.front(), y = operands.back();
  switch (op.op) {
    case Op::add: return sum(x, y);
    case Op::sub: return y.low == INT64_MIN ? std::nullopt : sum(x, {-y.high, -y.low});
    case Op::neg: return x.low == INT64_MIN ? std::nullopt : std::optional(Interval{-x.high, -x.low});
    case Op::mul: return product(x, y);
    case Op::min: return Interval{std::min(x.low, y.low), std::min(x.high, y.high)};
    case Op::max: return Interval{std::max(x.low, y.low), std::max(x.high, y.high)};
    case Op::clamp: return Interval{std::min(operands[1].low, y.low), std::max(operands[1].high, y.high)};
    case Op::select: return Interval{std::min(operands[1].low, y.low), std::max(operands[1].high, y.high)};
    case Op::convert: return x;
    case Op::floor_div:
      if (y.low != y.high || y.low <= 0) return std::nullopt;
      return Interval{floor_quotient(x.low, y.low), floor_quotient(x.high, y.low)};
    case Op::mod:
      if (y.low != y.high || y.low <= 0) return std::nullopt;
      return Interval{0, x.low >= 0 ? std::min(x.high, y.low - 1) : y.low - 1};
    default: return std::nullopt;
  }
}

}  // namespace dp::codegen
