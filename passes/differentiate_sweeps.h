#pragma once
// The two ways over a graph that has neither `vjp` nor `jvp` between the marks and y.

#include <map>
#include <span>

#include "passes/differentiate_variables.h"
#include "support/result.h"

namespace dp {

/// The cotangent dy of y pulled back to each of the marks: nodes of the marks' types, zeros where y does not
/// depend on one.
Result<std::map<Id, Id>> reverse_sweep(Graph& graph, Id y, Id dy, std::span<const Id> marks,
                                       LoopVariables& variables);

/// The tangent dx of the mark pushed forward to y: a node of y's type.
Result<Id> forward_sweep(Graph& graph, Id y, Id mark, Id dx, LoopVariables& variables);

/// What is computed for a node points to the node's place in the source, and is called after it.
void annotate_after(Graph& graph, Id derivative, Id node);

}  // namespace dp
