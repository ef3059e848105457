#pragma once
// Makes closed loops carry less: stacks and carried values that nobody asks for are dropped, carried values
// that never change become values that the steps read, and constants that the steps read are made inside.
// Behind `vectorize`, where gradients have asked for some of what they made loops carry, and before
// `simplify`, which then sees what has become constant.
//
// Before: loops are closed. After: every slot of a loop has a use, or decides whether to go on; every input
// of a body but the number of the step is used there.

#include "ir/graph.h"

namespace dp {

Graph prune_loops(const Graph& graph);

}  // namespace dp
