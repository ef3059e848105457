#pragma once
// The bodies of closed loops are graphs of their own, which a pass treats as it treats the graph around them.

#include <functional>

#include "ir/graph.h"

namespace dp {

/// The graph with other bodies in its loops; everything else is as it was, kernels and plan included.
Graph with_bodies(const Graph& graph, const std::function<Graph(const Node& loop, Graph body)>& change);

bool has_loops(const Graph& graph);

}  // namespace dp
