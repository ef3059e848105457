#pragma once
// Gives dimensions their sizes: a graph that was built for any `batch` becomes the one for `batch = 32`.
// Needed before `plan_memory`, which lays out memory by exact sizes. Types, attributes and `dim_value` nodes
// change, nothing else; kernels, where there are some, keep their order and their meaning.

#include "ir/graph.h"

namespace dp {

Graph specialize(const Graph& graph, const DimBindings& bindings);

}  // namespace dp
