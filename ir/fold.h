#pragma once
// The value of a scalar that is made from constants alone: what can be known of a condition before anything
// runs.

#include <optional>

#include "ir/graph.h"

namespace dp {

/// The one element of a scalar node whose operands, all the way down, are constants and known dimensions.
std::optional<Literal> known_scalar(const Graph& graph, Id id);

}  // namespace dp
