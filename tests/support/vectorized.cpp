#include "tests/support/vectorized.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>

namespace dp::test {
namespace {

QuadTensor drawn(const Type& type, std::mt19937& random) {
  QuadTensor tensor;
  std::int64_t count = 1;
  for (const Dim& dim : type.shape) {
    tensor.shape.push_back(dim.constant().value());
    count *= tensor.shape.back();
  }
  for (std::int64_t k = 0; k < count; ++k) {
    const auto bits = static_cast<std::int64_t>(random());
    if (is_real(type.dtype)) tensor.values.push_back(static_cast<Quad>(bits % 2001 - 1000) / 1003);
    if (type.dtype == Dtype::boolean) tensor.values.push_back(static_cast<Quad>(bits % 2));
    if (is_integer(type.dtype) || type.dtype == Dtype::key)
      tensor.values.push_back(static_cast<Quad>(bits % 6 - 1));
  }
  return tensor;
}

Quad size_of(Quad x) { return x < 0 ? -x : x; }

bool agree(Quad x, Quad y) {
  if (x != x || y != y) return x != x && y != y;
  if (x == y) return true;
  const Quad scale = std::max<Quad>(1, std::max(size_of(x), size_of(y)));
  return size_of(x - y) <= scale * static_cast<Quad>(1e-25);
}

}  // namespace

Result<std::vector<QuadTensor>> run_in_quad(const Graph& graph, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<QuadTensor> inputs;
  for (const Id id : graph.inputs) inputs.push_back(drawn(graph[id].type, random));
  return interpret_quad(graph, inputs);
}

std::string difference(const Result<std::vector<QuadTensor>>& expected,
                       const Result<std::vector<QuadTensor>>& actual) {
  if (!expected || !actual) {
    const std::string first = expected ? "results" : expected.error().message;
    const std::string second = actual ? "results" : actual.error().message;
    return first == second ? "" : "gives " + second + " instead of " + first;
  }
  for (std::size_t k = 0; k < expected->size(); ++k) {
    const QuadTensor &x = (*expected)[k], &y = (*actual)[k];
    if (x.shape != y.shape) return fmt::format("output {} has another shape", k);
    for (std::size_t at = 0; at < x.values.size(); ++at) {
      if (!agree(x.values[at], y.values[at]))
        return fmt::format("output {} at {}: {} instead of {}", k, at, static_cast<double>(y.values[at]),
                           static_cast<double>(x.values[at]));
    }
  }
  return "";
}

}  // namespace dp::test
