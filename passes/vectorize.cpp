#include "passes/vectorize.h"

#include <algorithm>

#include "passes/vectorize_frame.h"
#include "support/assert.h"

namespace dp {
namespace vectorizer {
namespace {

Batched emit_binder(Frame& frame, Id id) {
  const Node& node = frame.source[id];
  switch (node.op) {
    case Op::index: {
      const std::int64_t loop = node.integer("id");
      if (frame.facts.is_scan(loop)) return frame.step;
      return {iota(frame.target, 0, node.dims("dim")), {loop}};
    }
    case Op::carry:
      DP_ASSERT(frame.scan == node.integer("id"), "a carried value outside of its scan");
      return frame.carried.at(static_cast<std::size_t>(node.integer("slot")));
    case Op::for_: return closed_over(frame, frame.value(node.operands[0]), node.integer("id"));
    case Op::at: return emit_at(frame, node);
    case Op::put: return emit_put(frame, node);
    default: return emit_scan(frame, id);
  }
}

Batched copied(Frame& frame, const Node& node) {
  std::vector<Id> operands;
  for (const Id operand : node.operands) {
    const Batched value = frame.value(operand);
    DP_ASSERT(value.loops.empty(), "`{}` in a parallel loop", name(node.op));
    operands.push_back(value.value.id);
  }
  return {{&frame.target, frame.target.add(node.op, std::move(operands), node.attributes, node.type)}, {}};
}

Batched emit(Frame& frame, Id id) {
  const Node& node = frame.source[id];
  switch (info(node.op).form) {
    case Form::eval:
    case Form::point: return emit_pointwise(frame, node);
    case Form::move: return emit_move(frame, node);
    case Form::reduce: return emit_reduce(frame, node);
    case Form::contract: return emit_dot(frame, node);
    case Form::call: return emit_call(frame, node);
    case Form::binder: return emit_binder(frame, id);
    case Form::loop: return node.op == Op::result ? emit_result(frame, node) : copied(frame, node);
    default: return copied(frame, node);
  }
}

/// Makes the node, or the effect, and says where it comes from.
void compute_node(Frame& frame, Id id, bool is_effect) {
  const Node& node = frame.source[id];
  const Note& note = frame.source.note(id);
  const std::size_t first = frame.target.size();
  if (info(node.op).form == Form::effect) {
    if (!is_effect) return;
    frame.effects[id] = emit_effect(frame, node);
  } else {
    const Batched value = emit(frame, id);
    frame.target.annotate(value.value.id, note);
    frame.values.emplace(id, value);
    if (is_effect && node.op == Op::loop) frame.effects[id] = value.value.id;
    const auto closed = frame.closed.find(id);
    if (is_effect && closed != frame.closed.end() && closed->second.has_effects)
      frame.effects[id] = closed->second.loop;
  }
  for (std::size_t k = first; k < frame.target.size(); ++k)
    frame.target.annotate(static_cast<Id>(k), {"", note.span, note.place});
}

}  // namespace

void compute(Frame& frame, const std::vector<Id>& nodes, std::span<const Id> effects) {
  frame.acting.insert(effects.begin(), effects.end());
  std::set<Id> all(nodes.begin(), nodes.end());
  // What prints does so in each step, though it may not depend on the step.
  for (const Id effect : effects) {
    const Op op = frame.source[effect].op;
    if (info(op).form == Form::effect || op == Op::scan) all.insert(effect);
  }
  for (const Id id : all) {
    if (frame.has_in_scope(id) && !frame.values.contains(id))
      compute_node(frame, id, frame.acting.contains(id));
  }
}

}  // namespace vectorizer

Graph vectorize(const Graph& graph) {
  vectorizer::LoopFacts facts(graph);
  if (!facts.has_binders()) return graph;
  Graph target;
  target.name = graph.name;
  target.stage = graph.stage;
  target.donated = graph.donated;
  vectorizer::Frame frame{graph, facts, target};
  for (const Id id : graph.inputs) {
    const Id input = target.input(graph[id].string("name"), graph[id].type);
    target.annotate(input, graph.note(id));
    frame.values.emplace(id, vectorizer::Batched{{&target, input}, {}});
  }
  vectorizer::compute(frame, facts.live(), graph.effects);
  for (const Output& output : graph.outputs)
    target.outputs.push_back({output.name, frame.value(output.node).value.id});
  for (const Id effect : graph.effects)
    if (const auto made = frame.effects.find(effect); made != frame.effects.end())
      target.effects.push_back(made->second);
  return target;
}

}  // namespace dp
