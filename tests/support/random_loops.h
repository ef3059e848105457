#pragma once
// Well-typed graphs with bound variables drawn at random: parallel loops, sums over them, scans with and
// without condition, nested in each other, that read and write at sums of indices and at positions known at
// run time. What `vectorize` makes of them is held against the interpreter.

#include "ir/graph.h"

namespace dp::test {

/// The same graph for the same seed; all sizes known, zero among them. Real inputs are f32, the inputs named
/// `k…` are i64 positions, some outside of every axis.
Graph random_loops(unsigned seed);

}  // namespace dp::test
