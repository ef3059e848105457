#include "passes/specialize.h"

namespace dp {
namespace {

Shape substituted(const Shape& shape, const DimBindings& bindings) {
  Shape result;
  for (const Dim& dim : shape) result.push_back(dim.substitute(bindings));
  return result;
}

Attributes substituted(Attributes attributes, const DimBindings& bindings) {
  for (Attribute& attribute : attributes) {
    if (const auto* shape = std::get_if<Shape>(&attribute.value))
      attribute.value = substituted(*shape, bindings);
    if (auto* body = std::get_if<LoopBody>(&attribute.value))
      body->graph = std::make_shared<const Graph>(specialize(*body->graph, bindings));
  }
  return attributes;
}

}  // namespace

Graph specialize(const Graph& graph, const DimBindings& bindings) {
  if (graph.plan) return graph;  // memory is planned for known sizes only
  Graph result;
  std::vector<Id> place(graph.size(), no_id);
  const auto renamed = [&](std::vector<Id> ids) {
    for (Id& id : ids) id = place[id];
    return ids;
  };
  result.name = graph.name;
  result.stage = graph.stage;
  for (const Id id : live_nodes(graph)) {
    const Node& node = graph[id];
    const Type type{node.type.dtype, substituted(node.type.shape, bindings)};
    const bool has_own_type = node.op == Op::input || node.op == Op::constant;
    place[id] = has_own_type
                    ? result.add(node.op, {}, node.attributes, type)
                    : result.add(node.op, renamed(node.operands), substituted(node.attributes, bindings));
    result.annotate(place[id], graph.note(id));
  }
  result.inputs = renamed(graph.inputs);
  for (const Output& output : graph.outputs) result.outputs.push_back({output.name, place[output.node]});
  result.effects = renamed(graph.effects);
  for (Kernel kernel : graph.kernels) {
    kernel.outputs = renamed(kernel.outputs);
    result.kernels.push_back(std::move(kernel));
  }
  result.donated = graph.donated;
  return result;
}

}  // namespace dp
