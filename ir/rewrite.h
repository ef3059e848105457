#pragma once
// The one way in which passes change a graph: a new graph is built from the old one's live nodes, operands
// first, and a function says what each node becomes. Notes, inputs, outputs, effects and donated inputs are
// carried over; kernels and plans are not, for they speak of nodes that may be gone. Nothing that is not live
// is copied. An effect that becomes a node of another form (an assertion that always holds) is dropped from
// the order of effects, and from the steps of a scan.

#include <functional>
#include <span>
#include <vector>

#include "ir/graph.h"

namespace dp {

/// The node of `target` that `node` (of the old graph, with that id) becomes; `operands` are what its
/// operands became.
using Rewriter = std::function<Id(const Node& node, Id id, std::span<const Id> operands, Graph& target)>;

Graph rewrite(const Graph& graph, const Rewriter& replace);

/// What `rewrite` does where nothing is to be changed: the same node over new operands. The type is inferred
/// anew.
Id copy_node(const Node& node, std::span<const Id> operands, Graph& target);

/// A rewritten graph, with the new id of every live old node (`no_id` for the others).
struct Rewritten {
  Graph graph;
  std::vector<Id> ids;
};
Rewritten rewrite_with_ids(const Graph& graph, const Rewriter& replace);

/// The graph with names of dimensions replaced, in every type and attribute.
Graph substitute(const Graph& graph, const DimBindings& bindings);

}  // namespace dp
