#pragma once
// Well-typed graphs drawn at random: elementwise work, moves, reductions and products over small tensors in
// no sensible order. What `fuse`, `plan_memory` and `lower` make of them is held against the interpreter.

#include "ir/graph.h"

namespace dp::test {

/// The same graph for the same seed; all sizes known, zero among them; gathers stay within their axes.
Graph random_graph(unsigned seed);

}  // namespace dp::test
