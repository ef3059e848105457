#include "dpc/orthonormalize.h"

#include <cmath>

namespace dp {
namespace {

using Vector = std::vector<double>;

double dot(const Vector& a, const Vector& b) {
  double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
  return sum;
}

/// Takes from `vector` what lies along the first `count` of `basis`.
void take_away(Vector& vector, const std::vector<Vector>& basis, std::size_t count) {
  for (std::size_t b = 0; b < count; ++b) {
    const double share = dot(vector, basis[b]);
    for (std::size_t k = 0; k < vector.size(); ++k) vector[k] -= share * basis[b][k];
  }
}

void orthonormalize(std::vector<Vector>& vectors) {
  for (std::size_t v = 0; v < vectors.size(); ++v) {
    take_away(vectors[v], vectors, v);
    take_away(vectors[v], vectors, v);
    const double length = std::sqrt(dot(vectors[v], vectors[v]));
    for (double& each : vectors[v]) each /= length;
  }
}

/// One matrix of `rows` by `columns`, whose elements begin at `first`.
void orthonormalize(Array& array, std::int64_t first, std::int64_t rows, std::int64_t columns) {
  const bool by_rows = rows <= columns;
  const std::int64_t count = by_rows ? rows : columns, size = by_rows ? columns : rows;
  const auto place = [&](std::int64_t v, std::int64_t k) {
    return first + (by_rows ? v * columns + k : k * columns + v);
  };
  std::vector<Vector> vectors(static_cast<std::size_t>(count), Vector(static_cast<std::size_t>(size)));
  for (std::int64_t v = 0; v < count; ++v)
    for (std::int64_t k = 0; k < size; ++k)
      vectors[static_cast<std::size_t>(v)][static_cast<std::size_t>(k)] = array.real(place(v, k));
  orthonormalize(vectors);
  for (std::int64_t v = 0; v < count; ++v)
    for (std::int64_t k = 0; k < size; ++k)
      array.set_real(place(v, k), vectors[static_cast<std::size_t>(v)][static_cast<std::size_t>(k)]);
}

}  // namespace

void orthonormalize(std::vector<Array>& arrays, std::span<const Orthogonal> which) {
  for (const Orthogonal& each : which) {
    Array& array = arrays.at(each.output);
    if (array.count() == 0) continue;
    std::int64_t copies = 1;
    for (std::size_t k = 0; k < each.copies; ++k) copies *= array.shape()[k];
    const std::int64_t elements = array.count() / copies, columns = array.shape().back();
    for (std::int64_t copy = 0; copy < copies; ++copy)
      orthonormalize(array, copy * elements, elements / columns, columns);
  }
}

}  // namespace dp
