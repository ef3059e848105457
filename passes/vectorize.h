#pragma once
// Makes tensors of parallel loops and closed loops of scans. Every value that depends on the indices of
// `for_` loops becomes one tensor with these indices as its leading axes; a scan becomes a `loop` with a body
// of its own. Behind `differentiate`, which works on loops as they are written, and before the meaning is
// fixed: sums of products become products of matrices here, whose sums run in another order.
//
// Before: no levels. After: no BINDER form is left; values are the same but for the order of sums; checks
// stop the same programs.
//
// What becomes of an access (docs/architecture.md, "Loops"):
//   at(x, i) with i over the whole axis       the axis itself, renamed
//   at(x, c + s*i) inside of the axis         slice
//   at(x, c + s*i + t*a + …) inside           a *window*: gather(x, p) along one axis, where p is a sum of
//                                             iota * stride and a constant, one axis an index
//   anything else                             gather at positions moved inside
//   sums of `put` over the same               the axis, pad, overlapping parts added
//   (passes/vectorize_put.cpp),               of products: a product with windows (vectorize_overlaps.cpp)
//                                             scatter_add onto zeros
// So a convolution, `sum a, b, c: x[i + a, j + b, c] * k[a, b, c, o]`, is dot(window(window(x)), k) with the
// window's inner axes summed: windows are always gathers with such positions, under a dot.

#include "ir/graph.h"

namespace dp {

Graph vectorize(const Graph& graph);

}  // namespace dp
