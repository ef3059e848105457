#pragma once
// The end of `differentiate`: the `scan` nodes of one loop become one, which stacks what each of them does,
// so that its steps are run once. Before: a sweep asks for what it needs of a loop by a node of its own.
// After: every loop has one `scan` node.

#include "ir/graph.h"
#include "support/result.h"

namespace dp {

/// Fails where a `while` without a limit would have to keep what its steps compute.
Result<Graph> merge_scans(const Graph& graph);

}  // namespace dp
