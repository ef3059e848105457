#include "tests/support/loop_functions.h"

#include "ir/binders.h"
#include "ir/infer.h"

namespace dp::test {
namespace {

std::vector<Expression> carried_of(Graph& graph, std::int64_t loop, const std::vector<Expression>& initial,
                                   std::int64_t first_slot) {
  std::vector<Expression> carried;
  for (const Expression& value : initial) {
    const std::int64_t slot = first_slot + static_cast<std::int64_t>(carried.size());
    carried.push_back({&graph, graph.add(Op::carry, {value.id}, {{"id", loop}, {"slot", slot}})});
  }
  return carried;
}

std::vector<Expression> results_of(Graph& graph, Id scan, std::int64_t first) {
  std::vector<Expression> results;
  for (std::int64_t slot = first;; ++slot) {
    const auto type = result_type(graph[scan], graph, slot);
    if (!type) return results;
    results.push_back({&graph, graph.add(Op::result, {scan},
                                         {{"slot", slot}, {"dtype", type->dtype}, {"shape", type->shape}})});
  }
}

Id scan_node(Graph& graph, std::int64_t loop, const Dim& extent, const std::vector<Expression>& initial,
             const Step& step, bool conditional) {
  std::vector<Id> operands;
  for (const auto* list : {&initial, &step.next, &step.stacked}) {
    for (const Expression& value : *list) operands.push_back(value.id);
  }
  return graph.add(Op::scan, operands,
                   {{"id", loop},
                    {"dim", Shape{extent}},
                    {"carries", static_cast<std::int64_t>(initial.size())},
                    {"stacked", static_cast<std::int64_t>(step.stacked.size())},
                    {"conditional", std::int64_t{conditional}}});
}

}  // namespace

Expression for_of(Graph& graph, const Dim& extent, const std::function<Expression(const Expression&)>& body) {
  const std::int64_t loop = next_loop_id(graph);
  return for_each(body(loop_index(graph, loop, extent)), loop, extent);
}

Expression sum_of(Graph& graph, const Dim& extent, const std::function<Expression(const Expression&)>& body) {
  return reduce(Op::reduce_sum, for_of(graph, extent, body), {0});
}

Expression element(const Expression& x, const std::vector<Expression>& indices) {
  return part_at(x, indices, axes_between(0, indices.size()));
}

Expression integer_at(Graph& graph, std::int64_t number) {
  return splat(graph, static_cast<double>(number), {Dtype::i64, {}});
}

std::vector<Expression> scan_of(Graph& graph, const Dim& extent, const std::vector<Expression>& initial,
                                const StepFunction& step) {
  const std::int64_t loop = next_loop_id(graph);
  const Expression number = loop_index(graph, loop, extent);
  const Step left = step(number, carried_of(graph, loop, initial, 0));
  return results_of(graph, scan_node(graph, loop, extent, initial, left, false), 0);
}

std::vector<Expression> while_of(Graph& graph, const Dim& extent, const std::vector<Expression>& initial,
                                 const std::function<Expression(const std::vector<Expression>&)>& condition,
                                 const StepFunction& step) {
  const std::int64_t loop = next_loop_id(graph);
  const Expression number = loop_index(graph, loop, extent);
  Step left = step(number, carried_of(graph, loop, initial, 1));
  std::vector<Expression> first = initial;
  first.insert(first.begin(), condition(initial));
  left.next.insert(left.next.begin(), condition(left.next));
  return results_of(graph, scan_node(graph, loop, extent, first, left, true), 1);
}

}  // namespace dp::test
