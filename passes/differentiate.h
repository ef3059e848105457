#pragma once
// Gradients become ordinary nodes: every `vjp` is replaced by a reverse sweep over what lies between its mark
// and its y, every `jvp` by a forward one, innermost first, so that gradients of gradients need nothing of
// their own.
//
// Before: `vjp` and `jvp` nodes have a `mark` as second operand. Simplified, since what is smooth after
// cancelling may not be so before (`norm(x)^2`). After: no `vjp`, `jvp`, `mark` or `stop` is left.
//
// Loops are differentiated as they are written, with bound variables (docs/architecture.md, "Loops").
//
// Only nodes on a way from a mark to y are visited, and only operands on such a way get an adjoint; an
// adjoint that is zero is not built. All `vjp` nodes of the same y and dy share one sweep. What several users
// add to an adjoint is summed from the last user (the highest id) to the first, and for one user from its
// first operand to its last: the order is part of the program's meaning, as that of every sum.

#include "ir/graph.h"
#include "support/result.h"

namespace dp {

/// Fails where an op on the way has no derivative, where nothing but integers leads from the mark to y, where
/// the steps of a `while` without a limit would have to be kept, and where a gradient in a loop would go back
/// through its earlier steps to a value outside.
Result<Graph> differentiate(const Graph& graph);

}  // namespace dp
