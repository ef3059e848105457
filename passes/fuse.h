#pragma once
// Decides which values are stored and groups them into kernels, each one pass over memory. Before: a graph
// without levels (`mark`, `vjp`) or with them as mere names. After: `kernels` is set, in an order in which
// they can run; every graph output that is computed is some kernel's output; a node that is no kernel's
// output is computed where it is used.
//
// A *point* is a node worth a decision: outputs, products, reductions, what is dear and used more than once.
// Every other node is cheap to compute again and is. Points begin as kernels of their own, which are joined
// as long as their loops agree and no kernel would have to wait for itself. The kinds of kernels, as
// `Kernel::kind` names them:
//
//   matmul   a product of matrices and, in its epilogue, pointwise work on its elements
//   row      reductions over the trailing axes and pointwise work on the same rows
//   column   reductions that keep the last axis, of the same extents, and pointwise work on their results
//   map      pointwise work over one shape
//   scalar   the same for single numbers
//   update   maps of several shapes whose results nobody in the program reads: new parameters
//   guarded, scatter, concat, call, check, print   one node each
//
// Outputs that are arguments or constants have no kernel: `lower` copies them.
//
// Sizes that are still names make decisions careful, never wrong.

#include "ir/graph.h"

namespace dp {

Graph fuse(const Graph& graph);

}  // namespace dp
