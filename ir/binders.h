#pragma once
// Which bound variables (`index`, `carry`) each node depends on, by the id of the loop that binds them. What
// a loop's variables do not reach is outside of the loop by construction: no node says where it stands.

#include <cstdint>
#include <set>
#include <vector>

#include "ir/graph.h"

namespace dp {

using Variables = std::set<std::int64_t>;

/// By node; grows with the graph: `of` may be asked for any node that exists by then. What checks alone
/// depend on does not make a scan depend on it, unless it is what a scan around carries: a check runs for all
/// values of an index by itself.
class FreeVariables {
 public:
  explicit FreeVariables(const Graph& graph) : graph_(&graph) {}
  const Variables& of(Id id);
  /// Those and what only the checks in it depend on.
  const Variables& with_checks(Id id);

 private:
  /// The variables of a node by those of its operands.
  Variables compute(const Node& node, const std::vector<Variables>& known, bool with_checks) const;
  void know(Id id);

  const Graph* graph_;
  std::vector<Variables> known_, with_checks_;
  std::size_t seen_ = 0;  // nodes among which scans have been looked for
  Variables scans_;       // the ids of scans
};

/// The operands of a `scan`, by what they are.
struct ScanOperands {
  std::span<const Id> initial, next, stacked, effects;
};
ScanOperands scan_operands(const Node& scan);

/// The nodes below `roots` that a step of that variable's loop computes once, ascending: those that depend on
/// the variable, but for those that depend on the variable of a loop inside, which computes them in its own
/// steps.
std::vector<Id> nodes_of_step(const Graph& graph, std::span<const Id> roots, std::int64_t variable,
                              FreeVariables& free);

/// The first number that no loop of the graph has as its id.
std::int64_t next_loop_id(const Graph& graph);

}  // namespace dp
