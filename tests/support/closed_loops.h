#pragma once
// Closed loops put together by hand, for tests of what is done with them.

#include "ir/graph.h"

namespace dp::test {

/// The step of a loop in the making: its first input is the number of the step.
struct StepBuilder {
  Graph graph;

  StepBuilder();
  Id number() const { return graph.inputs[0]; }
  /// A carried value, or one that is read: carried ones first.
  Id input(Type type);
  Id constant(double value, Dtype dtype = Dtype::f32, Shape shape = {});
  /// The part at a position of the first axis.
  Id part(Id whole, Id position);
  Id op(Op op, std::vector<Id> operands, Attributes attributes = {});
  /// `scatter_set` along the first axis.
  Id replaced(Id whole, Id position, Id part);
};

struct LoopForm {
  std::int64_t extent = 0;
  std::size_t carries = 0;
  bool conditional = false;
};

/// The loop; `next` and then `stacked` are values of the step.
Id add_loop(Graph& graph, StepBuilder step, std::vector<Id> operands, std::vector<Id> next,
            std::vector<Id> stacked, const LoopForm& form);
Id add_result(Graph& graph, Id loop, std::int64_t slot);

}  // namespace dp::test
