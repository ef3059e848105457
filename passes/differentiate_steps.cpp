#include "passes/differentiate_steps.h"

#include <algorithm>

namespace dp {
namespace {

/// Whether computing it again costs more than writing it down and reading it.
bool is_costly(Op op) {
  switch (info(op).form) {
    case Form::reduce:
    case Form::contract:
    case Form::call: return true;
    case Form::binder: return op == Op::for_;
    case Form::eval: break;
    default: return op == Op::scatter_add || op == Op::scatter_set;
  }
  switch (op) {
    case Op::neg:
    case Op::abs:
    case Op::sign:
    case Op::floor:
    case Op::ceil:
    case Op::trunc:
    case Op::round:
    case Op::sqrt:
    case Op::norm_root:
    case Op::relu:
    case Op::gate:
    case Op::add:
    case Op::sub:
    case Op::mul:
    case Op::div:
    case Op::max:
    case Op::min:
    case Op::clamp: return false;
    default: return info(op).types == TypeClass::real || op == Op::floor_div;
  }
}

/// What only puts elements in other places, or combines truths.
bool passes_on(const Node& node) {
  if (is_integer(node.type.dtype) && is_pointwise(node.op)) return true;
  if (node.op == Op::and_ || node.op == Op::or_ || node.op == Op::not_ || node.op == Op::convert) return true;
  if (node.op == Op::at || node.op == Op::put) return true;
  return info(node.op).form == Form::move && node.op != Op::scatter_add && node.op != Op::scatter_set;
}

/// The value at a step, from a stack of it: over the loop's steps, and over the indices inside the loop.
Expression read_from_stack(LoopVariables& variables, const ScanLoop& loop, const Expression& value,
                           const Expression& step) {
  Graph& graph = *value.graph;
  Variables known = loop.around;
  known.insert(loop.id);
  const std::vector<std::int64_t> inside = without(variables.of(value.id), known);
  const Expression stack = stacked_by(graph, loop, stacked_over(value, inside, variables));
  std::vector<Expression> indices{step};
  for (const std::int64_t index : inside)
    indices.push_back(loop_index(graph, index, variables.extent(index)));
  return part_at(stack, indices, axes_between(0, indices.size()));
}

}  // namespace

Guard Replacement::operator()(const Guard& guard) {
  return guard.moved([this](const Expression& condition) { return (*this)(condition); });
}

bool Replacement::wait_for_operands(Id id, std::vector<Id>& pending) const {
  const std::size_t before = pending.size();
  for (const Id operand : (*graph_)[id].operands) {
    if (!known_.contains(operand)) pending.push_back(operand);
  }
  return pending.size() > before;
}

Id Replacement::rebuilt(Id id) {
  Node node = (*graph_)[id];
  for (Id& operand : node.operands) operand = known_.at(operand);
  if (node.op == Op::mark) return node.operands[0];  // of another step: nothing is differentiated by it
  const Id result =
      graph_->add(node.op, std::move(node.operands), std::move(node.attributes), std::move(node.type));
  graph_->annotate(result, Note(graph_->note(id)));
  return result;
}

Id Replacement::replaced(Id root) {
  std::vector<Id> pending{root};
  while (!pending.empty()) {
    const Id id = pending.back();
    if (!known_.contains(id)) {
      const std::optional<Id> decided = decide_(id);
      if (!decided && wait_for_operands(id, pending)) continue;
      known_[id] = decided ? *decided : rebuilt(id);
    }
    pending.pop_back();
  }
  return known_.at(root);
}

Replacement forward_values(Graph& graph, LoopVariables& variables, const ScanLoop& loop,
                           const Expression& step, const Beginning& beginning) {
  return Replacement(graph, [&graph, &variables, &loop, step, beginning](Id id) -> std::optional<Id> {
    const Variables& free = variables.of(id);
    if (!free.contains(loop.id)) return id;
    const Node& node = graph[id];
    const bool own = node.find("id") && node.integer("id") == loop.id;
    if (node.op == Op::index && own) return step.id;
    const bool is_forward = *free.rbegin() < beginning.first_variable;
    const bool is_result = node.op == Op::result || node.op == Op::scan;
    const bool is_kept = is_forward && (is_result || (id < beginning.first_node && is_costly(node.op)));
    if (!is_kept && !(node.op == Op::carry && own)) return std::nullopt;
    return read_from_stack(variables, loop, {&graph, id}, step).id;
  });
}

std::set<Id> values_in_loop(const Graph& graph, LoopVariables& variables, std::int64_t loop,
                            std::vector<Id> pending) {
  std::set<Id> found;
  while (!pending.empty()) {
    const Id id = pending.back();
    pending.pop_back();
    if (!variables.of(id).contains(loop) || !found.insert(id).second) continue;
    pending.insert(pending.end(), graph[id].operands.begin(), graph[id].operands.end());
  }
  return found;
}

Replacement reverse_values(Graph& graph, LoopVariables& variables, const ReverseSteps& reverse,
                           const Expression& forward_step) {
  const Expression number = reverse.last - forward_step;
  return Replacement(graph, [&graph, &variables, reverse, forward_step, number](Id id) -> std::optional<Id> {
    if (!variables.of(id).contains(reverse.loop.id)) return id;
    if (id == reverse.step.id) return forward_step.id;
    const Node& node = graph[id];
    if (node.op == Op::index && node.integer("id") == reverse.loop.id) return number.id;
    const bool is_carried = node.op == Op::carry && node.integer("id") == reverse.loop.id;
    const bool is_of_scan = is_carried || node.op == Op::result || node.op == Op::scan;
    if (!is_of_scan && (passes_on(node) || !reverse.in_order.contains(id))) return std::nullopt;
    const Expression value = (*reverse.forward_at_step)(Expression{&graph, id});
    return read_from_stack(variables, reverse.loop, value, number).id;
  });
}

}  // namespace dp
