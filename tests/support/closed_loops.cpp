#include "tests/support/closed_loops.h"

#include <fmt/format.h>

#include "ir/infer.h"

namespace dp::test {

StepBuilder::StepBuilder() {
  graph.name = "step";
  graph.input("number", {Dtype::i64, {}});
}

Id StepBuilder::input(Type type) {
  return graph.input(fmt::format("in{}", graph.inputs.size()), std::move(type));
}

Id StepBuilder::constant(double value, Dtype dtype, Shape shape) {
  Literal literal;
  if (is_real(dtype)) {
    literal.elements = std::vector<double>{value};
  } else {
    literal.elements = std::vector<std::int64_t>{static_cast<std::int64_t>(value)};
  }
  return graph.add(Op::constant, {}, {{"value", std::move(literal)}}, {dtype, std::move(shape)});
}

Id StepBuilder::part(Id whole, Id position) {
  return graph.add(Op::gather, {whole, position}, {{"axis", std::int64_t{0}}});
}

Id StepBuilder::op(Op op, std::vector<Id> operands, Attributes attributes) {
  return graph.add(op, std::move(operands), std::move(attributes));
}

Id StepBuilder::replaced(Id whole, Id position, Id part) {
  return graph.add(Op::scatter_set, {whole, position, part}, {{"axis", std::int64_t{0}}});
}

Id add_loop(Graph& graph, StepBuilder step, std::vector<Id> operands, std::vector<Id> next,
            std::vector<Id> stacked, const LoopForm& form) {
  for (const std::vector<Id>& list : {next, stacked}) {
    for (const Id id : list) step.graph.outputs.push_back({std::to_string(step.graph.outputs.size()), id});
  }
  return graph.add(Op::loop, std::move(operands),
                   {{"dim", Shape{form.extent}},
                    {"carries", static_cast<std::int64_t>(form.carries)},
                    {"stacked", static_cast<std::int64_t>(stacked.size())},
                    {"conditional", std::int64_t{form.conditional}},
                    {"body", LoopBody{std::make_shared<const Graph>(std::move(step.graph))}}});
}

Id add_result(Graph& graph, Id loop, std::int64_t slot) {
  const Type type = result_type(graph[loop], graph, slot).value();
  return graph.add(Op::result, {loop}, {{"slot", slot}, {"dtype", type.dtype}, {"shape", type.shape}});
}

}  // namespace dp::test
