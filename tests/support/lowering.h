#pragma once
// A graph on its way through `fuse`, `plan_memory` and `lower`, with every invariant looked at, and what the
// loops compute held against the interpreter of graphs: for the tests of those passes.

#include <string>
#include <vector>

#include "ir/graph.h"
#include "ir/loops.h"
#include "support/array.h"

namespace dp::test {

/// Arrays for the graph's inputs: reals within the ranges (cycled through), integers 0, 1, 2, …, modulo
/// `integers`, bools in turn. Deterministic.
std::vector<Array> example_inputs(const Graph& graph, const std::vector<Range>& domains = {},
                                  int integers = 3);

/// Each computed node a kernel of its own: what `lower` must handle without the help of `fuse`.
Graph unfused(const Graph& graph);

/// The loops of a graph with kernels; fails the running test where a verifier objects or the text does not
/// read back.
loops::Module lowered(const Graph& with_kernels);

/// Whether both give the same outputs, bit for bit (any NaN equals any), or the same error. Empty, or what
/// differs.
std::string difference(const Graph& graph, const loops::Module& module, const std::vector<Array>& inputs);

/// The kernels of a graph, a line each: `kind: comment (n outputs)`.
std::string kernels_text(const Graph& graph);

}  // namespace dp::test
