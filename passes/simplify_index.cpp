// Indexing at places that are known: a gather at one position is a slice, one at all positions is its
// operand.

#include <algorithm>

#include "passes/simplifier.h"

namespace dp {
namespace {

using Axes = std::vector<std::int64_t>;

/// The part of x at one position of an axis, without the axis; nothing where the position may be outside.
Simplified part_at(Simplifier& simplifier, Id x, std::size_t axis, std::int64_t position) {
  Shape shape = simplifier.type(x).shape;
  const auto extent = shape[axis].constant();
  if (!extent || position < 0 || position >= *extent) return std::nullopt;
  Shape start(shape.size(), Dim(0));
  start[axis] = Dim(position);
  shape[axis] = Dim(1);
  const Id part = simplifier.slice(x, std::move(start), shape, Axes(shape.size(), 1));
  shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(axis));
  return simplifier.reshape(part, std::move(shape));
}

/// Axes 0 … before − 1 in place, the others moved on by `added`.
Axes with_room(std::size_t rank, std::size_t before, std::size_t added) {
  Axes axes;
  for (std::size_t k = 0; k < rank; ++k)
    axes.push_back(static_cast<std::int64_t>(k < before ? k : k + added));
  return axes;
}

bool counts_along(const Node& index, const Dim& extent) {
  return index.op == Op::iota && index.type.rank() == 1 && index.type.shape[0] == extent;
}

Simplified gather(Simplifier& simplifier, const Node& node) {
  const Id x = node.operands[0];
  const Node index = simplifier.node(node.operands[1]);
  const std::size_t axis = static_cast<std::size_t>(node.integer("axis"));
  if (counts_along(index, simplifier.type(x).shape[axis])) return x;
  const std::optional<std::int64_t> position = integer_splat(index);
  if (!position) return std::nullopt;
  const Simplified part = part_at(simplifier, x, axis, *position);
  if (!part) return std::nullopt;
  const std::size_t rank = simplifier.type(x).rank() - 1;
  return simplifier.broadcast(*part, with_room(rank, axis, index.type.rank()), node.type.shape);
}

Simplified take(Simplifier& simplifier, const Node& node) {
  const std::optional<std::int64_t> position = integer_splat(simplifier.node(node.operands[1]));
  if (!position) return std::nullopt;
  return part_at(simplifier, node.operands[0], static_cast<std::size_t>(node.integer("axis")), *position);
}

}  // namespace

Simplified simplify_index(Simplifier& simplifier, Id id) {
  const Node node = simplifier.node(id);
  if (node.op == Op::gather) return gather(simplifier, node);
  if (node.op == Op::take) return take(simplifier, node);
  const bool nothing_added =
      node.op == Op::scatter_add && element_count(simplifier.type(node.operands[2]).shape) == Dim(0);
  return nothing_added ? Simplified(node.operands[0]) : std::nullopt;
}

}  // namespace dp
