#pragma once
// Derivatives as differences in quad precision: what `dpc gradcheck` and the derivative tests compare with.
// With steps of 1e-9 a central difference is right to about 1e-17 of the third derivative, beyond what
// doubles show.

#include <span>
#include <vector>

#include "ir/interpret.h"

namespace dp {

/// The gradient of <along, output 0> by the elements of input `input`, at `inputs` (in the order of the
/// graph's inputs). No gradients are left in the graph. Fails where a check of the program does.
Result<std::vector<double>> central_differences(const Graph& graph, std::vector<QuadTensor> inputs,
                                                std::size_t input, std::span<const Quad> along);

/// The largest difference of two tensors, relative to the largest element of `expected` (at least 1e-3), and
/// where it is; NaN is larger than all.
struct Disagreement {
  double error = 0;
  std::size_t element = 0;
};
Disagreement disagreement(std::span<const double> computed, std::span<const double> expected);

}  // namespace dp
