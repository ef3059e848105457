#include "tests/support/evaluate.h"

#include "ir/interpret.h"
#include "support/assert.h"

namespace dp::test {
namespace {

Array to_array(Dtype dtype, const Tensor<double>& tensor) {
  Array array(dtype, tensor.shape);
  for (std::int64_t k = 0; k < array.count(); ++k) {
    const double value = tensor.values[static_cast<std::size_t>(k)];
    is_real(dtype) ? array.set_real(k, value) : array.set_integer(k, static_cast<std::int64_t>(value));
  }
  return array;
}

}  // namespace

template <>
std::vector<Tensor<double>> evaluate(const Graph& graph, const Arguments<double>& arguments) {
  std::vector<Array> inputs;
  for (const Id id : graph.inputs)
    inputs.push_back(to_array(graph[id].type.dtype, arguments.at(graph[id].string("name"))));
  const Result<std::vector<Array>> outputs = interpret(graph, inputs);
  DP_ASSERT(outputs, "{}", outputs.error().message);
  std::vector<Tensor<double>> result;
  for (const Array& output : *outputs) {
    result.push_back({output.shape(), {}});
    for (std::int64_t k = 0; k < output.count(); ++k) result.back().values.push_back(output.real(k));
  }
  return result;
}

template <>
std::vector<Tensor<Quad>> evaluate(const Graph& graph, const Arguments<Quad>& arguments) {
  std::vector<QuadTensor> inputs;
  for (const Id id : graph.inputs) {
    const Tensor<Quad>& argument = arguments.at(graph[id].string("name"));
    inputs.push_back({argument.shape, argument.values});
  }
  const Result<std::vector<QuadTensor>> outputs = interpret_quad(graph, inputs);
  DP_ASSERT(outputs, "{}", outputs.error().message);
  std::vector<Tensor<Quad>> result;
  for (const QuadTensor& output : *outputs) result.push_back({output.shape, output.values});
  return result;
}

}  // namespace dp::test
