#include "codegen/linear.h"

#include <algorithm>

namespace dp::codegen {
namespace {

using namespace loops;

Linear symbol(bool is_variable, std::uint32_t id) { return {0, {{{is_variable, id}, 1}}}; }

Linear of_op(const Module& module, ExprId index, const OpExpr& op) {
  const auto part = [&](std::size_t k) { return linear(module, op.operands[k]); };
  switch (op.op) {
    case Op::add: return part(0) + part(1);
    case Op::sub: return part(0) + part(1) * -1;
    case Op::neg: return part(0) * -1;
    case Op::mul: {
      const Linear x = part(0), y = part(1);
      if (x.terms.empty()) return y * x.constant;
      if (y.terms.empty()) return x * y.constant;
      return symbol(false, index);
    }
    default: return symbol(false, index);
  }
}

}  // namespace

std::int64_t Linear::coefficient(VariableId variable) const {
  for (const Term& term : terms) {
    if (term.symbol == Symbol{true, variable}) return term.coefficient;
  }
  return 0;
}

Linear operator+(const Linear& x, const Linear& y) {
  Linear sum{x.constant + y.constant, x.terms};
  for (const Term& term : y.terms) {
    const auto at = std::lower_bound(sum.terms.begin(), sum.terms.end(), term,
                                     [](const Term& a, const Term& b) { return a.symbol < b.symbol; });
    if (at == sum.terms.end() || at->symbol != term.symbol) {
      sum.terms.insert(at, term);
    } else {
      at->coefficient += term.coefficient;
    }
  }
  std::erase_if(sum.terms, [](const Term& term) { return term.coefficient == 0; });
  return sum;
}

Linear operator*(const Linear& x, std::int64_t factor) {
  if (factor == 0) return {};
  Linear product = x;
  product.constant *= factor;
  for (Term& term : product.terms) term.coefficient *= factor;
  return product;
}

std::optional<std::int64_t> constant_integer(const Module& module, ExprId expr) {
  const auto* constant = std::get_if<ConstantExpr>(&module.expressions[expr].node);
  if (constant == nullptr) return std::nullopt;
  const auto* elements = std::get_if<std::vector<std::int64_t>>(&constant->value.elements);
  if (elements == nullptr || elements->size() != 1) return std::nullopt;
  return elements->front();
}

Linear linear(const Module& module, ExprId index) {
  const Expr& expr = module.expressions[index];
  if (const auto constant = constant_integer(module, index)) return {*constant, {}};
  if (const auto* variable = std::get_if<VariableExpr>(&expr.node)) return symbol(true, variable->variable);
  if (const auto* op = std::get_if<OpExpr>(&expr.node)) return of_op(module, index, *op);
  return symbol(false, index);
}

}  // namespace dp::codegen
