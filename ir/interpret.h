#pragma once
// The reference interpreter: slow, obvious, and the judge of everything that is fast. It computes every live
// node of a graph in order, element by element, from the same meaning texts as the code generator and with
// the sums in the language's order; kernels and plans are passed over. In quad precision it is the reference
// for derivatives.

#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "ir/graph.h"
#include "ir/quad.h"
#include "support/array.h"
#include "support/result.h"

namespace dp {

struct InterpretOptions {
  DimBindings dims;                             // sizes of names that no input's shape tells
  std::function<void(std::string_view)> print;  // receives what the program prints; may be empty
};

/// The outputs. No `vjp` or `jvp` may be left; `mark` and `stop` are the value itself. E2101 where an input
/// does not have its declared type, E3002 and the like where a check of the program fails.
Result<std::vector<Array>> interpret(const Graph& graph, std::span<const Array> inputs,
                                     const InterpretOptions& options = {});

/// A tensor in quad precision; integers and bools are exact.
struct QuadTensor {
  std::vector<std::int64_t> shape;
  std::vector<Quad> values;
};
/// The same with every real computed in quad precision.
Result<std::vector<QuadTensor>> interpret_quad(const Graph& graph, std::span<const QuadTensor> inputs,
                                               const InterpretOptions& options = {});

/// The sizes of all dimension names of the inputs, solved from their shapes. E2101 where they contradict each
/// other.
Result<DimBindings> bind_dims(const Graph& graph, std::span<const std::vector<std::int64_t>> shapes,
                              const DimBindings& known = {});

}  // namespace dp
