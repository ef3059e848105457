// The derivatives of pointwise ops: the texts of the op table, compiled as they stand over graph expressions.

#include "passes/derivatives_rules.h"
#include "support/assert.h"

namespace dp::derivative_rules {
namespace {

#define DP_FIRST(first, ...) first
#define DP_SECOND(first, second, ...) second
#define DP_THIRD(first, second, third, ...) third
#define DP_PICK(which, ...) which(__VA_ARGS__, ZERO, ZERO, ZERO)
#define DP_TEXTS(...) __VA_ARGS__

/// The k-th derivative text of the op. Only the text that is asked for is evaluated, so only its nodes are
/// built.
Expression table_derivative(Op op, std::size_t k, const Expression& x, const Expression& y,
                            const Expression& z, const Expression& r, const Expression& ct) {
  const Expression ZERO, NO_GRAD;  // texts that `carries_derivative` keeps from being asked for
  switch (op) {
#define EVAL(name, operands, types, meaning, derivatives, domain, doc) \
  case Op::name:                                                       \
    return k == 0   ? DP_PICK(DP_FIRST, DP_TEXTS derivatives)          \
           : k == 1 ? DP_PICK(DP_SECOND, DP_TEXTS derivatives)         \
                    : DP_PICK(DP_THIRD, DP_TEXTS derivatives);
#define STRUCTURAL(name, ...)
#include "ir/ops_structural.inc"
#include "ir/ops.def"
#include "ir/ops_end.inc"
    default: return ZERO;
  }
}

#undef DP_FIRST
#undef DP_SECOND
#undef DP_THIRD
#undef DP_PICK
#undef DP_TEXTS

/// ct · n · x^(n − 1)
Expression power_derivative(const Application& application, const Expression& ct) {
  const std::int64_t exponent = application.node.integer("exponent");
  const Expression x = application.operand(0);
  return ct * (static_cast<double>(exponent) * power(x, exponent - 1));
}

}  // namespace

Expression local_product(const Application& application, std::size_t k, const Expression& ct) {
  const Op op = application.node.op;
  if (op == Op::power) return power_derivative(application, ct);
  const auto operand = [&](std::size_t index) {
    return index < application.node.operands.size() ? application.operand(index) : Expression();
  };
  const Expression product =
      table_derivative(op, k, operand(0), operand(1), operand(2), application.result(), ct);
  DP_ASSERT(product.id != no_id, "`{}` has no derivative by operand {}", name(op), k);
  return product;
}

/// A branch's adjoint is the result's where the branch was taken; that is its guard, too.
Adjoint pull_select(const Application& application, std::size_t k, const Adjoint& ct) {
  const Expression condition = application.operand(0), none = zero(ct.value);
  const bool first = k == 1;
  return {first ? select(condition, ct.value, none) : select(condition, none, ct.value),
          ct.guard.and_where(condition, first)};
}

}  // namespace dp::derivative_rules
