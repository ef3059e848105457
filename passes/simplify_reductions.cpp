// Reductions over nothing or over one element, and products whose result is known. The order of a sum is part
// of the language, so sums of sums and sums of repeated values stay as they are.

#include <algorithm>
#include <cmath>

#include "passes/simplifier.h"

namespace dp {
namespace {

using Axes = std::vector<std::int64_t>;

const Dim& extent(const Type& type, std::int64_t axis) { return type.shape[static_cast<std::size_t>(axis)]; }

bool contains(const Axes& axes, std::int64_t axis) {
  return std::find(axes.begin(), axes.end(), axis) != axes.end();
}

bool is_zero(const Node& node) {
  const std::optional<double> real = real_splat(node);
  return (real && *real == 0 && !std::signbit(*real)) ||
         (integer_splat(node) == 0 && node.type.dtype != Dtype::boolean);
}

/// Reductions for which one value any number of times (but once) gives that value.
bool is_idempotent(Op op) {
  return op == Op::reduce_max || op == Op::reduce_min || op == Op::reduce_any || op == Op::reduce_all;
}

/// A maximum over axes along which a broadcast repeats its operand.
Simplified reduce_repeated(Simplifier& simplifier, const Node& node, const Node& operand) {
  const Axes& reduced = node.integers("axes");
  Axes places;  // of the axes of the broadcast's operand, counted among those that stay
  for (const std::int64_t axis : operand.integers("axes")) {
    if (contains(reduced, axis)) return std::nullopt;
    places.push_back(axis -
                     std::count_if(reduced.begin(), reduced.end(), [&](std::int64_t r) { return r < axis; }));
  }
  return simplifier.broadcast(operand.operands[0], std::move(places), node.type.shape);
}

Simplified reduce(Simplifier& simplifier, const Node& node) {
  const Id x = node.operands[0];
  const Node operand = simplifier.node(x);
  const Axes& axes = node.integers("axes");
  // The identity of every reduction leaves a single element as it is, -0 too: sums begin from -0.
  const auto one = [&](std::int64_t axis) { return extent(operand.type, axis) == Dim(1); };
  if (std::all_of(axes.begin(), axes.end(), one)) return simplifier.reshape(x, node.type.shape);
  if (node.op == Op::reduce_sum && is_zero(operand)) return constant_splat(simplifier.graph, 0, node.type);
  const auto some = [&](std::int64_t axis) { return extent(operand.type, axis).constant().value_or(0) > 0; };
  if (!is_idempotent(node.op) || !std::all_of(axes.begin(), axes.end(), some)) return std::nullopt;
  if (real_splat(operand) || integer_splat(operand)) {
    return simplifier.graph.add(Op::constant, {}, operand.attributes, node.type);
  }
  return operand.op == Op::broadcast ? reduce_repeated(simplifier, node, operand) : std::nullopt;
}

Axes through(const Axes& axes, const Axes& permutation) {
  Axes result;
  for (const std::int64_t axis : axes) result.push_back(permutation[static_cast<std::size_t>(axis)]);
  return result;
}

/// The axes that are neither batch axes nor summed, in order.
Axes free_axes(std::size_t rank, const Axes& batch, const Axes& summed) {
  Axes result;
  for (std::int64_t axis = 0; axis < static_cast<std::int64_t>(rank); ++axis) {
    if (!contains(batch, axis) && !contains(summed, axis)) result.push_back(axis);
  }
  return result;
}

/// A product reads a transposed operand where it lies. Only where the second operand keeps axes: there every
/// sum runs over k in order, whichever axes they are; else whether the axes are the last ones would decide
/// about the order.
Simplified dot_of_transpose(Simplifier& simplifier, const Node& node, std::size_t which) {
  const Node operand = simplifier.node(node.operands[which]);
  if (operand.op != Op::transpose || node.integers("sum_x").size() > 1) return std::nullopt;
  const Node& y = simplifier.node(node.operands[1]);
  if (free_axes(y.type.rank(), node.integers("batch_y"), node.integers("sum_y")).empty()) return std::nullopt;
  const char* batch_name = which == 0 ? "batch_x" : "batch_y";
  const char* sum_name = which == 0 ? "sum_x" : "sum_y";
  const Axes& permutation = operand.integers("permutation");
  const Axes& batch = node.integers(batch_name);
  const Axes& summed = node.integers(sum_name);
  const Axes free = through(free_axes(operand.type.rank(), batch, summed), permutation);
  if (!std::is_sorted(free.begin(), free.end())) return std::nullopt;
  Attributes attributes = node.attributes;
  for (Attribute& attribute : attributes) {
    if (attribute.name == batch_name) attribute.value = through(batch, permutation);
    if (attribute.name == sum_name) attribute.value = through(summed, permutation);
  }
  std::vector<Id> operands = node.operands;
  operands[which] = operand.operands[0];
  return simplifier.make(node.op, std::move(operands), std::move(attributes));
}

Simplified dot(Simplifier& simplifier, const Node& node) {
  const bool free_to = simplifier.options.fast_math || !is_real(node.type.dtype);  // 0 · inf is NaN
  const bool zero = is_zero(simplifier.node(node.operands[0])) || is_zero(simplifier.node(node.operands[1]));
  if (free_to && zero) return constant_splat(simplifier.graph, 0, node.type);
  if (Simplified found = dot_of_transpose(simplifier, node, 0)) return found;
  return dot_of_transpose(simplifier, node, 1);
}

Simplified guarded_dot(Simplifier& simplifier, const Node& node) {
  const bool all = integer_splat(simplifier.node(node.operands[2])) == 1 &&
                   integer_splat(simplifier.node(node.operands[3])) == 1;
  if (!all) return std::nullopt;
  return simplifier.make(Op::dot, {node.operands[0], node.operands[1]}, node.attributes);
}

Simplified position(Simplifier& simplifier, const Node& node) {
  const bool only_one = extent(simplifier.type(node.operands[0]), node.integer("axis")) == Dim(1);
  return only_one ? Simplified(constant_splat(simplifier.graph, 0, node.type)) : std::nullopt;
}

}  // namespace

Simplified simplify_reduction(Simplifier& simplifier, Id id) {
  const Node node = simplifier.node(id);
  switch (node.op) {
    case Op::argmax:
    case Op::argmin: return position(simplifier, node);
    case Op::dot: return dot(simplifier, node);
    case Op::guarded_dot: return guarded_dot(simplifier, node);
    default: return reduce(simplifier, node);
  }
}

}  // namespace dp
