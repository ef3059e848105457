#include "ir/interpret.h"

#include <cstring>

#include "ir/interpret_effects.h"
#include "ir/interpret_loops.h"
#include "support/assert.h"

namespace dp {
namespace {

using namespace dp::interpreter;

Tensor<Bits> from_array(const Array& array) {
  Tensor<Bits> out{array.dtype(), array.shape(), {}};
  const std::size_t bytes = size_of(array.dtype());
  for (std::int64_t k = 0; k < array.count(); ++k) {
    Bits bits = 0;
    std::memcpy(&bits, array.data() + static_cast<std::size_t>(k) * bytes, bytes);
    out.values.push_back(bits);
  }
  return out;
}

Array to_array(const Tensor<Bits>& tensor) {
  Array out(tensor.dtype, tensor.shape);
  const std::size_t bytes = size_of(tensor.dtype);
  for (std::size_t k = 0; k < tensor.values.size(); ++k)
    std::memcpy(out.data() + k * bytes, &tensor.values[k], bytes);
  return out;
}

}  // namespace

Result<DimBindings> bind_dims(const Graph& graph, std::span<const std::vector<std::int64_t>> shapes,
                              const DimBindings& known) {
  DimBindings dims = known;
  for (std::size_t k = 0; k < graph.inputs.size(); ++k) {
    const Node& input = graph[graph.inputs[k]];
    const auto mismatch = [&] {
      Shape given(shapes[k].begin(), shapes[k].end());
      return diagnose(diag::InputShape, graph.note(graph.inputs[k]).span, input.string("name"), text(given),
                      text(input.type.shape));
    };
    if (shapes[k].size() != input.type.rank()) return mismatch();
    for (std::size_t axis = 0; axis < shapes[k].size(); ++axis) {
      const Dim dim = input.type.shape[axis].substitute(dims);
      const auto names = dim.names();
      if (names.size() == 1) {
        const auto solved = dim.solve(*names.begin(), Dim(shapes[k][axis]));
        if (!solved || !solved->is_constant()) return mismatch();
        dims.insert_or_assign(*names.begin(), *solved);
      } else if (names.empty() && dim.constant() != shapes[k][axis]) {
        return mismatch();
      }
    }
  }
  return dims;
}

Result<std::vector<Array>> interpret(const Graph& graph, std::span<const Array> inputs,
                                     const InterpretOptions& options) {
  DP_ASSERT(inputs.size() == graph.inputs.size(), "`{}` takes {} inputs, not {}", graph.name,
            graph.inputs.size(), inputs.size());
  std::vector<std::vector<std::int64_t>> shapes;
  std::vector<Tensor<Bits>> tensors;
  for (const Array& input : inputs) {
    shapes.push_back(input.shape());
    tensors.push_back(from_array(input));
  }
  auto dims = bind_dims(graph, shapes, options.dims);
  if (!dims) return dims.error();
  auto results = Interpreter<BitsMachine>(graph, std::move(tensors), std::move(*dims), options).run();
  if (!results) return results.error();
  std::vector<Array> out;
  for (const auto& tensor : *results) out.push_back(to_array(tensor));
  return out;
}

Result<std::vector<QuadTensor>> interpret_quad(const Graph& graph, std::span<const QuadTensor> inputs,
                                               const InterpretOptions& options) {
  std::vector<std::vector<std::int64_t>> shapes;
  std::vector<Tensor<Quad>> tensors;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    shapes.push_back(inputs[k].shape);
    tensors.push_back({graph[graph.inputs[k]].type.dtype, inputs[k].shape, inputs[k].values});
  }
  auto dims = bind_dims(graph, shapes, options.dims);
  if (!dims) return dims.error();
  auto results = Interpreter<QuadMachine>(graph, std::move(tensors), std::move(*dims), options).run();
  if (!results) return results.error();
  std::vector<QuadTensor> out;
  for (auto& tensor : *results) out.push_back({tensor.shape, std::move(tensor.values)});
  return out;
}

}  // namespace dp
