#pragma once
// A training block while its graphs are built: parameters and batch are inputs, bound as variables of the
// block. Shared by steps that follow a gradient (build_train.cpp) and those that search
// (build_train_search.cpp).

#include "frontend/builder.h"

namespace dp {

/// The parameters and the batch as inputs, bound as variables of the block.
class TrainBuilder {
 public:
  TrainBuilder(const typed::Module& module, const typed::Train& train, const BuildOptions& options)
      : builder(module, options), train_(train), frame(builder.root_frame()) {
    frame.declarations = &train.body.variables;
    if (train.key_variable) bind_key(builder.splat_integer(0, {Dtype::i64, {}}));
  }

  void parameter_inputs() {
    for (const auto& parameter : train_.parameters) {
      const auto& variable = train_.body.variables[parameter.variable];
      const Value value = builder.inputs_of(variable.type, parameter.name, frame);
      for (Id id : leaf_ids(value)) builder.note(id, builder.graph[id].string("name"), variable.span);
      frame.variables.insert_or_assign(parameter.variable, builder.mark(value));
    }
  }

  void batch_inputs() {
    for (typed::VariableId field : train_.batch_fields) {
      const auto& variable = train_.body.variables[field];
      builder.bind(field, builder.inputs_of(variable.type, variable.name, frame), frame, variable.span);
    }
  }

  Id objective() {
    for (const auto& statement : train_.statements) builder.execute(statement, frame);
    return builder.tensor(*train_.objective, frame);
  }

  /// `t`, `steps` and, where something is drawn, `seed`, of which each step makes a key of its own.
  void step_inputs(bool draws) {
    const Type real{builder.options().real, {}};
    step = builder.graph.input("t", real);
    frame.variables.insert_or_assign(train_.step_variable, Value::tensor(step));
    frame.variables.insert_or_assign(train_.steps_variable,
                                     Value::tensor(builder.graph.input("steps", real)));
    if (draws) bind_key(builder.graph.input("seed", {Dtype::i64, {}}));
  }

  /// Each metric, known by its name to those behind it.
  std::vector<Id> metrics() {
    std::vector<Id> out;
    for (const auto& metric : train_.metrics) {
      out.push_back(builder.tensor(*metric.value, frame));
      builder.bind(metric.variable, Value::tensor(out.back()), frame, train_.span);
    }
    return out;
  }

  Builder builder;

 private:
  const typed::Train& train_;

  void bind_key(Id seed) {
    Graph& graph = builder.graph;
    key = graph.add(Op::make_key, {seed});
    if (step != no_id) key = graph.add(Op::fold_key, {key, builder.convert(step, Dtype::i64)});
    if (train_.key_variable) frame.variables.insert_or_assign(*train_.key_variable, Value::tensor(key));
  }

 public:
  Frame frame;
  Id step = no_id, key = no_id;
};

/// The leaves that are trained: marked values of parameters that are neither frozen nor frozen in part.
std::vector<Id> trained_leaves(const typed::Train& train, const Graph& graph, const Frame& frame);
/// Where a trained leaf holds copies that are frozen, `freeze net.blocks[3]`: a bool in its shape.
std::map<Id, Id> frozen_copies(Builder& builder, const typed::Train& train, const Frame& frame);
/// `old` where the leaf's copies are frozen, else `value`.
Id kept_where(Builder& builder, const std::map<Id, Id>& frozen, Id leaf, Id old, Id value);

/// The step of an optimizer that searches. Fills in the state of `program`.
BuiltGraph build_search(const typed::Module& module, const typed::Train& train, const BuildOptions& options,
                        TrainProgram& program);
/// A search's state where it begins, behind the parameters.
void search_state(Builder& builder, const typed::Train& train, const TrainProgram& program);

}  // namespace dp
