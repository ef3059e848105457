// The step of an optimizer that searches, `fn search(params, loss, key, t)`: all that is trained lies in one
// vector, and the loss is a function of such a vector. Also which parts of the parameters are trained at all.

#include <set>

#include "frontend/train_builder.h"
#include "support/assert.h"

namespace dp {

std::vector<Id> trained_leaves(const typed::Train& train, const Graph& graph, const Frame& frame) {
  std::set<Id> frozen;
  for (const auto& path : train.freeze)
    for (Id id : leaf_ids(follow(frame.variables.at(path.variable), path.path)))
      if (path.copies.empty()) frozen.insert(id);
  std::vector<Id> out;
  for (const auto& parameter : train.parameters) {
    if (parameter.frozen) continue;
    for (Id id : leaf_ids(frame.variables.at(parameter.variable)))
      if (is_real(graph[id].type.dtype) && !frozen.contains(id)) out.push_back(id);
  }
  return out;
}

std::map<Id, Id> frozen_copies(Builder& builder, const typed::Train& train, const Frame& frame) {
  Graph& graph = builder.graph;
  std::map<Id, Id> masks;
  for (const auto& path : train.freeze) {
    if (path.copies.empty()) continue;
    for (const Id leaf : leaf_ids(follow(frame.variables.at(path.variable), path.path))) {
      const Shape shape = graph[leaf].type.shape;
      Id here = no_id;
      for (std::size_t k = 0; k < path.copies.size(); ++k) {
        const Attributes axis{{"axis", static_cast<std::int64_t>(k)}, {"shape", shape}};
        const Dim position = Builder::resolve(path.copies[k], frame);
        const Id number = graph.add(Op::dim_value, {}, {{"dim", Shape{position}}});
        const Id same = builder.point(Op::eq, {graph.add(Op::iota, {}, axis), number});
        here = here == no_id ? same : builder.point(Op::and_, {here, same});
      }
      const auto known = masks.find(leaf);
      masks[leaf] = known == masks.end() ? here : builder.point(Op::or_, {known->second, here});
    }
  }
  return masks;
}

Id kept_where(Builder& builder, const std::map<Id, Id>& frozen, Id leaf, Id old, Id value) {
  const auto mask = frozen.find(leaf);
  return mask == frozen.end() ? value : builder.point(Op::select, {mask->second, old, value});
}

namespace {

/// The trained leaves, one behind the other.
Id flattened(Builder& builder, const std::vector<Id>& leaves) {
  std::vector<Id> parts;
  for (Id leaf : leaves) {
    const Shape flat{element_count(builder.graph[leaf].type.shape)};
    const Id part = builder.graph.add(Op::reshape, {leaf}, {{"shape", flat}});
    parts.push_back(builder.convert(part, builder.options().real));
  }
  return parts.size() == 1 ? parts[0] : builder.graph.add(Op::concat, parts, {{"axis", std::int64_t{0}}});
}

/// The leaves again, those that are frozen as they are.
class Unflattened {
 public:
  Unflattened(Builder& builder, const std::vector<Id>& trained, const std::map<Id, Id>& frozen)
      : builder_(builder), trained_(trained), frozen_(frozen) {}

  /// Leaf → its value in the vector.
  std::map<Id, Id> of(Id vector) const {
    Graph& graph = builder_.graph;
    std::map<Id, Id> result;
    Dim begin(0);
    for (Id leaf : trained_) {
      const Type type = graph[leaf].type;
      const Dim count = element_count(type.shape);
      const Id part = graph.add(
          Op::slice, {vector},
          {{"shape", Shape{count}}, {"start", Shape{begin}}, {"stride", std::vector<std::int64_t>{1}}});
      const Id shaped = graph.add(Op::reshape, {part}, {{"shape", type.shape}});
      result[leaf] = kept_where(builder_, frozen_, leaf, leaf, builder_.convert(shaped, type.dtype));
      begin = begin + count;
    }
    return result;
  }

 private:
  Builder& builder_;
  const std::vector<Id>& trained_;
  const std::map<Id, Id>& frozen_;
};

/// The objective as a function of the vector, to be made small.
Value loss_of(TrainBuilder& block, const typed::Train& train, const Unflattened& unflattened) {
  Closure closure;
  closure.loss = [&block, &train, &unflattened](const std::vector<Value>& arguments) {
    Builder& builder = block.builder;
    const std::map<Id, Id> leaves = unflattened.of(arguments.at(0).id());
    Frame frame = block.frame;
    for (const auto& parameter : train.parameters) {
      Value& value = frame.variables.at(parameter.variable);
      value = map_leaves(value, [&](Id id) { return leaves.contains(id) ? leaves.at(id) : id; });
    }
    for (const auto& statement : train.statements) builder.execute(statement, frame);
    const Id objective = builder.convert(builder.tensor(*train.objective, frame), builder.options().real);
    return Value::tensor(train.maximize ? builder.point(Op::neg, {objective}) : objective);
  };
  return Value{std::make_shared<const Closure>(std::move(closure))};
}

/// The frame of the search, its sizes known.
Frame search_frame(const Builder& builder, const typed::Train& train, const Dim& count) {
  Frame frame = builder.root_frame();
  frame.real = builder.options().real;
  frame.dims.insert_or_assign("n", count);
  for (const auto& [name, size] : train.sizes) frame.dims.insert_or_assign(name, Dim(size));
  return frame;
}

std::vector<Id> state_inputs(Builder& builder, const typed::Optimizer& optimizer, const Frame& frame,
                             TrainProgram& program) {
  std::vector<Id> inputs;
  for (const auto& state : optimizer.states) {
    const std::string name = optimizer.name + "." + state.name;
    const Type type = Builder::resolve(std::get<typed::TensorType>(state.initial->type.node), frame);
    program.optimizer_state.push_back({name, type});
    inputs.push_back(builder.graph.input(name, type));
  }
  return inputs;
}

}  // namespace

BuiltGraph build_search(const typed::Module& module, const typed::Train& train, const BuildOptions& options,
                        TrainProgram& program) {
  TrainBuilder block(module, train, options);
  Builder& builder = block.builder;
  Graph& graph = builder.graph;
  graph.name = train.name;
  block.parameter_inputs();
  const std::vector<Id> inputs = graph.inputs;
  const std::vector<Id> trained = trained_leaves(train, graph, block.frame);
  if (trained.empty())
    Builder::fail(diagnose(diag::TrainPartMissing, train.span, train.name, "anything that is trained"));
  const std::map<Id, Id> frozen = frozen_copies(builder, train, block.frame);
  const Id vector = flattened(builder, trained);
  program.searched = graph[vector].type.shape.at(0);
  Frame callee = search_frame(builder, train, program.searched);
  const std::vector<Id> states = state_inputs(builder, *train.optimizer, callee, program);
  block.step_inputs(true);
  block.batch_inputs();
  const Unflattened unflattened(builder, trained, frozen);

  std::vector<Value> arguments;
  for (const auto& value : train.hyperparameters)
    if (value) arguments.push_back(builder.evaluate(*value, block.frame));
  for (Id state : states) arguments.push_back(Value::tensor(state));
  arguments.push_back(builder.mark(Value::tensor(vector)));
  arguments.push_back(loss_of(block, train, unflattened));
  arguments.push_back(Value::tensor(block.key));
  arguments.push_back(Value::tensor(block.step));
  const Id objective = block.objective();
  const std::vector<Id> next =
      leaf_ids(builder.inline_function(train.optimizer->step, std::move(arguments), std::move(callee)));

  std::map<Id, Id> updated;  // input → new value
  for (const auto& [leaf, value] : unflattened.of(next.at(0))) updated[graph[leaf].operands.at(0)] = value;
  for (Id input : inputs)
    graph.outputs.push_back(
        {graph[input].string("name"), updated.contains(input) ? updated.at(input) : input});
  for (std::size_t k = 0; k < states.size(); ++k)
    graph.outputs.push_back({graph[states[k]].string("name"), next.at(k + 1)});
  for (std::size_t k = 0; k < graph.outputs.size(); ++k) graph.donated[k] = k;
  graph.outputs.push_back({"objective", objective});
  return std::move(builder).take();
}

void search_state(Builder& builder, const typed::Train& train, const TrainProgram& program) {
  const auto& states = train.optimizer->states;
  for (std::size_t k = 0; k < states.size(); ++k) {
    const StateLeaf& leaf = program.optimizer_state.at(k);
    Frame frame = search_frame(builder, train, program.searched);
    const Id value = builder.convert(builder.tensor(*states[k].initial, frame), leaf.type.dtype);
    builder.graph.outputs.push_back({leaf.path, value});
  }
}

}  // namespace dp
