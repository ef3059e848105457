#pragma once
// What a scan's steps have computed, read by nodes outside of it. A sweep writes the derivative of a step
// with the step's own values, as if it stood beside them; they are then replaced by their values at a step
// that is told: recomputed where that is cheap, else stacked by the scan and read.

#include <functional>
#include <set>
#include <unordered_map>

#include "passes/differentiate_scans.h"

namespace dp {

/// Rebuilds values over other ones.
class Replacement {
 public:
  /// What a node becomes; nothing: the same node over its replaced operands.
  using Decide = std::function<std::optional<Id>(Id)>;
  Replacement(Graph& graph, Decide decide) : graph_(&graph), decide_(std::move(decide)) {}

  Expression operator()(const Expression& value) { return {graph_, replaced(value.id)}; }
  Guard operator()(const Guard& guard);
  Adjoint operator()(const Adjoint& adjoint) { return {(*this)(adjoint.value), (*this)(adjoint.guard)}; }

 private:
  Id replaced(Id id);
  bool wait_for_operands(Id id, std::vector<Id>& pending) const;
  Id rebuilt(Id id);

  Graph* graph_;
  Decide decide_;
  std::unordered_map<Id, Id> known_;
};

/// Where a sweep has begun: what is older belongs to the program.
struct Beginning {
  Id first_node;
  std::int64_t first_variable;
};

/// What a scan of the program has computed, at that step.
Replacement forward_values(Graph& graph, LoopVariables& variables, const ScanLoop& loop,
                           const Expression& step, const Beginning& beginning);

/// A reverse scan, and the forward one whose steps its own go back over.
struct ReverseSteps {
  ScanLoop loop;                 // the reverse scan
  Expression step;               // in it: the forward step
  Expression last;               // the number of the last forward step
  Replacement* forward_at_step;  // forward values in the reverse scan
  std::set<Id> in_order;         // what a step computes for the next one, with the forward step's own values
};

/// What a reverse scan has computed where it was at that forward step: stacked by it is only what it has to
/// compute in order, all else is computed from that for itself.
Replacement reverse_values(Graph& graph, LoopVariables& variables, const ReverseSteps& reverse,
                           const Expression& forward_step);

/// The nodes that depend on that loop's variable and that these are computed from.
std::set<Id> values_in_loop(const Graph& graph, LoopVariables& variables, std::int64_t loop,
                            std::vector<Id> pending);

}  // namespace dp
