// Scans as closed loops. What a step computes becomes a graph of its own. In parallel loops one loop runs all
// lanes: what is carried gains their axes as far as it depends on them; a conditional scan goes on while any
// lane does, and a lane that is done keeps its values, stacks zeros and is checked no more.

#include <algorithm>

#include "passes/vectorize_frame.h"
#include "support/assert.h"

namespace dp::vectorizer {
namespace {

Loops ascending(const Variables& loops) { return {loops.begin(), loops.end()}; }

/// What a scan computes at each step, ascending: what depends on its variables, without what only the steps
/// of a scan inside compute.
std::vector<Id> nodes_of_scan(const Graph& graph, const Node& scan, FreeVariables& free) {
  using Place = std::pair<Id, Variables>;  // a node, and those of its variables that scans inside bind
  std::vector<Place> pending;
  const std::size_t first = scan_operands(scan).initial.size();
  for (const Id root : std::span(scan.operands).subspan(first)) pending.emplace_back(root, Variables());
  std::set<Place> seen;
  std::set<Id> found;
  while (!pending.empty()) {
    const auto [id, inside] = pending.back();
    pending.pop_back();
    if (!free.of(id).contains(scan.integer("id")) || !seen.insert({id, inside}).second) continue;
    if (inside.empty()) found.insert(id);
    const Node& node = graph[id];
    const std::size_t outside =
        node.op == Op::scan ? scan_operands(node).initial.size() : node.operands.size();
    for (std::size_t k = 0; k < node.operands.size(); ++k) {
      Variables deeper = inside;
      if (k >= outside) deeper.insert(node.integer("id"));
      std::erase_if(deeper, [&](std::int64_t loop) { return !free.of(node.operands[k]).contains(loop); });
      pending.emplace_back(node.operands[k], std::move(deeper));
    }
  }
  return {found.begin(), found.end()};
}

class ScanCloser {
 public:
  ScanCloser(Frame& outer, Id id)
      : outer_(outer),
        id_(id),
        scan_(outer.source[id]),
        operands_(scan_operands(scan_)),
        lanes_(ascending(outer.facts.lanes(id))),
        inner_{outer.source, outer.facts, body_, &outer, scan_.integer("id")} {
    body_.name = name_of_steps();
    inner_.step = {{&body_, body_.input("number", {Dtype::i64, {}})}, {}};
  }

  Batched close() {
    begin();
    compute(inner_, nodes_of_scan(outer_.source, scan_, outer_.facts.free()), operands_.effects);
    leave();
    ClosedScan& closed = outer_.closed[id_];
    closed.carries = operands_.initial.size();
    closed.has_effects = !body_.effects.empty();
    closed.loop = add_loop();
    for (std::size_t k = 0; k < results_.size(); ++k) {
      closed.slots.push_back(results_[k].first);
      closed.loops.push_back(results_[k].second);
    }
    const Expression loop{&outer_.target, closed.loop};
    if (!counts()) return {loop, {}};
    return {result_of(loop, count_slot(), {Dtype::i64, outer_.extents(lanes_)}), lanes_};
  }

 private:
  /// The user's name for the number of the step, `step` where there is none.
  std::string name_of_steps() const {
    const Graph& graph = outer_.source;
    for (Id id = 0; id < graph.size(); ++id) {
      const Node& node = graph[id];
      const bool is_number = node.op == Op::index && node.integer("id") == scan_.integer("id");
      if (is_number && !graph.note(id).name.empty()) return graph.note(id).name;
    }
    return "step";
  }
  /// Whether lanes stop one by one.
  bool stops_by_lane() const { return !lanes_.empty(); }
  bool counts() const { return stops_by_lane() && outer_.facts.is_counted(id_); }
  std::int64_t count_slot() const { return 1; }
  /// Of the slots of the loop: whether any lane goes on, the number of steps of each, then the scan's own.
  std::int64_t first_slot() const { return stops_by_lane() ? (counts() ? 2 : 1) : 0; }

  Expression result_of(const Expression& loop, std::int64_t slot, const Type& type) const {
    const Attributes attributes{{"slot", slot}, {"dtype", type.dtype}, {"shape", type.shape}};
    return {loop.graph, loop.graph->add(Op::result, {loop.id}, attributes)};
  }

  Expression any(const Expression& lanes) const {
    return reduce(Op::reduce_any, lanes, axes_between(0, lanes.shape().size()));
  }

  Batched carry(const Batched& initial) {
    initial_.push_back(initial.value.id);
    const std::string name = "carried" + std::to_string(initial_.size() - 1);
    return {{&body_, body_.input(name, Type(initial.value.type()))}, initial.loops};
  }

  void begin() {
    std::vector<Batched> initial;
    for (std::size_t k = 0; k < operands_.initial.size(); ++k) {
      const Loops loops = ascending(outer_.facts.carried_lanes(id_, k));
      initial.push_back(aligned(outer_, outer_.value(operands_.initial[k]), loops));
    }
    if (stops_by_lane() && outer_.active) {
      const Batched active = aligned(outer_, *outer_.active, initial[0].loops);
      initial[0].value = initial[0].value & active.value;
    }
    if (stops_by_lane()) carry({any(initial[0].value), {}});
    if (counts()) count_ = carry(zeros(outer_, Dtype::i64, lanes_, {}));
    for (const Batched& value : initial) inner_.carried.push_back(carry(value));
    if (stops_by_lane()) {
      inner_.active = inner_.carried[0];
    } else if (outer_.active) {
      inner_.active = inner_.read_in(*outer_.active);
    }
  }

  /// The value where the lane goes on, else the other.
  Batched where_active(const Batched& value, const std::optional<Batched>& other) {
    const Loops loops = other ? other->loops : joined(std::vector{value, *inner_.active});
    const Expression x = aligned(inner_, value, loops).value;
    const Expression lanes = aligned(inner_, *inner_.active, loops).value;
    const Expression active = broadcast(lanes, axes_between(0, loops.size()), Shape(x.shape()));
    return {select(active, x, other ? other->value : zero(x)), loops};
  }

  void output(const Batched& value) {
    body_.outputs.push_back({std::to_string(body_.outputs.size()), value.value.id});
  }

  void leave() {
    std::vector<Batched> next;
    for (std::size_t k = 0; k < operands_.next.size(); ++k) {
      const Batched value = aligned(inner_, inner_.value(operands_.next[k]), inner_.carried[k].loops);
      next.push_back(stops_by_lane() && k > 0 ? where_active(value, inner_.carried[k]) : value);
    }
    if (stops_by_lane()) {
      next[0].value = next[0].value & inner_.active->value;
      output({any(next[0].value), {}});
    }
    if (counts()) output({count_->value + convert(inner_.active->value, Dtype::i64), lanes_});
    for (std::size_t k = 0; k < next.size(); ++k) {
      results_.emplace_back(first_slot() + static_cast<std::int64_t>(k), next[k].loops);
      output(next[k]);
    }
    for (const Id stacked : operands_.stacked) {
      Batched value = inner_.value(stacked);
      if (stops_by_lane()) value = where_active(value, {});
      results_.emplace_back(static_cast<std::int64_t>(body_.outputs.size()), value.loops);
      output(value);
    }
    for (const Id effect : operands_.effects)
      if (const auto made = inner_.effects.find(effect); made != inner_.effects.end())
        body_.effects.push_back(made->second);
  }

  Id add_loop() {
    std::vector<Id> operands = initial_;
    operands.insert(operands.end(), inner_.read.begin(), inner_.read.end());
    const auto carries = static_cast<std::int64_t>(initial_.size());
    const Attributes attributes{{"dim", scan_.dims("dim")},
                                {"carries", carries},
                                {"stacked", static_cast<std::int64_t>(operands_.stacked.size())},
                                {"conditional", scan_.integer("conditional")},
                                {"body", LoopBody{std::make_shared<const Graph>(body_)}}};
    return outer_.target.add(Op::loop, std::move(operands), attributes);
  }

  Frame& outer_;
  Id id_;
  const Node& scan_;
  ScanOperands operands_;
  Loops lanes_;
  Graph body_;
  Frame inner_;
  std::optional<Batched> count_;
  std::vector<Id> initial_;                              // of all slots of the loop
  std::vector<std::pair<std::int64_t, Loops>> results_;  // of the scan: the slot and the loops
};

}  // namespace

Batched emit_scan(Frame& frame, Id id) { return ScanCloser(frame, id).close(); }

Batched emit_result(Frame& frame, const Node& node) {
  const auto found = frame.closed.find(node.operands[0]);
  Graph& graph = frame.target;
  if (found == frame.closed.end()) {  // of a loop that is closed already
    const Batched loop = frame.value(node.operands[0]);
    DP_ASSERT(loop.loops.empty(), "a closed loop in a parallel one");
    return {{&graph, graph.add(node.op, {loop.value.id}, node.attributes)}, {}};
  }
  const ClosedScan& closed = found->second;
  const auto slot = static_cast<std::size_t>(node.integer("slot"));
  const Loops& loops = closed.loops[slot];
  const bool is_stack = slot >= closed.carries;
  const Shape part = node.dims("shape");
  // A stack has the steps before the lanes.
  Shape shape(part.begin(), part.begin() + (is_stack ? 1 : 0));
  const Shape lanes = frame.extents(loops);
  shape.insert(shape.end(), lanes.begin(), lanes.end());
  shape.insert(shape.end(), part.begin() + (is_stack ? 1 : 0), part.end());
  const std::size_t rank = shape.size();
  const Attributes attributes{{"slot", closed.slots[slot]}, {"dtype", node.type.dtype}, {"shape", shape}};
  const Expression result{&graph, graph.add(Op::result, {closed.loop}, attributes)};
  Axes order = axes_between(0, rank);
  if (is_stack)
    std::rotate(order.begin(), order.begin() + 1,
                order.begin() + 1 + static_cast<std::ptrdiff_t>(loops.size()));
  return {transpose(result, order), loops};
}

}  // namespace dp::vectorizer
