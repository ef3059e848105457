#include <algorithm>

#include "codegen/emitter.h"
#include "codegen/random.h"
#include "ir/loops_walk.h"

namespace dp::codegen {
namespace {

using namespace loops;

}  // namespace

Fact Emitter::fact(ExprId id) {
  if (const auto known = scope().facts.find(id); known != scope().facts.end()) return known->second;
  const Expr& expr = program.loops.expressions[id];
  Fact result;
  for (const ExprId part : parts(expr)) {
    const Fact fact = this->fact(part);
    result = {std::max(result.level, fact.level), result.varying || fact.varying};
  }
  if (const auto* variable = std::get_if<VariableExpr>(&expr.node))
    result = variables_.at(variable->variable).fact;
  if (const auto* value = std::get_if<ValueExpr>(&expr.node)) result = values_.at(value->value).fact;
  if (const auto* load = std::get_if<LoadExpr>(&expr.node)) {
    for (unsigned level = depth(); level > result.level; --level) {
      const Scope& around = scopes_[level];
      if (around.conditional || around.stored.contains(load->buffer)) result.level = level;
    }
  }
  return scope().facts[id] = result;
}

Value Emitter::evaluate(ExprId id) {
  const Expr& expr = program.loops.expressions[id];
  if (const auto* value = std::get_if<ValueExpr>(&expr.node)) return wrap(values_.at(value->value).value);
  const Fact fact = this->fact(id);
  if (llvm::Value* known = scopes_[fact.level].computed[id]) return wrap(known);
  const llvm::IRBuilderBase::InsertPointGuard guard(builder);
  place_builder(fact.level);
  const Value result = compute(id, expr, fact.varying);
  scopes_[fact.level].computed[id] = result.get();
  return result;
}

Value Emitter::evaluate_lanes(ExprId id) { return operand(id, lanes_.has_value()); }

/// Splatted where the others have lanes and it has not; the splat stands where the scalar does.
Value Emitter::operand(ExprId id, bool varying) {
  const Value value = evaluate(id);
  if (!varying || value.type()->isVectorTy()) return value;
  const unsigned level = fact(id).level;
  llvm::Value*& known = scopes_[level].splats[value.get()];
  if (known != nullptr &&
      llvm::cast<llvm::FixedVectorType>(known->getType())->getNumElements() == lanes_->count) {
    return wrap(known);
  }
  const llvm::IRBuilderBase::InsertPointGuard guard(builder);
  place_builder(level);
  known = builder.CreateVectorSplat(lanes_->count, value.get());
  return wrap(known);
}

/// Division of what is known not to be negative by a positive constant needs no care for signs; where it fits
/// 32 bits, vectors have instructions for it.
std::optional<Value> Emitter::divide_simply(const OpExpr& op, std::span<const Value> operands) {
  const auto divisor = constant_integer(program.loops, op.operands[1]);
  const auto range = program.intervals(op.operands[0]);
  if (!divisor || *divisor <= 0 || !range || range->low < 0) return std::nullopt;
  const Value x = operands[0];
  const bool is_narrow = x.bits() == 64 && range->high <= INT32_MAX && *divisor <= INT32_MAX;
  llvm::Type* type = is_narrow ? x.type_of(builder.getInt32Ty()) : x.type();
  llvm::Value* dividend = builder.CreateTrunc(x.get(), type);
  llvm::Value* by = llvm::ConstantInt::getSigned(type, *divisor);
  llvm::Value* result =
      op.op == Op::mod ? builder.CreateURem(dividend, by) : builder.CreateUDiv(dividend, by);
  return wrap(builder.CreateZExt(result, x.type()));
}

Value Emitter::compute(ExprId id, const Expr& expr, bool varying) {
  llvm::Type* type = program.type(expr.dtype);
  if (const auto* constant = std::get_if<ConstantExpr>(&expr.node)) {
    return wrap(constant_element(type, constant->value, 0));
  }
  if (const auto* variable = std::get_if<VariableExpr>(&expr.node)) {
    llvm::Value* base = this->variable(variable->variable);
    if (!varying) return wrap(base);
    return wrap(builder.CreateVectorSplat(lanes_->count, base)) + wrap(lane_numbers(builder.getInt64Ty(), 1));
  }
  if (const auto* load = std::get_if<LoadExpr>(&expr.node)) return this->load(load->buffer, load->index);
  const auto* op = std::get_if<OpExpr>(&expr.node);
  DP_ASSERT(op != nullptr, "expression {} of no kind", id);
  std::vector<Value> operands;
  for (const ExprId part : op->operands) operands.push_back(operand(part, varying));
  if (info(op->op).form == Form::call) return apply_random(op->op, operands);
  if (op->op == Op::floor_div || op->op == Op::mod) {
    if (const auto quotient = divide_simply(*op, operands)) return *quotient;
  }
  return apply(op->op, operands, op->exponent, type);
}

}  // namespace dp::codegen
