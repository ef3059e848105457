#pragma once
// Small well-typed graphs for every op of the table, from its row: what tests of the printer, the
// interpreter, code generation and the derivatives draw on, so that a new row is tested without anyone
// thinking of it.

#include <string>
#include <vector>

#include "ir/graph.h"

namespace dp::test {

/// A graph with one node of the op (and what it needs), of known sizes: ranks 0 to 3, extents 0 and 1 among
/// them.
struct OpSample {
  Op op;
  std::string label;  // "add f32[2, 3]"
  Graph graph;
  std::vector<Range> domains;  // for each input, where to draw its elements from; both ends included
};

std::vector<OpSample> op_samples(Op op);
std::vector<OpSample> all_op_samples();

}  // namespace dp::test
