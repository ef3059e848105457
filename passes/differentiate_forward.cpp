// The forward sweep: tangents from a mark up to y. The tangents of what a scan carries are a scan of their
// own, which reads what the scan has computed, so that nothing of it is computed twice.

#include <memory>

#include "passes/differentiate_path.h"
#include "passes/differentiate_steps.h"
#include "passes/differentiate_sweeps.h"

namespace dp {
namespace {

class ForwardSweep {
 public:
  ForwardSweep(Graph& graph, const DerivativePath& path, const ScanLoops& scans, LoopVariables& variables)
      : graph_(graph),
        path_(path),
        scans_(scans),
        variables_(variables),
        beginning_{static_cast<Id>(graph.size()), variables.next()} {}

  Id run(Id y, Id mark, Id dx) {
    tangents_[mark] = {&graph_, dx};
    sweep(nullptr);
    return tangents_.at(y).id;
  }

 private:
  /// Tangents of a loop's results: the last carried by slot, and the stacked by value.
  struct Outgoing {
    std::map<std::int64_t, Expression> last;
    std::map<Id, Expression> stacked;
  };

  void sweep(const ScanLoop* loop) {
    for (const PathItem& item : items_in(loop, graph_, path_, scans_, variables_)) {
      if (item.loop) {
        close(*item.loop);
      } else if (!tangents_.contains(item.node)) {
        visit(item.node);
      }
    }
  }

  void visit(Id id) {
    const Application application(graph_, id);
    if (application.node.op == Op::result) return distribute(application);
    Tangents incoming(application.node.operands.size());
    for (std::size_t operand = 0; operand < incoming.size(); ++operand) {
      if (path_.leads_to(graph_, application.node, operand))
        incoming[operand] = tangents_.at(application.node.operands[operand]);
    }
    const Expression tangent = push_forward(application, incoming);
    annotate_after(graph_, tangent.id, id);
    tangents_.emplace(id, tangent);
  }

  void distribute(const Application& result) {
    const Node& scan = graph_[result.node.operands[0]];
    const std::int64_t slot = result.node.integer("slot"), carries = scan.integer("carries");
    const Outgoing& outgoing = outgoing_.at(scan.integer("id"));
    const Expression tangent =
        slot < carries
            ? outgoing.last.at(slot)
            : outgoing.stacked.at(scan_operands(scan).stacked[static_cast<std::size_t>(slot - carries)]);
    annotate_after(graph_, tangent.id, result.id);
    tangents_.emplace(result.id, tangent);
  }

  Expression tangent_of(Id id) const {
    const auto place = tangents_.find(id);
    return place == tangents_.end() ? zero({&graph_, id}) : place->second;
  }

  /// What the loop's nodes stack that is on the path.
  std::vector<Id> stacked_values(const ScanLoop& loop) const {
    std::vector<Id> values;
    for (const Id scan : loop.nodes) {
      for (const Id value : scan_operands(graph_[scan]).stacked) {
        const bool is_new = std::find(values.begin(), values.end(), value) == values.end();
        if (is_new && path_.contains(value)) values.push_back(value);
      }
    }
    return values;
  }

  void close(const ScanLoop& loop) {
    const ScanOperands operands = scan_operands(loop.node(graph_));
    std::vector<std::int64_t> slots;
    for (std::size_t slot = 0; slot < operands.initial.size(); ++slot) {
      const bool is_real_slot = is_real(graph_[operands.initial[slot]].type.dtype);
      if (is_real_slot && (path_.contains(operands.initial[slot]) || path_.contains(operands.next[slot])))
        slots.push_back(static_cast<std::int64_t>(slot));
    }
    slots.empty() ? close_parallel(loop) : close_in_order(loop, slots);
  }

  /// Nothing is carried that has a tangent.
  void close_parallel(const ScanLoop& loop) {
    const std::int64_t id = variables_.fresh();
    const Dim extent = loop.extent(graph_);
    const Expression step = loop_index(graph_, id, extent);
    sweep(&loop);
    Replacement forward = forward_values(graph_, variables_, loop, step, beginning_);
    for (const Id value : stacked_values(loop)) {
      Expression tangent = forward(tangent_of(value));
      if (loop.is_conditional(graph_)) {
        const Expression taken = broadcast(step < loop.count(graph_), {}, tangent.shape());
        tangent = select(taken, tangent, 0.0);
      }
      outgoing_[loop.id].stacked.emplace(value, for_each(tangent, id, extent));
    }
  }

  void close_in_order(const ScanLoop& loop, const std::vector<std::int64_t>& slots) {
    const std::int64_t id = variables_.fresh();
    const Dim extent = loop.extent(graph_);
    const Expression number = loop_index(graph_, id, extent);
    const bool conditional = loop.is_conditional(graph_);
    const Node scan = loop.node(graph_);
    const ScanOperands operands = scan_operands(scan);
    std::vector<Id> initial, next, stacked;
    if (conditional) {
      initial.push_back((integer(graph_, 0) < loop.count(graph_)).id);
      next.push_back((number + integer(graph_, 1) < loop.count(graph_)).id);
    }
    for (const std::int64_t slot : slots) {
      const auto at = static_cast<std::int64_t>(initial.size());
      initial.push_back(tangent_of(operands.initial[static_cast<std::size_t>(slot)]).id);
      const auto carried = loop.carries.find(slot);
      if (carried == loop.carries.end()) continue;
      const Id carry = graph_.add(Op::carry, {initial.back()}, {{"id", id}, {"slot", at}});
      tangents_.insert_or_assign(carried->second, Expression{&graph_, carry});
    }
    sweep(&loop);
    Replacement forward = forward_values(graph_, variables_, loop, number, beginning_);
    for (const std::int64_t slot : slots)
      next.push_back(forward(tangent_of(operands.next[static_cast<std::size_t>(slot)])).id);
    const std::vector<Id> values = stacked_values(loop);
    for (const Id value : values) stacked.push_back(forward(tangent_of(value)).id);
    const auto carries = static_cast<std::int64_t>(initial.size());
    initial.insert(initial.end(), next.begin(), next.end());
    initial.insert(initial.end(), stacked.begin(), stacked.end());
    const Id tangents = graph_.add(Op::scan, std::move(initial),
                                   {{"id", id},
                                    {"dim", Shape{extent}},
                                    {"carries", carries},
                                    {"stacked", static_cast<std::int64_t>(stacked.size())},
                                    {"conditional", std::int64_t{conditional}}});
    graph_.annotate(tangents, Note(graph_.note(loop.nodes.front())));
    Outgoing& outgoing = outgoing_[loop.id];
    const std::int64_t first = conditional;
    for (std::size_t k = 0; k < slots.size(); ++k)
      outgoing.last.emplace(slots[k], scan_result(graph_, tangents, first + static_cast<std::int64_t>(k)));
    for (std::size_t k = 0; k < values.size(); ++k)
      outgoing.stacked.emplace(values[k],
                               scan_result(graph_, tangents, carries + static_cast<std::int64_t>(k)));
  }

  Graph& graph_;
  const DerivativePath& path_;
  const ScanLoops& scans_;
  LoopVariables& variables_;
  Beginning beginning_;
  std::map<Id, Expression> tangents_;
  std::map<std::int64_t, Outgoing> outgoing_;
};

}  // namespace

Result<Id> forward_sweep(Graph& graph, Id y, Id mark, Id dx, LoopVariables& variables) {
  const Id marks[] = {mark};
  const ScanLoops scans(graph, y, variables);
  const Result<DerivativePath> path = find_path(graph, y, marks, scans);
  if (!path) return path.error();
  if (!path->contains(y)) return zero({&graph, y}).id;
  return ForwardSweep(graph, *path, scans, variables).run(y, mark, dx);
}

void annotate_after(Graph& graph, Id derivative, Id node) {
  Note note = graph.note(node);
  if (!note.name.empty()) note.name = "d_" + note.name;
  graph.annotate(derivative, std::move(note));
}

}  // namespace dp
