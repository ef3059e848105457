// Moves of whole axes: chains become one, moves that move nothing vanish, constants with equal elements take
// the shape.

#include <algorithm>
#include <numeric>

#include "passes/simplifier.h"

namespace dp {
namespace {

using Axes = std::vector<std::int64_t>;

bool counts_up(const Axes& axes) {
  for (std::size_t k = 0; k < axes.size(); ++k) {
    if (axes[k] != static_cast<std::int64_t>(k)) return false;
  }
  return true;
}

bool is_splat(const Node& node) { return real_splat(node) || integer_splat(node); }

/// The same literal under another shape of as many elements, or of any shape for equal elements.
Id reshaped_constant(Simplifier& simplifier, Id constant, const Shape& shape) {
  const Node node = simplifier.node(constant);
  return simplifier.graph.add(Op::constant, {}, node.attributes, {node.type.dtype, shape});
}

std::int64_t at(const Axes& axes, std::int64_t k) { return axes[static_cast<std::size_t>(k)]; }

Simplified broadcast(Simplifier& simplifier, const Node& node) {
  const Id x = node.operands[0];
  const Node operand = simplifier.node(x);
  if (operand.op != Op::broadcast) return std::nullopt;
  Axes axes;
  for (const std::int64_t axis : operand.integers("axes")) axes.push_back(at(node.integers("axes"), axis));
  return simplifier.broadcast(operand.operands[0], std::move(axes), node.type.shape);
}

Simplified reshape(Simplifier& simplifier, const Node& node) {
  const Node operand = simplifier.node(node.operands[0]);
  if (operand.op == Op::constant) return reshaped_constant(simplifier, node.operands[0], node.type.shape);
  if (operand.op != Op::reshape) return std::nullopt;
  return simplifier.reshape(operand.operands[0], node.type.shape);
}

/// A transposed broadcast is a broadcast of the (smaller) operand, transposed.
Id transposed_broadcast(Simplifier& simplifier, const Node& operand, const Axes& permutation,
                        const Shape& shape) {
  const Axes& axes = operand.integers("axes");
  Axes places;  // of each axis of the inner operand, in the result
  for (const std::int64_t axis : axes) {
    places.push_back(std::find(permutation.begin(), permutation.end(), axis) - permutation.begin());
  }
  Axes order(places.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [&](std::int64_t a, std::int64_t b) { return at(places, a) < at(places, b); });
  std::sort(places.begin(), places.end());
  const Id inner = simplifier.transpose(operand.operands[0], std::move(order));
  return simplifier.broadcast(inner, std::move(places), shape);
}

Simplified transpose(Simplifier& simplifier, const Node& node) {
  const Node operand = simplifier.node(node.operands[0]);
  const Axes& permutation = node.integers("permutation");
  if (operand.op == Op::broadcast)
    return transposed_broadcast(simplifier, operand, permutation, node.type.shape);
  if (operand.op != Op::transpose) return std::nullopt;
  Axes composed;
  for (const std::int64_t axis : permutation) composed.push_back(at(operand.integers("permutation"), axis));
  return simplifier.transpose(operand.operands[0], std::move(composed));
}

Simplified flip(Simplifier& simplifier, const Node& node) {
  const Id x = node.operands[0];
  const Node operand = simplifier.node(x);
  Axes axes;
  for (const std::int64_t axis : node.integers("axes")) {
    if (node.type.shape[static_cast<std::size_t>(axis)] != Dim(1)) axes.push_back(axis);
  }
  if (axes.empty()) return x;
  if (operand.op == Op::flip) {
    Axes once;
    const Axes& inner = operand.integers("axes");
    std::set_symmetric_difference(axes.begin(), axes.end(), inner.begin(), inner.end(),
                                  std::back_inserter(once));
    return simplifier.make(Op::flip, {operand.operands[0]}, {{"axes", std::move(once)}});
  }
  if (axes.size() == node.integers("axes").size()) return std::nullopt;
  return simplifier.make(Op::flip, {x}, {{"axes", std::move(axes)}});
}

/// Parts without elements dropped, parts that are concatenations along the same axis taken apart.
Simplified concat(Simplifier& simplifier, const Node& node) {
  const std::int64_t axis = node.integer("axis");
  std::vector<Id> parts;
  for (const Id id : node.operands) {
    const Node& part = simplifier.node(id);
    if (part.type.shape[static_cast<std::size_t>(axis)] == Dim(0)) continue;
    if (part.op == Op::concat && part.integer("axis") == axis) {
      parts.insert(parts.end(), part.operands.begin(), part.operands.end());
    } else {
      parts.push_back(id);
    }
  }
  if (parts.empty()) return node.operands[0];
  if (parts.size() == 1) return parts[0];
  const Node first = simplifier.node(parts[0]);
  const bool equal = is_splat(first) && std::all_of(parts.begin(), parts.end(), [&](Id id) {
                       const Node& part = simplifier.node(id);
                       return part.op == Op::constant && part.literal() == first.literal();
                     });
  if (equal) return reshaped_constant(simplifier, parts[0], node.type.shape);
  if (parts == node.operands) return std::nullopt;
  return simplifier.make(Op::concat, std::move(parts), {{"axis", axis}});
}

}  // namespace

Id Simplifier::broadcast(Id x, Axes axes, Shape shape) {
  if (type(x).shape == shape && counts_up(axes)) return x;
  return make(Op::broadcast, {x}, {{"axes", std::move(axes)}, {"shape", std::move(shape)}});
}

Id Simplifier::reshape(Id x, Shape shape) {
  if (type(x).shape == shape) return x;
  return make(Op::reshape, {x}, {{"shape", std::move(shape)}});
}

Id Simplifier::transpose(Id x, Axes permutation) {
  if (counts_up(permutation)) return x;
  return make(Op::transpose, {x}, {{"permutation", std::move(permutation)}});
}

Simplified simplify_move(Simplifier& simplifier, Id id) {
  const Node node = simplifier.node(id);
  const Id x = node.operands[0];
  const bool same_shape = simplifier.type(x).shape == node.type.shape;
  // All but `pad`, which brings elements of its own.
  const bool equal_elements = node.op != Op::pad && node.operands.size() == 1 && is_splat(simplifier.node(x));
  if (equal_elements) return reshaped_constant(simplifier, x, node.type.shape);
  switch (node.op) {
    case Op::broadcast:
      if (same_shape && counts_up(node.integers("axes"))) return x;
      return broadcast(simplifier, node);
    case Op::reshape: return same_shape ? Simplified(x) : reshape(simplifier, node);
    case Op::transpose:
      return counts_up(node.integers("permutation")) ? Simplified(x) : transpose(simplifier, node);
    case Op::flip: return flip(simplifier, node);
    case Op::concat: return concat(simplifier, node);
    default: return std::nullopt;
  }
}

}  // namespace dp
