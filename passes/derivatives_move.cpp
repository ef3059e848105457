// The transposes of the ops that move elements. Where every element of the transpose comes from one place,
// the guard takes the same way; where elements meet (a broadcast goes back as a sum), a guard holds if one of
// them does.

#include <algorithm>

#include "passes/derivatives_rules.h"
#include "support/assert.h"

namespace dp::derivative_rules {
namespace {

/// A sum over the axes that repeat the operand.
Adjoint pull_broadcast(const Node& node, const Adjoint& ct) {
  const Axes repeated = other_axes(node.type.rank(), node.integers("axes"));
  const Expression sum = reduce(Op::reduce_sum, ct.value, repeated);
  if (ct.guard.is_everywhere()) return {sum, {}};
  return {sum, Guard::where(reduce(Op::reduce_any, ct.guard.expression(*sum.graph), repeated))};
}

Adjoint pull_transpose(const Node& node, const Adjoint& ct) {
  const Axes& permutation = node.integers("permutation");
  Axes inverse(permutation.size());
  for (std::size_t k = 0; k < permutation.size(); ++k) {
    inverse[static_cast<std::size_t>(permutation[k])] = static_cast<std::int64_t>(k);
  }
  return moved(ct, [&](const Expression& value) { return transpose(value, inverse); });
}

Adjoint pull_slice(const Application& application, const Adjoint& ct) {
  const Node& node = application.node;
  const Shape shape = application.operand(0).shape();
  const auto laid_in = [&](const Expression& value) {
    return pad(value, node.dims("start"), shape, node.integers("stride"));
  };
  const Expression value = laid_in(ct.value);
  if (ct.guard.is_everywhere()) return {value, {}};
  return {value, Guard::where(laid_in(ct.guard.expression(*application.graph)))};
}

Adjoint pull_pad(const Application& application, const Adjoint& ct) {
  const Node& node = application.node;
  const Shape shape = application.operand(0).shape();
  return moved(ct, [&](const Expression& value) {
    return slice(value, node.dims("low"), shape, node.integers("stride"));
  });
}

/// The operand's part of ct.
Adjoint pull_concat(const Application& application, std::size_t k, const Adjoint& ct) {
  const std::size_t axis = static_cast<std::size_t>(application.node.integer("axis"));
  const Shape shape = application.operand(k).shape();
  Shape start(shape.size(), Dim(0));
  for (std::size_t before = 0; before < k; ++before) {
    start[axis] = start[axis] + application.operand(before).shape()[axis];
  }
  return moved(ct,
               [&](const Expression& value) { return slice(value, start, shape, Axes(shape.size(), 1)); });
}

/// ct at the position that was taken, 0 at the others: no scatter, since there is one position for each other
/// index.
Adjoint pull_take(const Application& application, const Adjoint& ct) {
  const std::int64_t axis = application.node.integer("axis");
  const Shape shape = application.operand(0).shape();
  const Axes others = other_axes(shape.size(), {axis});
  const auto spread = [&](const Expression& value) { return broadcast(value, others, shape); };
  const Expression position = spread(convert(application.operand(1), Dtype::i64));
  const Expression taken = iota(*application.graph, axis, shape) == position;
  const Expression value = spread(ct.value);
  const Expression selected = select(taken, value, zero(value));
  if (ct.guard.is_everywhere()) return {selected, {}};
  return {selected, ct.guard.moved(spread).and_where(taken, true)};
}

Expression scattered(const Application& gather, const Expression& parts) {
  Graph& graph = *gather.graph;
  const Expression none = splat(graph, 0.0, {parts.type().dtype, gather.operand(0).shape()});
  return {&graph,
          graph.add(Op::scatter_add, {none.id, gather.node.operands[1], parts.id}, gather.node.attributes)};
}

/// A guard holds where a part does that was read there: where the count of those is above 0.
Adjoint pull_gather(const Application& application, const Adjoint& ct) {
  const Expression value = scattered(application, ct.value);
  if (ct.guard.is_everywhere()) return {value, {}};
  const Expression guard = ct.guard.expression(*application.graph);
  return {value, Guard::where(scattered(application, convert(guard, ct.value.type().dtype)) > 0.0)};
}

/// The tensor keeps its cotangent, the parts read theirs where they were added.
Adjoint pull_scatter_add(const Application& application, std::size_t k, const Adjoint& ct) {
  if (k == 0) return ct;
  Graph& graph = *application.graph;
  const Id index = application.node.operands[1];
  return moved(ct, [&](const Expression& value) {
    return Expression{&graph, graph.add(Op::gather, {value.id, index}, application.node.attributes)};
  });
}

Expression with_parts(const Application& scatter, const Expression& whole, const Expression& parts) {
  Graph& graph = *scatter.graph;
  return {&graph, graph.add(Op::scatter_set, {whole.id, scatter.node.operands[1], parts.id},
                            scatter.node.attributes)};
}

Expression parts_of(const Application& scatter, const Expression& whole) {
  Graph& graph = *scatter.graph;
  return {&graph, graph.add(Op::gather, {whole.id, scatter.node.operands[1]}, scatter.node.attributes)};
}

/// Of several parts for one position, which one stayed: the last, whose number a scatter of the numbers
/// leaves. Of the shape of the parts; nothing where there is one part.
std::optional<Expression> parts_that_stayed(const Application& scatter) {
  const Expression index = scatter.operand(1);
  const Shape positions = index.shape(), shape = scatter.operand(2).shape();
  if (positions.empty()) return std::nullopt;
  Graph& graph = *scatter.graph;
  const auto axis = static_cast<std::size_t>(scatter.node.integer("axis"));
  const Expression numbers = reshape(iota(graph, 0, {element_count(positions)}), positions);
  const Expression none = splat(graph, -1.0, {Dtype::i64, {scatter.node.type.shape[axis]}});
  const Attributes along{{"axis", std::int64_t{0}}};
  const Id last = graph.add(Op::scatter_set, {none.id, index.id, numbers.id}, along);
  const Expression left{&graph, graph.add(Op::gather, {last, index.id}, along)};
  return broadcast(left == numbers, axes_between(axis, axis + positions.size()), shape);
}

/// The tensor has no part in the result where another was set; a part reads its own, if it stayed.
Adjoint pull_scatter_set(const Application& application, std::size_t k, const Adjoint& ct) {
  Graph& graph = *application.graph;
  if (k == 0) {
    const Shape parts = application.operand(2).shape();
    const auto cleared = [&](const Expression& value) {
      return with_parts(application, value, splat(graph, 0.0, {value.type().dtype, parts}));
    };
    const Expression value = cleared(ct.value);
    if (ct.guard.is_everywhere()) return {value, {}};
    return {value, Guard::where(cleared(ct.guard.expression(graph)))};
  }
  const Adjoint read = moved(ct, [&](const Expression& value) { return parts_of(application, value); });
  const std::optional<Expression> stayed = parts_that_stayed(application);
  if (!stayed) return read;
  const Expression value = select(*stayed, read.value, zero(read.value));
  return {value, read.guard.is_everywhere() ? Guard() : read.guard.and_where(*stayed, true)};
}

}  // namespace

Adjoint pull_move(const Application& application, std::size_t k, const Adjoint& ct) {
  const Node& node = application.node;
  switch (node.op) {
    case Op::broadcast: return pull_broadcast(node, ct);
    case Op::transpose: return pull_transpose(node, ct);
    case Op::slice: return pull_slice(application, ct);
    case Op::pad: return pull_pad(application, ct);
    case Op::concat: return pull_concat(application, k, ct);
    case Op::take: return pull_take(application, ct);
    case Op::gather: return pull_gather(application, ct);
    case Op::scatter_add: return pull_scatter_add(application, k, ct);
    case Op::scatter_set: return pull_scatter_set(application, k, ct);
    case Op::flip:
      return moved(ct, [&](const Expression& value) { return flip(value, node.integers("axes")); });
    default: break;
  }
  DP_ASSERT(node.op == Op::reshape, "`{}` has no derivative rule", name(node.op));
  const Shape shape = application.operand(0).shape();
  return moved(ct, [&](const Expression& value) { return reshape(value, shape); });
}

}  // namespace dp::derivative_rules
