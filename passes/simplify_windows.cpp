// Slices and pads: chains become one, a slice goes before a broadcast and into the part of a concatenation
// that it reads.

#include <algorithm>
#include <cmath>

#include "passes/simplifier.h"

namespace dp {
namespace {

using Axes = std::vector<std::int64_t>;

/// Where the elements of a slice lie in its operand, or those of a pad's operand in its result.
struct Window {
  Shape first;
  Axes stride;
};

Window window_of(const Node& node) {
  return {node.dims(node.op == Op::slice ? "start" : "low"), node.integers("stride")};
}

bool is_whole(const Window& window) {
  const auto zero = [](const Dim& first) { return first == Dim(0); };
  const auto one = [](std::int64_t stride) { return stride == 1; };
  return std::all_of(window.first.begin(), window.first.end(), zero) &&
         std::all_of(window.stride.begin(), window.stride.end(), one);
}

/// The window of `inner`'s elements seen through `outer`; nothing where a stride overflows.
std::optional<Window> composed(const Window& outer, const Window& inner) {
  Window both;
  for (std::size_t k = 0; k < outer.first.size(); ++k) {
    std::int64_t stride;
    if (__builtin_mul_overflow(outer.stride[k], inner.stride[k], &stride)) return std::nullopt;
    both.first.push_back(outer.first[k] + inner.first[k] * outer.stride[k]);
    both.stride.push_back(stride);
  }
  return both;
}

Id pad(Simplifier& simplifier, Id x, Window window, const Shape& shape) {
  return simplifier.make(Op::pad, {x}, {{"low", window.first}, {"shape", shape}, {"stride", window.stride}});
}

/// A slice of a broadcast: of the axes that it repeats only the length matters.
Simplified slice_of_broadcast(Simplifier& simplifier, const Node& node, const Node& operand) {
  const Window window = window_of(node);
  Shape start, shape;
  Axes stride;
  for (const std::int64_t axis : operand.integers("axes")) {
    const std::size_t k = static_cast<std::size_t>(axis);
    start.push_back(window.first[k]);
    shape.push_back(node.type.shape[k]);
    stride.push_back(window.stride[k]);
  }
  const Id part =
      simplifier.slice(operand.operands[0], std::move(start), std::move(shape), std::move(stride));
  return simplifier.broadcast(part, operand.integers("axes"), node.type.shape);
}

/// A slice that reads one part of a concatenation only, all lengths known.
Simplified slice_of_concat(Simplifier& simplifier, const Node& node, const Node& operand) {
  const std::size_t axis = static_cast<std::size_t>(operand.integer("axis"));
  Window window = window_of(node);
  const auto first = window.first[axis].constant(), count = node.type.shape[axis].constant();
  if (!first || !count || *count == 0) return std::nullopt;
  const std::int64_t last = *first + (*count - 1) * window.stride[axis];
  std::int64_t begin = 0;
  for (const Id part : operand.operands) {
    const auto length = simplifier.type(part).shape[axis].constant();
    if (!length) return std::nullopt;
    if (*first >= begin && last < begin + *length) {
      window.first[axis] = Dim(*first - begin);
      return simplifier.slice(part, window.first, node.type.shape, window.stride);
    }
    begin += *length;
  }
  return std::nullopt;
}

Simplified slice(Simplifier& simplifier, const Node& node) {
  const Id x = node.operands[0];
  const Node operand = simplifier.node(x);
  const Window window = window_of(node);
  if (operand.type.shape == node.type.shape && is_whole(window)) return x;
  if (operand.op == Op::slice) {
    const std::optional<Window> both = composed(window_of(operand), window);
    if (!both) return std::nullopt;
    return simplifier.slice(operand.operands[0], both->first, node.type.shape, both->stride);
  }
  if (operand.op == Op::pad) {
    const Id inner = operand.operands[0];
    const Window laid = window_of(operand);
    const bool inverse = laid.first == window.first && laid.stride == window.stride;
    return inverse && simplifier.type(inner).shape == node.type.shape ? Simplified(inner) : std::nullopt;
  }
  if (operand.op == Op::broadcast) return slice_of_broadcast(simplifier, node, operand);
  if (operand.op == Op::concat) return slice_of_concat(simplifier, node, operand);
  return std::nullopt;
}

/// Zeros laid into zeros: the pad's own zeros are +0, false or 0.
bool is_zero(const Node& node) {
  const std::optional<double> real = real_splat(node);
  return (real && *real == 0 && !std::signbit(*real)) || integer_splat(node) == 0;
}

Simplified pad(Simplifier& simplifier, const Node& node) {
  const Id x = node.operands[0];
  const Node operand = simplifier.node(x);
  const Window window = window_of(node);
  if (operand.type.shape == node.type.shape && is_whole(window)) return x;
  if (is_zero(operand)) return constant_splat(simplifier.graph, 0, node.type);
  if (operand.op != Op::pad) return std::nullopt;
  const std::optional<Window> both = composed(window, window_of(operand));
  if (!both) return std::nullopt;
  return pad(simplifier, operand.operands[0], *both, node.type.shape);
}

}  // namespace

Id Simplifier::slice(Id x, Shape start, Shape shape, Axes stride) {
  if (type(x).shape == shape && is_whole({start, stride})) return x;
  return make(Op::slice, {x},
              {{"start", std::move(start)}, {"shape", std::move(shape)}, {"stride", std::move(stride)}});
}

Simplified simplify_window(Simplifier& simplifier, Id id) {
  const Node node = simplifier.node(id);
  if (node.op == Op::slice) return slice(simplifier, node);
  return node.op == Op::pad ? pad(simplifier, node) : std::nullopt;
}

}  // namespace dp
