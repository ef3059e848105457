#include "passes/bodies.h"

#include <algorithm>

namespace dp {
namespace {

std::vector<Id> renamed(std::vector<Id> ids, const std::vector<Id>& place) {
  for (Id& id : ids) id = place[id];
  return ids;
}

Attributes with_changed_body(const Node& loop,
                             const std::function<Graph(const Node& loop, Graph body)>& change) {
  Attributes attributes = loop.attributes;
  for (Attribute& attribute : attributes) {
    if (auto* body = std::get_if<LoopBody>(&attribute.value))
      body->graph = std::make_shared<const Graph>(change(loop, *body->graph));
  }
  return attributes;
}

}  // namespace

bool has_loops(const Graph& graph) {
  return std::ranges::any_of(live_nodes(graph), [&](Id id) { return graph[id].op == Op::loop; });
}

Graph with_bodies(const Graph& graph, const std::function<Graph(const Node& loop, Graph body)>& change) {
  if (!has_loops(graph)) return graph;
  Graph result;
  result.name = graph.name;
  result.stage = graph.stage;
  std::vector<Id> place(graph.size(), no_id);
  for (const Id id : live_nodes(graph)) {
    const Node& node = graph[id];
    Attributes attributes = node.op == Op::loop ? with_changed_body(node, change) : node.attributes;
    place[id] = result.add(node.op, renamed(node.operands, place), std::move(attributes), node.type);
    result.annotate(place[id], graph.note(id));
  }
  result.inputs = renamed(graph.inputs, place);
  for (const Output& output : graph.outputs) result.outputs.push_back({output.name, place[output.node]});
  result.effects = renamed(graph.effects, place);
  for (Kernel kernel : graph.kernels) {
    kernel.outputs = renamed(kernel.outputs, place);
    result.kernels.push_back(std::move(kernel));
  }
  result.plan = graph.plan;
  if (result.plan) {
    for (Buffer& buffer : result.plan->buffers) buffer.node = place[buffer.node];
  }
  result.donated = graph.donated;
  return result;
}

}  // namespace dp
