#pragma once
// The type of a graph value: a scalar type and a shape. The front end's richer types (structs, layers,
// tuples, nominal dimensions) have been flattened to these when the graph is built.

#include <string>

#include "ir/dim.h"
#include "support/dtype.h"

namespace dp {

struct Type {
  Dtype dtype = Dtype::f32;
  Shape shape;

  bool operator==(const Type&) const = default;
  std::size_t rank() const { return shape.size(); }
};

std::string text(const Type& type);  // "f32[batch, 64]"; "f32" for a scalar

}  // namespace dp
