#pragma once
// How the interpreter runs loops, those with bound variables and those with a body of their own.

#include <algorithm>

#include "ir/infer.h"
#include "ir/interpreter.h"

namespace dp::interpreter {

template <class M>
void Interpreter<M>::step(std::int64_t variable, std::int64_t number, const std::vector<Id>& nodes) {
  steps_[variable] = number;
  bound_.insert(variable);
  for (std::size_t k = 0; k < nodes.size() && !failure_; ++k) compute_in_scope(nodes[k]);
}

template <class M>
template <class Run>
void Interpreter<M>::bind(std::int64_t variable, const std::vector<Id>& nodes, const Run& run) {
  if (!bound_.contains(variable)) {
    run();
    bound_.erase(variable);
    return;
  }
  const std::int64_t number = steps_.at(variable);
  const std::vector<Tensor<E>> carried = carried_[variable];
  const std::map<Id, std::vector<Tensor<E>>> results = results_;
  std::vector<Tensor<E>> values;
  for (const Id id : nodes) values.push_back(values_[id]);
  run();
  steps_[variable] = number;
  carried_[variable] = carried;
  results_ = results;
  for (std::size_t k = 0; k < nodes.size(); ++k) values_[nodes[k]] = std::move(values[k]);
}

template <class M>
Tensor<typename M::Element> Interpreter<M>::stacked(const Node& node, const Extents& shape) {
  const std::int64_t variable = node.integer("id");
  const std::vector<Id> nodes = nodes_of_step(graph_, node.operands, variable, free_);
  Tensor<E> out{node.type.dtype, shape, {}};
  bind(variable, nodes, [&] {
    for (std::int64_t number = 0; number < shape[0] && !failure_; ++number) {
      step(variable, number, nodes);
      const std::vector<E>& part = values_[node.operands[0]].values;
      out.values.insert(out.values.end(), part.begin(), part.end());
    }
  });
  return out;
}

template <class M>
std::int64_t Interpreter<M>::extent_of(const Node& node) const {
  return node.dims("dim").at(0).substitute(dims_).constant().value();
}

template <class M>
bool Interpreter<M>::goes_on(const Node& node, const std::vector<Tensor<E>>& carried) const {
  return node.integer("conditional") == 0 || M::integer(carried[0].values[0], Dtype::boolean) != 0;
}

template <class M>
template <class Step>
Tensor<typename M::Element> Interpreter<M>::run_steps(Id id, std::vector<Tensor<E>> carried,
                                                      const Step& run_step) {
  const Node& node = graph_[id];
  const std::size_t slots = carried.size();
  const std::int64_t extent = extent_of(node);
  std::vector<Tensor<E>> results(slots + static_cast<std::size_t>(node.integer("stacked")));
  std::int64_t number = 0;
  for (; number < extent && goes_on(node, carried) && !failure_; ++number) {
    std::vector<Tensor<E>> left = run_step(number, carried);
    if (failure_) break;
    for (std::size_t k = 0; k < slots; ++k) carried[k] = std::move(left[k]);
    for (std::size_t k = slots; k < results.size(); ++k)
      results[k].values.insert(results[k].values.end(), left[k].values.begin(), left[k].values.end());
  }
  for (std::size_t k = 0; k < results.size(); ++k) {
    if (k < slots) results[k] = std::move(carried[k]);
    if (k >= slots) complete(results[k], *result_type(node, graph_, static_cast<std::int64_t>(k)));
  }
  results_[id] = std::move(results);
  return {Dtype::i64, {}, {M::of_integer(number, Dtype::i64)}};
}

template <class M>
void Interpreter<M>::complete(Tensor<E>& stack, const Type& type) {
  stack.dtype = type.dtype;
  stack.shape = shape_of(type.shape);
  stack.values.resize(static_cast<std::size_t>(count_of(stack.shape)), E{});
}

template <class M>
Tensor<typename M::Element> Interpreter<M>::scan(Id id) {
  const Node& node = graph_[id];
  const ScanOperands operands = scan_operands(node);
  const std::int64_t variable = node.integer("id");
  const std::vector<Id> nodes =
      nodes_of_step(graph_, std::span(node.operands).subspan(operands.initial.size()), variable, free_);
  std::vector<Tensor<E>> first;
  for (const Id initial : operands.initial) first.push_back(values_[initial]);
  const auto run_step = [&](std::int64_t number, const std::vector<Tensor<E>>& carried) {
    carried_[variable] = carried;
    step(variable, number, nodes);
    for (std::size_t k = 0; k < operands.effects.size() && !failure_; ++k) run_effect(operands.effects[k]);
    std::vector<Tensor<E>> left;
    for (const Id next : operands.next) left.push_back(values_[next]);
    for (const Id part : operands.stacked) left.push_back(values_[part]);
    return left;
  };
  Tensor<E> count;
  bind(variable, nodes, [&] { count = run_steps(id, std::move(first), run_step); });
  return count;
}

template <class M>
Tensor<typename M::Element> Interpreter<M>::loop(Id id) {
  const Node& node = graph_[id];
  const auto slots = static_cast<std::size_t>(node.integer("carries"));
  std::vector<Tensor<E>> first, read;
  for (std::size_t k = 0; k < node.operands.size(); ++k)
    (k < slots ? first : read).push_back(values_[node.operands[k]]);
  return run_steps(id, std::move(first), [&](std::int64_t number, const auto& carried) {
    std::vector<Tensor<E>> inputs{{Dtype::i64, {}, {M::of_integer(number, Dtype::i64)}}};
    inputs.insert(inputs.end(), carried.begin(), carried.end());
    inputs.insert(inputs.end(), read.begin(), read.end());
    auto left = Interpreter(node.body(), std::move(inputs), dims_, options_).run();
    if (!left) failure_ = left.error();
    return left ? std::move(*left) : std::vector<Tensor<E>>();
  });
}

template <class M>
Tensor<typename M::Element> Interpreter<M>::bound(const Call<E>& call, Id id) {
  switch (call.node.op) {
    case Op::index: return {Dtype::i64, {}, {M::of_integer(steps_.at(call.node.integer("id")), Dtype::i64)}};
    case Op::carry:
      return carried_.at(call.node.integer("id")).at(static_cast<std::size_t>(call.node.integer("slot")));
    case Op::for_: return stacked(call.node, call.shape);
    case Op::at: return at<M>(call);
    case Op::put: return put<M>(call);
    default: return scan(id);
  }
}

}  // namespace dp::interpreter
