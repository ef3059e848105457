#pragma once
// Makes a graph smaller without changing what it means: the rules of ir/rules.def, structural simplifications
// (chains of moves become one, pointwise ops go before a broadcast, sums over nothing vanish), constants
// folded, dead nodes dropped; the bodies of loops too. Run twice: before `differentiate` with `meaning`,
// where the language promises smoothness (`norm(x)^2` is `sum(x^2)`); after it with exact rules alone,
// because there the bits of every result are fixed.
//
// Before: any graph without kernels and plan. After: the same values (bit for bit, except where `meaning` and
// `fast_math` allow more), the same inputs, output paths, donated inputs, and effects except assertions known
// to hold.

#include "ir/graph.h"
#include "passes/rules.h"

namespace dp {

struct SimplifyOptions {
  bool meaning = false;    // the rules that are part of the language's meaning
  bool fast_math = false;  // rules that only hold of real numbers
};

Graph simplify(const Graph& graph, const SimplifyOptions& options);

}  // namespace dp
