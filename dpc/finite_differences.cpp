#include "dpc/finite_differences.h"

#include <algorithm>
#include <cmath>

namespace dp {

Result<std::vector<double>> central_differences(const Graph& graph, std::vector<QuadTensor> inputs,
                                                std::size_t input, std::span<const Quad> along) {
  const Quad step = 1e-9;
  std::vector<double> result;
  for (Quad& element : inputs[input].values) {
    const Quad here = element;
    Quad sides[2];
    for (const int side : {0, 1}) {
      element = side == 0 ? here + step : here - step;
      const auto outputs = interpret_quad(graph, inputs);
      if (!outputs) return outputs.error();
      sides[side] = 0;
      for (std::size_t k = 0; k < along.size(); ++k) sides[side] += outputs->front().values[k] * along[k];
    }
    element = here;
    result.push_back(static_cast<double>((sides[0] - sides[1]) / (2 * step)));
  }
  return result;
}

Disagreement disagreement(std::span<const double> computed, std::span<const double> expected) {
  double scale = 1e-3;
  for (const double value : expected) scale = std::max(scale, std::abs(value));
  Disagreement worst;
  for (std::size_t k = 0; k < computed.size(); ++k) {
    const double error = std::abs(computed[k] - expected[k]) / scale;
    if (!(error <= worst.error)) worst = {error, k};  // NaN is the worst
    if (std::isnan(error)) return worst;
  }
  return worst;
}

}  // namespace dp
