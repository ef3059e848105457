#include <fmt/format.h>
#include <algorithm>

#include "passes/kernels.h"
#include "passes/lower_emitter.h"
#include "support/assert.h"

namespace dp {

using namespace loops;

Extents extents_of(const Type& type) {
  const auto extents = constants(type.shape);
  DP_ASSERT(extents, "a size of {} is not known", text(type));
  return *extents;
}

KernelEmitter::KernelEmitter(const Graph& graph, const Kernel& kernel, const Storage& storage,
                             const std::vector<bool>& stored, loops::Module& module, Expressions& expressions,
                             const Groupings* groupings)
    : graph_(graph),
      kernel_(kernel),
      storage_(storage),
      stored_(stored),
      module_(module),
      expressions_(expressions),
      indices_(expressions),
      groupings_(groupings),
      scopes_(1),
      computed_(computed_nodes(graph, kernel, stored)),
      is_computed_(graph.size()),
      given_(storage.given) {
  for (const Id id : computed_) is_computed_[id] = true;
}

ExprId KernelEmitter::index_value(const Affine& affine) {
  accesses_.push_back(affine);
  return indices_.emit(affine);
}

Affine KernelEmitter::base_of(const Slot& slot) {
  Affine sum;
  for (const Base& base : slot.bases) {
    const Affine number = base.variable ? indices_.variable(*base.variable, base.range.high + 1)
                                        : indices_.known_at_run_time(base.number, base.range);
    sum = sum + number * base.elements;
  }
  return sum;
}

ExprId KernelEmitter::load(const Slot& slot, const Affine& at) {
  return expressions_.load(slot.buffer, index_value(base_of(slot) + at));
}

ExprId KernelEmitter::element(Id id, const Index& index) {
  if (const auto found = given_.find(id); found != given_.end()) return found->second;
  if (const auto kept = kept_.find(id); kept != kept_.end() && kept->second.is_written) {
    const bool is_of_row = std::equal(row_.begin(), row_.end(), index.begin());
    const std::size_t first = kept->second.is_local ? row_.size() : 0;
    const Extents all = extents_of(graph_[id].type);
    const auto from = static_cast<std::ptrdiff_t>(first);
    const Affine at = indices_.linear({index.begin() + from, index.end()}, {all.begin() + from, all.end()});
    if (is_of_row) return load(kept->second.slots.front(), at);
  }
  const auto known = memo_.find({id, index});
  if (known != memo_.end()) return known->second;
  const ExprId expr = computed_element(id, index);
  if (is_computed_[id]) keep_row_value(id, index, expr);
  memo_.emplace(std::pair(id, index), expr);
  return expr;
}

ExprId KernelEmitter::computed_element(Id id, const Index& index) {
  const Node& node = graph_[id];
  const bool is_given = node.op == Op::input || is_array_constant(node);
  if (!is_computed_[id] || is_given) {
    DP_ASSERT(storage_[id].read, "kernel {} reads node {}, which is stored nowhere", kernel_.kind, id);
    return load(*storage_[id].read, indices_.linear(index, extents_of(node.type)));
  }
  switch (info(node.op).form) {
    case Form::eval:
    case Form::point: return pointwise(id, index);
    case Form::leaf: return leaf(node, index);
    case Form::level: return element(node.operands[0], index);
    case Form::move: return moved(id, index);
    case Form::call: return call(node, index);
    case Form::reduce:
    case Form::contract: return reduced(id, index);
    case Form::binder:
    case Form::loop:
    case Form::effect: break;
  }
  internal_error(__FILE__, __LINE__, "form", fmt::format("`{}` has no element", name(node.op)));
}

ExprId KernelEmitter::leaf(const Node& node, const Index& index) {
  if (node.op == Op::constant) return expressions_.constant(node.type.dtype, node.literal());
  if (node.op == Op::iota) return index_value(index[static_cast<std::size_t>(node.integer("axis"))]);
  const auto size = node.dims("dim")[0].constant();
  DP_ASSERT(node.op == Op::dim_value && size, "a leaf without a buffer: `{}`", name(node.op));
  return expressions_.integer(*size);
}

ExprId KernelEmitter::pointwise(Id id, const Index& index) {
  const Node& node = graph_[id];
  std::vector<ExprId> operands;
  for (const Id operand : node.operands) operands.push_back(element(operand, index));
  if (node.op == Op::convert) return expressions_.convert(node.type.dtype, operands[0]);
  return expressions_.op(node.op, std::move(operands), node.op == Op::power ? node.integer("exponent") : 0);
}

// A key draws as many elements as its shape says; they are numbered in order.
ExprId KernelEmitter::call(const Node& node, const Index& index) {
  const std::size_t rank = graph_[node.operands[0]].type.rank();
  const auto split = index.begin() + static_cast<std::ptrdiff_t>(rank);
  const ExprId first = element(node.operands[0], {index.begin(), split});
  if (node.op == Op::make_key) return expressions_.op(node.op, {expressions_.convert(Dtype::i64, first)});
  if (node.op == Op::fold_key) {
    const ExprId count = element(node.operands[1], index);
    return expressions_.op(node.op, {first, expressions_.convert(Dtype::i64, count)});
  }
  const auto drawn = constants(node.dims("shape"));
  return expressions_.op(node.op, {first, index_value(indices_.linear({split, index.end()}, drawn.value()))});
}

}  // namespace dp
