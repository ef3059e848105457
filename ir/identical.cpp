// Equality of graphs, whatever their ids are.

#include <algorithm>
#include <unordered_map>

#include "ir/graph.h"

namespace dp {
namespace {

/// Inputs in the order of the arguments, then the other live nodes, operands first.
std::vector<Id> in_order(const Graph& graph) {
  std::vector<Id> order = graph.inputs;
  for (const Id id : live_nodes(graph)) {
    if (graph[id].op != Op::input) order.push_back(id);
  }
  return order;
}

using Positions = std::unordered_map<Id, std::size_t>;

Positions positions(const std::vector<Id>& order) {
  Positions result;
  for (std::size_t k = 0; k < order.size(); ++k) result.emplace(order[k], k);
  return result;
}

std::vector<std::size_t> located(const std::vector<Id>& ids, const Positions& positions) {
  std::vector<std::size_t> result;
  for (const Id id : ids) {
    const auto found = positions.find(id);
    result.push_back(found == positions.end() ? positions.size() : found->second);
  }
  return result;
}

struct Numbered {
  const Graph& graph;
  std::vector<Id> order = in_order(graph);
  Positions position = positions(order);

  std::vector<std::size_t> of(const std::vector<Id>& ids) const { return located(ids, position); }
};

bool same_nodes(const Numbered& a, const Numbered& b) {
  if (a.order.size() != b.order.size()) return false;
  for (std::size_t k = 0; k < a.order.size(); ++k) {
    const Node &x = a.graph[a.order[k]], &y = b.graph[b.order[k]];
    const bool equal = x.op == y.op && x.type == y.type && x.attributes == y.attributes &&
                       a.of(x.operands) == b.of(y.operands) &&
                       a.graph.note(a.order[k]).name == b.graph.note(b.order[k]).name;
    if (!equal) return false;
  }
  return true;
}

bool same_results(const Numbered& a, const Numbered& b) {
  const auto same_output = [&](const Output& x, const Output& y) {
    return x.name == y.name && a.of({x.node}) == b.of({y.node});
  };
  return std::equal(a.graph.outputs.begin(), a.graph.outputs.end(), b.graph.outputs.begin(),
                    b.graph.outputs.end(), same_output) &&
         a.of(a.graph.effects) == b.of(b.graph.effects) && a.graph.donated == b.graph.donated;
}

bool same_kernels(const Numbered& a, const Numbered& b) {
  const auto same_kernel = [&](const Kernel& x, const Kernel& y) {
    return x.kind == y.kind && a.of(x.outputs) == b.of(y.outputs);
  };
  return std::equal(a.graph.kernels.begin(), a.graph.kernels.end(), b.graph.kernels.begin(),
                    b.graph.kernels.end(), same_kernel);
}

bool same_plan(const Numbered& a, const Numbered& b) {
  if (!a.graph.plan || !b.graph.plan) return !a.graph.plan && !b.graph.plan;
  const auto same_buffer = [&](const Buffer& x, const Buffer& y) {
    return a.of({x.node}) == b.of({y.node}) && x.place == y.place && x.offset == y.offset &&
           x.bytes == y.bytes;
  };
  const std::vector<Buffer>&x = a.graph.plan->buffers, &y = b.graph.plan->buffers;
  return a.graph.plan->arena_bytes == b.graph.plan->arena_bytes &&
         std::equal(x.begin(), x.end(), y.begin(), y.end(), same_buffer);
}

}  // namespace

bool identical(const Graph& a, const Graph& b) {
  const Numbered x{a}, y{b};
  return a.name == b.name && a.stage == b.stage && a.inputs.size() == b.inputs.size() && same_nodes(x, y) &&
         same_results(x, y) && same_kernels(x, y) && same_plan(x, y);
}

}  // namespace dp
