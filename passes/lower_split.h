#pragma once
// Splits loops where what they compute changes its form: with a pad, a stencil or parts laid side by side, an
// element is read only where it exists, and the test for that stands in the innermost loop. Cut at the places
// where the tests change, the long piece between the borders has none, and its loads have strides that can be
// read. Before: a kernel's body as `lower` emitted it, no expression shared yet. After: the same values,
// stored in the same order.

#include "passes/lower_expressions.h"

namespace dp {

void split_loops(loops::Body& body, loops::Module& module, Expressions& expressions);

}  // namespace dp
