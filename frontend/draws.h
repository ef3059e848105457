#pragma once
// Random draws as graph nodes, from the bits of a key: used by initial values and by the language's own
// draws.

#include <span>

#include "ir/graph.h"

namespace dp {

/// Uniform in the open interval (0, 1): the middle of one of 2^23 (f32) or 2^52 (f64) equal cells.
Id draw_uniform(Graph& graph, Id key, const Shape& shape, Dtype dtype);

/// Standard normal, by the transform of Box and Muller (1958): sqrt(-2 log u) cos(2 pi v).
Id draw_normal(Graph& graph, Id key, const Shape& shape, Dtype dtype);

}  // namespace dp
