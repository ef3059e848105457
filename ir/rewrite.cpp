#include "ir/rewrite.h"

#include "support/assert.h"

namespace dp {
namespace {

std::vector<Id> renamed(std::span<const Id> old, const std::vector<Id>& ids) {
  std::vector<Id> result;
  result.reserve(old.size());
  for (const Id id : old) result.push_back(ids[id]);
  return result;
}

Shape substituted(Shape shape, const DimBindings& bindings) {
  for (Dim& extent : shape) extent = extent.substitute(bindings);
  return shape;
}

bool still_acts(const Node& node) {
  return info(node.op).form == Form::effect || node.op == Op::scan || node.op == Op::loop;
}

/// The operands of a scan without the effects of its steps that have become values.
std::vector<Id> acting(const Node& scan, std::span<const Id> operands, const Graph& target) {
  const auto first = static_cast<std::size_t>(2 * scan.integer("carries") + scan.integer("stacked"));
  std::vector<Id> result(operands.begin(), operands.begin() + static_cast<std::ptrdiff_t>(first));
  for (const Id effect : operands.subspan(first))
    if (still_acts(target[effect])) result.push_back(effect);
  return result;
}

/// The body of every rewrite; `input_type` says what the type of an input becomes.
template <class InputType, class Replace>
Rewritten rebuilt(const Graph& graph, const InputType& input_type, const Replace& replace) {
  Rewritten result{{}, std::vector<Id>(graph.size(), no_id)};
  Graph& target = result.graph;
  target.name = graph.name;
  target.stage = graph.stage;
  target.donated = graph.donated;
  for (const Id id : graph.inputs) {
    result.ids[id] = target.input(graph[id].string("name"), input_type(graph[id].type));
    target.annotate(result.ids[id], graph.note(id));
  }
  for (const Id id : live_nodes(graph)) {
    if (graph[id].op == Op::input) continue;
    const std::vector<Id> operands = renamed(graph[id].operands, result.ids);
    const Id replacement = replace(graph[id], id, operands, target);
    result.ids[id] = replacement;
    target.annotate(replacement, graph.note(id));
  }
  for (const Output& output : graph.outputs) target.outputs.push_back({output.name, result.ids[output.node]});
  for (const Id effect : renamed(graph.effects, result.ids)) {
    if (still_acts(target[effect])) target.effects.push_back(effect);
  }
  return result;
}

}  // namespace

Id copy_node(const Node& node, std::span<const Id> operands, Graph& target) {
  DP_ASSERT(node.op != Op::input, "inputs are carried over by `rewrite`");
  const std::vector<Id> ids = node.op == Op::scan ? acting(node, operands, target)
                                                  : std::vector<Id>(operands.begin(), operands.end());
  if (node.op == Op::constant) return target.add(node.op, ids, node.attributes, node.type);
  return target.add(node.op, ids, node.attributes);
}

Rewritten rewrite_with_ids(const Graph& graph, const Rewriter& replace) {
  return rebuilt(graph, [](const Type& type) { return type; }, replace);
}

Graph rewrite(const Graph& graph, const Rewriter& replace) { return rewrite_with_ids(graph, replace).graph; }

Graph substitute(const Graph& graph, const DimBindings& bindings) {
  const auto type_of = [&](const Type& type) { return Type{type.dtype, substituted(type.shape, bindings)}; };
  const auto replace = [&](const Node& node, Id, std::span<const Id> operands, Graph& target) {
    Attributes attributes = node.attributes;
    for (Attribute& attribute : attributes) {
      if (Shape* shape = std::get_if<Shape>(&attribute.value))
        *shape = substituted(std::move(*shape), bindings);
      if (LoopBody* body = std::get_if<LoopBody>(&attribute.value))
        body->graph = std::make_shared<const Graph>(substitute(*body->graph, bindings));
    }
    return target.add(node.op, {operands.begin(), operands.end()}, std::move(attributes), type_of(node.type));
  };
  return rebuilt(graph, type_of, replace).graph;
}

}  // namespace dp
