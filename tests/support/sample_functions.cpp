#include "tests/support/sample_functions.h"

#include <algorithm>
#include <cmath>

namespace dp::test {

bool has_derivative(const OpSample& sample) {
  const DerivativeKind kind = info(sample.op).derivative;
  const Form form = info(sample.op).form;
  if (form == Form::leaf || form == Form::level || form == Form::binder || form == Form::loop) return false;
  // Routines need operands of a certain form: tests/passes/differentiate_call_test.cpp gives them.
  if (sample.op == Op::scatter_set || form == Form::call) return false;
  if (kind == DerivativeKind::zero || kind == DerivativeKind::no_grad) return false;
  const Graph& graph = sample.graph;
  const auto is_real_value = [&](Id id) { return is_real(graph[id].type.dtype); };
  return is_real_value(graph.outputs[0].node) && std::ranges::any_of(graph.inputs, is_real_value);
}

bool is_small(const OpSample& sample) {
  std::int64_t elements = 0;
  for (const Id input : sample.graph.inputs) {
    elements += *element_count(sample.graph[input].type.shape).constant();
  }
  return elements <= 60;
}

Values real_inputs(const OpSample& sample, std::mt19937_64& random) {
  Values x;
  for (std::size_t k = 0; k < sample.graph.inputs.size(); ++k) {
    const Type& type = sample.graph[sample.graph.inputs[k]].type;
    if (!is_real(type.dtype)) continue;
    x.push_back(random_tensor(*constants(type.shape), sample.domains[k].low, sample.domains[k].high, random));
  }
  return x;
}

Builder builder_of(const OpSample& sample, std::mt19937_64& random) {
  std::map<std::size_t, Tensor<double>> fixed;
  for (std::size_t k = 0; k < sample.graph.inputs.size(); ++k) {
    const Type& type = sample.graph[sample.graph.inputs[k]].type;
    if (is_real(type.dtype)) continue;
    fixed[k] =
        random_tensor(*constants(type.shape), sample.domains[k].low, sample.domains[k].high + 1, random);
    for (double& value : fixed[k].values) value = std::floor(value);
  }
  return [&sample, fixed](const std::vector<Expression>& x) {
    std::size_t next = 0;
    std::vector<Expression> operands;
    for (std::size_t k = 0; k < sample.graph.inputs.size(); ++k) {
      const Dtype dtype = sample.graph[sample.graph.inputs[k]].type.dtype;
      operands.push_back(is_real(dtype) ? x[next++] : constant(*x[0].graph, dtype, fixed.at(k)));
    }
    std::vector<Id> ids;
    for (const Expression& operand : operands) ids.push_back(operand.id);
    const Attributes& attributes = sample.graph[sample.graph.outputs[0].node].attributes;
    const Expression r{x[0].graph, x[0].graph->add(sample.op, ids, attributes)};
    return r * r;
  };
}

}  // namespace dp::test
