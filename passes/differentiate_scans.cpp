#include "passes/differentiate_scans.h"

#include <algorithm>

#include "ir/infer.h"

namespace dp {
namespace {

Source value_only(Id value) { return {value, std::nullopt}; }

/// What is carried in a slot comes from what the loop starts with, and from what a step leaves.
std::vector<Source> carried_sources(const Node& scan, std::int64_t slot) {
  const ScanOperands operands = scan_operands(scan);
  const auto at = static_cast<std::size_t>(slot);
  return {value_only(operands.initial[at]), value_only(operands.next[at])};
}

}  // namespace

Expression integer(Graph& graph, const Dim& value) {
  if (const auto constant = value.constant())
    return {&graph, graph.add(Op::constant, {}, {{"value", Literal{std::vector<std::int64_t>{*constant}}}},
                              {Dtype::i64, {}})};
  return {&graph, graph.add(Op::dim_value, {}, {{"dim", Shape{value}}})};
}

Expression ScanLoop::count(Graph& graph) const {
  return is_conditional(graph) ? Expression{&graph, nodes.front()} : integer(graph, extent(graph));
}

Expression scan_result(Graph& graph, Id scan, std::int64_t slot) {
  const Type type = *result_type(graph[scan], graph, slot);
  return {&graph,
          graph.add(Op::result, {scan}, {{"slot", slot}, {"dtype", type.dtype}, {"shape", type.shape}})};
}

Expression stacked_by(Graph& graph, const ScanLoop& loop, const Expression& value) {
  const Node scan = loop.node(graph);
  const std::int64_t carries = scan.integer("carries");
  std::vector<Id> operands(scan.operands.begin(), scan.operands.begin() + 2 * carries);
  operands.push_back(value.id);
  const Id stacking = graph.add(Op::scan, std::move(operands),
                                {{"id", loop.id},
                                 {"dim", scan.dims("dim")},
                                 {"carries", carries},
                                 {"stacked", std::int64_t{1}},
                                 {"conditional", scan.integer("conditional")}});
  graph.annotate(stacking, Note(graph.note(loop.nodes.front())));
  return scan_result(graph, stacking, carries);
}

ScanLoops::ScanLoops(const Graph& graph, Id y, LoopVariables& variables) {
  if (variables.next() == 0) return;
  find_scans(graph, y, variables);
  for (auto& [id, loop] : loops_) {
    std::ranges::sort(loop.nodes);
    nest(loop);
  }
}

void ScanLoops::find_scans(const Graph& graph, Id y, LoopVariables& variables) {
  std::vector<bool> seen(y + 1);
  std::vector<Id> pending{y};
  std::map<std::int64_t, std::map<std::int64_t, Id>> carries;
  while (!pending.empty()) {
    const Id id = pending.back();
    pending.pop_back();
    if (seen[id]) continue;
    seen[id] = true;
    const Node& node = graph[id];
    pending.insert(pending.end(), node.operands.begin(), node.operands.end());
    if (node.op == Op::carry) carries[node.integer("id")][node.integer("slot")] = id;
    if (node.op != Op::scan) continue;
    ScanLoop& loop = loops_[node.integer("id")];
    loop.id = node.integer("id");
    loop.nodes.push_back(id);
    loop.around.merge(Variables(variables.of(id)));
  }
  for (auto& [id, loop] : loops_) loop.carries = carries[id];
}

void ScanLoops::nest(ScanLoop& loop) {
  if (loop.outer) return;
  for (const std::int64_t id : loop.around) {
    const auto around = loops_.find(id);
    if (around == loops_.end()) continue;
    nest(around->second);
    if (around->second.depth < loop.depth) continue;
    loop.outer = &around->second;
    loop.depth = around->second.depth + 1;
  }
}

const ScanLoop* ScanLoops::find(std::int64_t id) const {
  const auto place = loops_.find(id);
  return place == loops_.end() ? nullptr : &place->second;
}

const ScanLoop* ScanLoops::home(const Variables& variables) const {
  const ScanLoop* innermost = nullptr;
  for (const std::int64_t id : variables) {
    const ScanLoop* loop = find(id);
    if (loop && (!innermost || loop->depth > innermost->depth)) innermost = loop;
  }
  return innermost;
}

Id ScanLoops::lowest_carry(Id otherwise) const {
  for (const auto& [id, loop] : loops_) {
    for (const auto& [slot, carry] : loop.carries) otherwise = std::min(otherwise, carry);
  }
  return otherwise;
}

std::vector<Source> ScanLoops::sources(const Graph& graph, Id id) const {
  const Node& node = graph[id];
  if (node.op == Op::result || node.op == Op::carry) {
    if (!is_real(node.type.dtype)) return {};
    const std::int64_t slot = node.integer("slot");
    if (node.op == Op::carry) {
      const ScanLoop* loop = find(node.integer("id"));
      return loop ? carried_sources(loop->node(graph), slot) : std::vector<Source>();
    }
    const Node& scan = graph[node.operands[0]];
    const std::int64_t carries = scan.integer("carries");
    if (slot < carries) return carried_sources(scan, slot);
    return {value_only(scan_operands(scan).stacked[static_cast<std::size_t>(slot - carries)])};
  }
  std::vector<Source> sources;
  for (std::size_t k = 0; k < node.operands.size(); ++k) {
    if (carries_derivative(graph, node, k)) sources.push_back({node.operands[k], k});
  }
  return sources;
}

}  // namespace dp
