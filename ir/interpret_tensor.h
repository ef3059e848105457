#pragma once
// Tensors of the interpreter, and walks over their indices. `E` is how one element is held: its bits, or a
// Quad.

#include <cstdint>
#include <vector>

#include "ir/type.h"

namespace dp::interpreter {

using Extents = std::vector<std::int64_t>;
using Index = std::vector<std::int64_t>;

template <class E>
struct Tensor {
  Dtype dtype = Dtype::f32;
  Extents shape;
  std::vector<E> values;  // row-major
};

inline std::int64_t count_of(const Extents& shape) {
  std::int64_t count = 1;
  for (std::int64_t extent : shape) count *= extent;
  return count;
}

/// The row-major position of an index.
inline std::size_t position(const Index& index, const Extents& shape) {
  std::int64_t at = 0;
  for (std::size_t k = 0; k < shape.size(); ++k) at = at * shape[k] + index[k];
  return static_cast<std::size_t>(at);
}

/// Calls `f(index)` for every index of the shape, in row-major order.
template <class F>
void for_each_index(const Extents& shape, F&& f) {
  Index index(shape.size(), 0);
  for (std::int64_t left = count_of(shape); left > 0; --left) {
    f(static_cast<const Index&>(index));
    for (std::size_t k = shape.size(); k-- > 0;) {
      if (++index[k] < shape[k]) break;
      index[k] = 0;
    }
  }
}

/// The extents along some axes.
inline Extents chosen(const Extents& shape, const std::vector<std::int64_t>& axes) {
  Extents out;
  for (std::int64_t axis : axes) out.push_back(shape[static_cast<std::size_t>(axis)]);
  return out;
}

/// The axes that are in none of the lists, ascending.
std::vector<std::int64_t> remaining_axes(std::size_t rank, const std::vector<std::int64_t>& first,
                                         const std::vector<std::int64_t>& second = {});

}  // namespace dp::interpreter
