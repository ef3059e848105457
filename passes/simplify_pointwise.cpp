// Pointwise ops: conversions that change nothing, work on few elements before they are repeated, divisions by
// powers of two; and the one promise of the language that a pattern of text cannot say, log(softmax(x)).

#include <algorithm>
#include <cmath>

#include "passes/simplifier.h"

namespace dp {
namespace {

/// Whether every value of the one scalar type is a value of the other.
bool is_exact(Dtype from, Dtype to) {
  if (from == to || from == Dtype::boolean) return true;
  if (to == Dtype::f64) return from == Dtype::f32 || from == Dtype::i32;
  return from == Dtype::i32 && to == Dtype::i64;
}

Simplified convert(Simplifier& simplifier, const Node& node) {
  const Node operand = simplifier.node(node.operands[0]);
  const Dtype to = node.type.dtype;
  if (operand.type.dtype == to) return node.operands[0];
  if (operand.op != Op::convert) return std::nullopt;
  const Id inner = operand.operands[0];
  const Dtype from = simplifier.type(inner).dtype;
  if (!is_exact(from, operand.type.dtype)) return std::nullopt;
  return from == to ? inner : simplifier.make(Op::convert, {inner}, {{"dtype", to}});
}

/// Whether x / c and x * (1 / c) have the same bits for every x: c is a power of two, both far from the ends.
bool has_exact_inverse(double divisor, Dtype dtype) {
  int exponent = 0;
  if (std::abs(std::frexp(divisor, &exponent)) != 0.5) return false;
  return std::abs(exponent) <= (dtype == Dtype::f32 ? 120 : 1000);
}

Simplified divide_by_constant(Simplifier& simplifier, const Node& node) {
  const std::optional<double> divisor = real_splat(simplifier.node(node.operands[1]));
  if (!divisor) return std::nullopt;
  const bool allowed = simplifier.options.fast_math && std::isnormal(*divisor) && std::isnormal(1 / *divisor);
  if (!allowed && !has_exact_inverse(*divisor, node.type.dtype)) return std::nullopt;
  return simplifier.make(Op::mul,
                         {node.operands[0], constant_splat(simplifier.graph, 1 / *divisor, node.type)});
}

/// The first operand that repeats a smaller value.
const Node* find_broadcast(const Simplifier& simplifier, const Node& node) {
  for (const Id id : node.operands) {
    if (simplifier.node(id).op == Op::broadcast) return &simplifier.node(id);
  }
  return nullptr;
}

/// f(broadcast(x), broadcast(y), 2) = broadcast(f(x, y, 2)): fewer elements to compute, and what does not
/// depend on an axis is seen not to.
Simplified before_broadcast(Simplifier& simplifier, const Node& node) {
  const Node* found = find_broadcast(simplifier, node);
  if (!found) return std::nullopt;
  const Node model = *found;
  const Shape inner = simplifier.type(model.operands[0]).shape;
  std::vector<Id> operands;
  for (const Id id : node.operands) {
    const Node operand = simplifier.node(id);
    if (operand.op == Op::broadcast && operand.attributes == model.attributes) {
      operands.push_back(operand.operands[0]);
    } else if (real_splat(operand) || integer_splat(operand)) {
      operands.push_back(
          simplifier.graph.add(Op::constant, {}, operand.attributes, {operand.type.dtype, inner}));
    } else {
      return std::nullopt;
    }
  }
  const Id small = simplifier.make(node.op, std::move(operands), node.attributes);
  return simplifier.broadcast(small, model.integers("axes"), node.type.shape);
}

/// z and sum(exp(z)) of exp(z) / sum(exp(z)), the sum repeated along the axes it runs over.
struct Softmax {
  Id exponent, sum, repeated;
};

std::optional<Softmax> as_softmax(const Simplifier& simplifier, Id id) {
  const Node& quotient = simplifier.node(id);
  if (quotient.op != Op::div) return std::nullopt;
  const Node &shares = simplifier.node(quotient.operands[0]),
             &repeated = simplifier.node(quotient.operands[1]);
  if (shares.op != Op::exp || repeated.op != Op::broadcast) return std::nullopt;
  const Node& sum = simplifier.node(repeated.operands[0]);
  if (sum.op != Op::reduce_sum || sum.operands[0] != quotient.operands[0]) return std::nullopt;
  return Softmax{shares.operands[0], repeated.operands[0], quotient.operands[1]};
}

/// Whether a move only chooses elements of its first operand, so that a pointwise op may go before it.
bool chooses(Op op) {
  return op == Op::transpose || op == Op::reshape || op == Op::slice || op == Op::flip || op == Op::take ||
         op == Op::gather;
}

/// The logarithm of a softmax, of whose elements moves may have chosen some.
Simplified log_softmax(Simplifier& simplifier, Id id) {
  const Node node = simplifier.node(id);
  if (chooses(node.op)) {
    const Simplified inner = log_softmax(simplifier, node.operands[0]);
    if (!inner) return std::nullopt;
    std::vector<Id> operands = node.operands;
    operands[0] = *inner;
    return simplifier.make(node.op, std::move(operands), node.attributes);
  }
  const std::optional<Softmax> softmax = as_softmax(simplifier, id);
  if (!softmax) return std::nullopt;
  const Node repeated = simplifier.node(softmax->repeated);
  const Id logarithm = simplifier.make(Op::log, {softmax->sum});
  const Id shift = simplifier.broadcast(logarithm, repeated.integers("axes"), repeated.type.shape);
  return simplifier.make(Op::sub, {softmax->exponent, shift});
}

}  // namespace

Simplified simplify_pointwise(Simplifier& simplifier, Id id) {
  const Node node = simplifier.node(id);
  if (node.op == Op::convert) {
    if (Simplified found = convert(simplifier, node)) return found;
  }
  if (node.op == Op::div) {
    if (Simplified found = divide_by_constant(simplifier, node)) return found;
  }
  return before_broadcast(simplifier, node);
}

Simplified simplify_softmax(Simplifier& simplifier, Id id) {
  const Node node = simplifier.node(id);
  if (!simplifier.options.meaning || node.op != Op::log) return std::nullopt;
  return log_softmax(simplifier, node.operands[0]);
}

}  // namespace dp
