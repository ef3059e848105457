#include "tests/support/sample_functions.h"

#include <algorithm>
#include <cmath>

namespace dp::test {

namespace {

/// Closed loops are made behind `differentiate`.
bool has_closed_loop(const Graph& graph) {
  return std::ranges::any_of(live_nodes(graph), [&](Id id) { return graph[id].op == Op::loop; });
}

/// The same attributes, but for f64 in place of every real.
Attributes in_doubles(Attributes attributes) {
  for (Attribute& attribute : attributes) {
    auto* dtype = std::get_if<Dtype>(&attribute.value);
    if (dtype && is_real(*dtype)) *dtype = Dtype::f64;
  }
  return attributes;
}

/// A node of a sample over new operands, in doubles. A `guarded_dot` takes factors that are 0 outside their
/// guards.
Id copied(const Node& node, const std::map<Id, Id>& copies, Graph& target) {
  std::vector<Id> operands;
  for (const Id operand : node.operands) operands.push_back(copies.at(operand));
  for (std::size_t k = 0; k < 2 && node.op == Op::guarded_dot; ++k)
    operands[k] = select({&target, operands[k + 2]}, Expression{&target, operands[k]}, 0.0).id;
  if (node.op != Op::constant) return target.add(node.op, operands, in_doubles(node.attributes));
  return target.add(node.op, operands, node.attributes,
                    {is_real(node.type.dtype) ? Dtype::f64 : node.type.dtype, node.type.shape});
}

}  // namespace

bool has_derivative(const OpSample& sample) {
  const DerivativeKind kind = info(sample.op).derivative;
  const Form form = info(sample.op).form;
  if (form == Form::leaf || form == Form::level || has_closed_loop(sample.graph)) return false;
  if (sample.op == Op::carry || sample.op == Op::scan || sample.op == Op::result) return false;
  // Routines need operands of a certain form: tests/passes/differentiate_call_test.cpp gives them.
  if (form == Form::call) return false;
  const bool is_index = sample.op == Op::index;  // has none itself, but its samples do
  if (!is_index && (kind == DerivativeKind::zero || kind == DerivativeKind::no_grad)) return false;
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
    std::map<Id, Id> copies;
    for (std::size_t k = 0; k < sample.graph.inputs.size(); ++k) {
      const Id input = sample.graph.inputs[k];
      const Dtype dtype = sample.graph[input].type.dtype;
      copies[input] = is_real(dtype) ? x[next++].id : constant(*x[0].graph, dtype, fixed.at(k)).id;
    }
    for (const Id id : live_nodes(sample.graph)) {
      if (!copies.contains(id)) copies[id] = copied(sample.graph[id], copies, *x[0].graph);
    }
    const Expression r{x[0].graph, copies.at(sample.graph.outputs[0].node)};
    return r * r;
  };
}

}  // namespace dp::test
