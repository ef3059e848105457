#include "passes/kernels.h"

#include <algorithm>

namespace dp {
namespace {

bool contains(const std::vector<Id>& list, Id id) { return std::ranges::find(list, id) != list.end(); }

/// Calls `f` once for each node that the kernel computes or reads, users before operands.
template <class F>
void each_node(const Graph& graph, const Kernel& kernel, const std::vector<bool>& stored, F f) {
  std::vector<bool> seen(graph.size());
  std::vector<Id> waiting = kernel.outputs;
  while (!waiting.empty()) {
    const Id id = waiting.back();
    waiting.pop_back();
    if (seen[id]) continue;
    seen[id] = true;
    const bool is_computed = !stored[id] || contains(kernel.outputs, id);
    f(id, is_computed);
    if (!is_computed) continue;
    for (const Id operand : graph[id].operands) waiting.push_back(operand);
  }
}

}  // namespace

bool is_array_constant(const Node& node) {
  return node.op == Op::constant &&
         std::visit([](const auto& elements) { return elements.size() != 1; }, node.literal().elements);
}

bool is_scatter(Op op) { return op == Op::scatter_add || op == Op::scatter_set; }

std::vector<Id> parts_put_in_turn(const Graph& graph, Id id) {
  std::vector<Id> chain{id};
  while (is_scatter(graph[chain.back()].op)) {
    const Id whole = graph[chain.back()].operands[0];
    if (graph[whole].op == Op::input || info(graph[whole].op).form == Form::leaf) break;
    chain.push_back(whole);
  }
  return chain;
}

bool is_address(const Node& node, const Graph& graph) {
  if (node.op == Op::reshape) return true;
  return node.op == Op::gather && node.integer("axis") == 0 && graph[node.operands[1]].type.rank() == 0;
}

std::vector<Id> loop_results(const Graph& graph, const Kernel& kernel) {
  const Node& loop = graph[loop_of(graph, kernel)];
  std::vector<Id> results(static_cast<std::size_t>(loop.integer("carries") + loop.integer("stacked")), no_id);
  for (const Id id : kernel.outputs) {
    if (graph[id].op == Op::result) results[static_cast<std::size_t>(graph[id].integer("slot"))] = id;
  }
  return results;
}

Id loop_of(const Graph& graph, const Kernel& kernel) {
  const Id first = kernel.outputs.front();
  return graph[first].op == Op::loop ? first : graph[first].operands[0];
}

std::vector<bool> stored_nodes(const Graph& graph) {
  std::vector<bool> stored(graph.size());
  for (const Id input : graph.inputs) stored[input] = true;
  for (const Kernel& kernel : graph.kernels) {
    for (const Id output : kernel.outputs) stored[output] = true;
  }
  for (const Id id : live_nodes(graph)) {
    if (is_array_constant(graph[id])) stored[id] = true;
  }
  return stored;
}

std::vector<Id> copied_outputs(const Graph& graph, const std::vector<bool>& stored) {
  std::vector<Id> copied;
  for (const Output& output : graph.outputs) {
    const Node& node = graph[output.node];
    const bool is_given = stored[output.node] && (node.op == Op::input || is_array_constant(node));
    if (is_given && !contains(copied, output.node)) copied.push_back(output.node);
  }
  return copied;
}

std::vector<Id> computed_nodes(const Graph& graph, const Kernel& kernel, const std::vector<bool>& stored) {
  std::vector<Id> computed;
  each_node(graph, kernel, stored, [&](Id id, bool is_computed) {
    if (is_computed) computed.push_back(id);
  });
  std::ranges::sort(computed);
  return computed;
}

std::vector<Id> nodes_read(const Graph& graph, const Kernel& kernel, const std::vector<bool>& stored) {
  std::vector<Id> read;
  each_node(graph, kernel, stored, [&](Id id, bool is_computed) {
    if (!is_computed) read.push_back(id);
  });
  std::ranges::sort(read);
  return read;
}

bool is_lane_product(const Node& node, const Graph& graph) {
  if (info(node.op).form != Form::contract) return false;
  const auto& sum_x = node.integers("sum_x");
  const auto& sum_y = node.integers("sum_y");
  const std::size_t rank_x = graph[node.operands[0]].type.rank(),
                    rank_y = graph[node.operands[1]].type.rank();
  if (node.integers("batch_y").size() + sum_y.size() != rank_y) return false;
  for (std::size_t k = 0; k < sum_x.size(); ++k) {
    const bool is_trailing = sum_x[k] == static_cast<std::int64_t>(rank_x - sum_x.size() + k) &&
                             sum_y[k] == static_cast<std::int64_t>(rank_y - sum_y.size() + k);
    if (!is_trailing) return false;
  }
  return true;
}

bool is_reduction(const Node& node, const Graph& graph) {
  return info(node.op).form == Form::reduce || (node.op == Op::dot && is_lane_product(node, graph));
}

std::vector<std::int64_t> reduced_axes(const Node& node) {
  if (node.op == Op::dot) return node.integers("sum_x");
  if (node.op == Op::argmax || node.op == Op::argmin) return {node.integer("axis")};
  return node.integers("axes");
}

bool reduces_rows(const Node& node, const Graph& graph) {
  if (!is_reduction(node, graph)) return false;
  const std::vector<std::int64_t> axes = reduced_axes(node);
  const auto last = static_cast<std::int64_t>(graph[node.operands[0]].type.rank()) - 1;
  return std::ranges::find(axes, last) != axes.end();
}

std::size_t row_rank(const Graph& graph, const Kernel& kernel, const std::vector<Id>& computed) {
  std::size_t rank = graph[kernel.outputs[0]].type.rank();
  for (const Id id : computed) {
    if (reduces_rows(graph[id], graph)) rank = std::min(rank, graph[id].type.rank());
  }
  for (const Id output : kernel.outputs) rank = std::min(rank, graph[output].type.rank());
  return rank;
}

int op_cost(const Node& node) {
  switch (info(node.op).form) {
    case Form::leaf:
    case Form::level:
    case Form::move: return 0;
    case Form::point: return node.op == Op::power ? 3 : 1;
    case Form::eval: break;
    default: return 12;
  }
  if (info(node.op).meaning_text.find('(') == std::string_view::npos) return node.op == Op::div ? 4 : 1;
  constexpr Op cheap[] = {Op::abs, Op::sign, Op::floor, Op::ceil, Op::trunc,      Op::round,
                          Op::max, Op::min,  Op::clamp, Op::relu, Op::shift_left, Op::shift_right};
  if (std::ranges::find(cheap, node.op) != std::end(cheap)) return 2;
  return node.op == Op::sqrt || node.op == Op::norm_root ? 5 : 12;
}

}  // namespace dp
