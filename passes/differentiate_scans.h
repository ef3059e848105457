#pragma once
// The scans between the marks and y. Their carried values close circles: what a step is computed from are the
// values that the step before has left. Several `scan` nodes may stand for one loop, each with some of its
// results; a sweep treats them as one.

#include <map>
#include <span>
#include <vector>

#include "passes/differentiate_variables.h"

namespace dp {

/// A loop whose steps are in order.
struct ScanLoop {
  std::int64_t id = 0;
  std::vector<Id> nodes;               // its `scan` nodes, ascending; they differ in what they stack
  std::map<std::int64_t, Id> carries;  // its `carry` nodes by slot, those that are used
  Variables around;                    // the loops that it stands in
  const ScanLoop* outer = nullptr;     // the innermost scan among those
  int depth = 1;                       // how many scans it is in, itself counted

  const Node& node(const Graph& graph) const { return graph[nodes.front()]; }
  Dim extent(const Graph& graph) const { return node(graph).dims("dim").at(0); }
  bool is_conditional(const Graph& graph) const { return node(graph).integer("conditional") != 0; }
  /// How many steps it runs, i64.
  Expression count(Graph& graph) const;
};

/// The number of a constant or of a dimension that is not known yet, i64.
Expression integer(Graph& graph, const Dim& value);

/// The node's result of that slot.
Expression scan_result(Graph& graph, Id scan, std::int64_t slot);

/// The scan's value at every step: stacked by a `scan` node of its own.
Expression stacked_by(Graph& graph, const ScanLoop& loop, const Expression& value);

/// A value that another gets its derivative from: as that operand, or as what a scan starts from or leaves.
struct Source {
  Id value;
  std::optional<std::size_t> operand;
};

class ScanLoops {
 public:
  /// The loops that y depends on.
  ScanLoops(const Graph& graph, Id y, LoopVariables& variables);

  bool empty() const { return loops_.empty(); }
  const ScanLoop* find(std::int64_t id) const;
  /// The innermost of these loops that a value with these variables stands in; null outside of all.
  const ScanLoop* home(const Variables& variables) const;
  /// The smallest id of a carried value, or `otherwise`.
  Id lowest_carry(Id otherwise) const;
  /// Those that carry a derivative. What is carried by a loop that is not among these has none: it is of
  /// another step than the one that is differentiated.
  std::vector<Source> sources(const Graph& graph, Id id) const;

 private:
  void find_scans(const Graph& graph, Id y, LoopVariables& variables);
  void nest(ScanLoop& loop);

  std::map<std::int64_t, ScanLoop> loops_;
};

}  // namespace dp
