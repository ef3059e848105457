#pragma once
// What the interpreter does in order: checks that stop the program, and prints.

#include "ir/interpreter.h"
#include "ir/print_line.h"

namespace dp::interpreter {

template <class M>
void Interpreter<M>::run_effects_up_to(Id id) {
  for (; next_effect_ < graph_.effects.size() && graph_.effects[next_effect_] <= id && !failure_;
       ++next_effect_)
    run_effect(graph_.effects[next_effect_]);
}

template <class M>
void Interpreter<M>::run_effect(Id id, bool has_run) {
  for (const std::int64_t variable : free_.of(id)) {
    if (bound_.contains(variable)) continue;
    const std::vector<Id> nodes = nodes_of_step(graph_, graph_[id].operands, variable, free_);
    for (std::int64_t number = 0; number < extent_of_index(nodes, variable) && !failure_; ++number) {
      step(variable, number, nodes);
      run_effect(id, false);
    }
    bound_.erase(variable);
    return;
  }
  if (info(graph_[id].op).form == Form::effect) return run_bound_effect(id);
  if (!has_run) compute(id);  // a loop: else it has run where its value was computed
}

template <class M>
std::int64_t Interpreter<M>::extent_of_index(const std::vector<Id>& nodes, std::int64_t variable) const {
  for (const Id id : nodes) {
    if (graph_[id].op == Op::index && graph_[id].integer("id") == variable) return extent_of(graph_[id]);
  }
  return 0;
}

template <class M>
void Interpreter<M>::run_bound_effect(Id id) {
  const Node& node = graph_[id];
  if (node.op == Op::print) return run_print(node);
  const Tensor<E>& checked = values_[node.operands[0]];
  for (std::size_t k = 0; k < checked.values.size() && !failure_; ++k) {
    if (node.op == Op::assert_) {
      if (M::integer(checked.values[k], Dtype::boolean) == 0)
        failure_ = diagnose(diag::AssertionFailed, {}, node.string("message"));
    } else if (M::integer(values_[node.operands[1]].values[k], Dtype::boolean) != 0) {
      check(node, checked.values[k], checked.dtype);
    }
  }
  if (failure_) failure_->at = graph_.note(id).span;
}

template <class M>
void Interpreter<M>::check(const Node& node, E element, Dtype dtype) {
  if (node.op == Op::check_range) {
    const Dtype to = std::get<Dtype>(*node.find("dtype"));
    if (!M::fits(element, dtype, to))
      failure_ = diagnose(diag::ConversionOutOfRange, {}, M::text(element, dtype), std::string(name(to)));
    return;
  }
  const std::int64_t value = M::integer(element, dtype);
  if (node.op == Op::check_divisor && value == 0) failure_ = diagnose(diag::DivisionByZero, {});
  if (node.op != Op::check_index) return;
  const std::int64_t extent = extent_of(node);
  if (value < 0 || value >= extent)
    failure_ = diagnose(diag::IndexOutOfRange, {}, value, node.integer("axis"), extent);
}

template <class M>
void Interpreter<M>::run_print(const Node& node) {
  if (M::integer(values_[node.operands[0]].values[0], Dtype::boolean) == 0) return;
  std::vector<std::string> texts;
  for (const Id operand : std::span(node.operands).subspan(1)) {
    const Tensor<E>& tensor = values_[operand];
    std::size_t at = 0;
    texts.push_back(nested_text(tensor.shape, [&] { return M::text(tensor.values[at++], tensor.dtype); }));
  }
  if (options_.print) options_.print(print_line(node.string("message"), texts));
}

}  // namespace dp::interpreter
