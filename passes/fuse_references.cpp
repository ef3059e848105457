#include <algorithm>

#include "passes/fuse_points.h"
#include "passes/kernels.h"

namespace dp {
namespace {

using AxisSources = std::vector<Axis>;

AxisSources nowhere(std::size_t rank) { return AxisSources(rank, no_axis); }

/// Leading and trailing axes that a reshape leaves as they are.
AxisSources through_reshape(const Shape& from, const Shape& to, const AxisSources& axes) {
  AxisSources result = nowhere(from.size());
  std::size_t head = 0, tail = 0;
  while (head < std::min(from.size(), to.size()) && from[head] == to[head]) {
    result[head] = axes[head];
    ++head;
  }
  while (head + tail < std::min(from.size(), to.size()) &&
         from[from.size() - 1 - tail] == to[to.size() - 1 - tail]) {
    result[from.size() - 1 - tail] = axes[to.size() - 1 - tail];
    ++tail;
  }
  return result;
}

/// Axes that keep their extent and begin at 0 are kept; the others are read somewhere.
AxisSources through_part(const Node& node, const Type& operand, const char* start_name,
                         const AxisSources& axes) {
  AxisSources result = axes;
  for (std::size_t k = 0; k < result.size(); ++k) {
    const bool is_whole = node.dims(start_name)[k] == Dim(0) && node.integers("stride")[k] == 1 &&
                          operand.shape[k] == node.type.shape[k];
    if (!is_whole) result[k] = no_axis;
  }
  return result;
}

AxisSources through_index(const Node& node, std::size_t position_rank, std::size_t operand,
                          const AxisSources& axes) {
  const auto axis = static_cast<std::ptrdiff_t>(node.integer("axis"));
  const auto count = static_cast<std::ptrdiff_t>(node.op == Op::take ? 0 : position_rank);
  if (operand == 1) {
    if (node.op == Op::take) return axes;
    return {axes.begin() + axis, axes.begin() + axis + count};
  }
  AxisSources result = axes;
  result.erase(result.begin() + axis, result.begin() + axis + count);
  result.insert(result.begin() + axis, no_axis);
  return result;
}

/// The operand of a reduction: kept axes in order, the others summed.
AxisSources through_reduction(const Node& node, std::size_t rank, const AxisSources& axes) {
  const std::vector<std::int64_t> reduced = reduced_axes(node);
  AxisSources result;
  std::size_t kept = 0;
  for (std::size_t k = 0; k < rank; ++k) {
    const bool is_summed = std::ranges::find(reduced, static_cast<std::int64_t>(k)) != reduced.end();
    result.push_back(is_summed ? summed_axis + static_cast<Axis>(k) : axes[kept++]);
  }
  return result;
}

/// An operand of a lane product: batch axes first in the result, then those of x alone.
AxisSources through_lane_product(const Node& node, std::size_t rank, std::size_t operand,
                                 const AxisSources& axes) {
  const auto& batch = node.integers(operand == 0 ? "batch_x" : "batch_y");
  const auto& summed = node.integers(operand == 0 ? "sum_x" : "sum_y");
  AxisSources result;
  std::size_t own = batch.size();
  for (std::size_t k = 0; k < rank; ++k) {
    const auto at = std::ranges::find(batch, static_cast<std::int64_t>(k));
    const bool is_summed = std::ranges::find(summed, static_cast<std::int64_t>(k)) != summed.end();
    if (at != batch.end()) {
      result.push_back(axes[static_cast<std::size_t>(at - batch.begin())]);
    } else {
      result.push_back(is_summed ? summed_axis + static_cast<Axis>(k) : axes[own++]);
    }
  }
  return result;
}

AxisSources through(const Graph& graph, const Node& node, std::size_t operand, const AxisSources& axes) {
  const Type& type = graph[node.operands[operand]].type;
  AxisSources result = nowhere(type.rank());
  switch (node.op) {
    case Op::broadcast:
      for (std::size_t k = 0; k < result.size(); ++k) {
        result[k] = axes[static_cast<std::size_t>(node.integers("axes")[k])];
      }
      return result;
    case Op::transpose:
      for (std::size_t k = 0; k < result.size(); ++k) {
        result[static_cast<std::size_t>(node.integers("permutation")[k])] = axes[k];
      }
      return result;
    case Op::reshape: return through_reshape(type.shape, node.type.shape, axes);
    case Op::slice: return through_part(node, type, "start", axes);
    case Op::pad: return through_part(node, type, "low", axes);
    case Op::flip:
    case Op::concat:
      result = axes;
      if (node.op == Op::concat) result[static_cast<std::size_t>(node.integer("axis"))] = no_axis;
      if (node.op == Op::flip) {
        for (const std::int64_t axis : node.integers("axes"))
          result[static_cast<std::size_t>(axis)] = no_axis;
      }
      return result;
    case Op::take:
    case Op::gather: return through_index(node, graph[node.operands[1]].type.rank(), operand, axes);
    case Op::random_bits: return {axes.begin(), axes.begin() + static_cast<std::ptrdiff_t>(type.rank())};
    case Op::scatter_add:
    case Op::scatter_set:
    case Op::print: return result;
    default: break;
  }
  if (node.op == Op::dot && is_lane_product(node, graph))
    return through_lane_product(node, type.rank(), operand, axes);
  if (is_reduction(node, graph)) return through_reduction(node, type.rank(), axes);
  return info(node.op).form == Form::contract || is_routine(node.op) ? result : axes;
}

bool keeps_elements(const Node& node) {
  const Form form = info(node.op).form;
  return form == Form::eval || form == Form::point || form == Form::level || node.op == Op::reshape;
}

}  // namespace

std::set<Reference> references(const Graph& graph, Id reader, const std::vector<bool>& is_end) {
  std::set<Reference> seen, found;
  std::vector<Reference> waiting;
  AxisSources own;
  for (std::size_t k = 0; k < graph[reader].type.rank(); ++k) own.push_back(static_cast<Axis>(k));
  waiting.push_back({reader, own, true});
  while (!waiting.empty()) {
    const Reference at = waiting.back();
    waiting.pop_back();
    const Node& node = graph[at.node];
    for (std::size_t k = 0; k < node.operands.size(); ++k) {
      const Id operand = node.operands[k];
      Reference next{operand, through(graph, node, k, at.axes), at.is_elementwise && keeps_elements(node)};
      if (is_end[operand]) {
        found.insert(std::move(next));
      } else if (seen.insert(next).second) {
        waiting.push_back(std::move(next));
      }
    }
  }
  return found;
}

bool is_row_reduction(const Graph& graph, Id id) {
  const Node& node = graph[id];
  if (!reduces_rows(node, graph)) return false;
  const std::size_t rank = graph[node.operands[0]].type.rank();
  const std::vector<std::int64_t> axes = reduced_axes(node);
  if (axes.front() != static_cast<std::int64_t>(rank - axes.size())) return false;
  if (node.op != Op::dot) return true;
  const auto& batch = node.integers("batch_x");
  for (std::size_t k = 0; k < batch.size(); ++k) {
    if (batch[k] != static_cast<std::int64_t>(k)) return false;
  }
  return true;
}

}  // namespace dp
