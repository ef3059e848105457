// A training block as three graphs: initial values, one step (loss, gradient, clipping, update), and
// evaluation. All three flatten the parameters in the same order.

#include "frontend/train_builder.h"
#include "support/assert.h"

namespace dp {
namespace {

using Parameter = typed::Train::Parameter;

BuildOptions with_batch(BuildOptions options, const typed::Train& train, const Dim& batch) {
  if (!train.batch_dim.empty()) options.dims.insert_or_assign(train.batch_dim, batch);
  return options;
}

/// Gradients scaled so that their common Euclidean norm is at most `limit`, or each element kept within
/// ±limit.
void clip(Builder& builder, const typed::Train::Clip& clip, std::vector<Id>& gradients, Frame& frame) {
  if (clip.kind == typed::Train::Clip::Kind::none || gradients.empty()) return;
  Graph& graph = builder.graph;
  const Id limit = builder.convert(builder.tensor(*clip.limit, frame), graph[gradients[0]].type.dtype);
  if (clip.kind == typed::Train::Clip::Kind::value) {
    const Id low = builder.point(Op::neg, {limit});
    for (Id& gradient : gradients) gradient = builder.point(Op::clamp, {gradient, low, limit});
    return;
  }
  Id total = no_id;
  for (Id gradient : gradients) {
    std::vector<std::int64_t> axes;
    for (std::size_t k = 0; k < graph[gradient].type.rank(); ++k)
      axes.push_back(static_cast<std::int64_t>(k));
    const Id square = builder.point(Op::mul, {gradient, gradient});
    const Id sum = axes.empty() ? square : graph.add(Op::reduce_sum, {square}, {{"axes", axes}});
    total = total == no_id ? sum : graph.add(Op::add, {total, sum});
  }
  const Id norm = builder.point(Op::norm_root, {total});
  const Id one = builder.splat(1.0, graph[norm].type);
  const Id too_long = builder.point(Op::lt, {limit, norm});
  const Id factor = builder.point(Op::select, {too_long, builder.point(Op::div, {limit, norm}), one});
  for (Id& gradient : gradients) gradient = builder.point(Op::mul, {gradient, factor});
}

/// The states of one leaf are inputs; the optimizer's step gives the new leaf and the new states.
struct Update {
  Id parameter;
  std::vector<Id> states;
};
Update update(Builder& builder, const typed::Optimizer& optimizer, const std::vector<Value>& hyperparameters,
              const std::vector<Id>& states, Id parameter, Id gradient, Id step) {
  Frame callee = builder.root_frame();
  callee.set_pack(builder.graph[parameter].type.shape);
  callee.real = builder.graph[parameter].type.dtype;
  std::vector<Value> arguments = hyperparameters;
  for (Id state : states) arguments.push_back(Value::tensor(state));
  for (Id id : {parameter, gradient, step}) arguments.push_back(Value::tensor(id));
  const Value result = builder.inline_function(optimizer.step, std::move(arguments), std::move(callee));
  const std::vector<Id> all = leaf_ids(result);
  return {all.at(0), {all.begin() + 1, all.end()}};
}

std::vector<StateLeaf> parameter_leaves(const Builder& builder, const typed::Train& train) {
  std::vector<StateLeaf> out;
  for (const Parameter& parameter : train.parameters) {
    std::vector<Leaf> all;
    Builder::leaves(train.body.variables[parameter.variable].type, builder.root_frame(), parameter.name, {},
                    all);
    for (Leaf& leaf : all) out.push_back({leaf.path, leaf.type});
  }
  return out;
}

/// The optimizer's states of the trained leaves, leaf by leaf.
std::vector<std::vector<Id>> optimizer_inputs(Graph& graph, const typed::Optimizer& optimizer,
                                              const std::vector<Id>& trained, TrainProgram& program) {
  std::vector<std::vector<Id>> states;
  for (Id leaf : trained) {
    const std::string path = graph[graph[leaf].operands.at(0)].string("name");
    states.emplace_back();
    for (const auto& state : optimizer.states) {
      const std::string name = optimizer.name + "." + state.name + "." + path;
      program.optimizer_state.push_back({name, graph[leaf].type});
      states.back().push_back(graph.input(name, graph[leaf].type));
    }
  }
  return states;
}

/// The gradients of the trained leaves, to descend along.
std::vector<Id> descents(TrainBuilder& block, const typed::Train& train, const std::vector<Id>& trained,
                         const std::map<Id, Id>& frozen, Id objective) {
  Builder& builder = block.builder;
  const Id direction = builder.splat(train.maximize ? -1.0 : 1.0, builder.graph[objective].type);
  std::vector<Id> gradients;
  for (Id leaf : trained) {
    const Id gradient = builder.graph.add(Op::vjp, {objective, leaf, direction});
    gradients.push_back(kept_where(builder, frozen, leaf, builder.zero(builder.graph[leaf].type), gradient));
  }
  return gradients;
}

std::vector<Id> sum_inputs(Graph& graph, const std::vector<Type>& types) {
  std::vector<Id> sums;
  for (std::size_t k = 0; k < types.size(); ++k)
    sums.push_back(graph.input("sum" + std::to_string(k), types[k]));
  return sums;
}

/// Of the batches before a step's last one: their gradients are added up.
BuiltGraph build_accumulate(const typed::Module& module, const typed::Train& train,
                            const BuildOptions& options, const TrainProgram& program) {
  TrainBuilder block(module, train, options);
  Graph& graph = block.builder.graph;
  graph.name = train.name + "_accumulate";
  const std::vector<Id> sums = sum_inputs(graph, program.sums);
  block.parameter_inputs();
  const std::vector<Id> trained = trained_leaves(train, graph, block.frame);
  const std::map<Id, Id> frozen = frozen_copies(block.builder, train, block.frame);
  block.step_inputs(program.takes_seed);
  block.batch_inputs();
  const Id objective = block.objective();
  const std::vector<Id> gradients = descents(block, train, trained, frozen, objective);
  for (std::size_t k = 0; k < sums.size(); ++k) {
    const Id sum = block.builder.point(Op::add, {sums[k], gradients[k]});
    graph.outputs.push_back({graph[sums[k]].string("name"), sum});
    graph.donated[k] = k;
  }
  graph.outputs.push_back({"objective", objective});
  return std::move(block.builder).take();
}

/// Under `accumulate`, the mean over the batches of a step, this one the last.
void take_mean(Builder& builder, const typed::Train& train, const std::vector<Id>& trained,
               std::vector<Id>& gradients, TrainProgram& program) {
  Graph& graph = builder.graph;
  if (train.accumulate == 1) return;
  program.sums.clear();
  for (Id leaf : trained) program.sums.push_back(graph[leaf].type);
  const std::vector<Id> sums = sum_inputs(graph, program.sums);
  for (std::size_t k = 0; k < sums.size(); ++k) {
    const Id all = builder.point(Op::add, {sums[k], gradients[k]});
    const Id count = builder.splat(static_cast<double>(train.accumulate), graph[all].type);
    gradients[k] = builder.point(Op::div, {all, count});
  }
}

BuiltGraph build_step(const typed::Module& module, const typed::Train& train, const BuildOptions& options,
                      TrainProgram& program) {
  TrainBuilder block(module, train, options);
  Builder& builder = block.builder;
  Graph& graph = builder.graph;
  graph.name = train.name;
  block.parameter_inputs();
  const std::vector<Id> inputs = graph.inputs;
  const std::vector<Id> trained = trained_leaves(train, graph, block.frame);
  const std::map<Id, Id> frozen = frozen_copies(builder, train, block.frame);
  const std::vector<std::vector<Id>> states = optimizer_inputs(graph, *train.optimizer, trained, program);
  block.step_inputs(program.takes_seed);
  block.batch_inputs();

  const Id objective = block.objective();
  std::vector<Id> gradients = descents(block, train, trained, frozen, objective);
  take_mean(builder, train, trained, gradients, program);
  clip(builder, train.clip, gradients, block.frame);
  std::vector<Value> hyperparameters;
  for (const auto& value : train.hyperparameters)
    hyperparameters.push_back(builder.evaluate(*value, block.frame));

  std::map<Id, Id> updated;  // input → new value
  std::vector<Output> state_outputs;
  for (std::size_t k = 0; k < trained.size(); ++k) {
    const Update next =
        update(builder, *train.optimizer, hyperparameters, states[k], trained[k], gradients[k], block.step);
    const Id input = graph[trained[k]].operands.at(0);
    updated[input] = kept_where(builder, frozen, trained[k], input, next.parameter);
    for (std::size_t s = 0; s < next.states.size(); ++s)
      state_outputs.push_back({graph[states[k][s]].string("name"), next.states[s]});
  }
  for (Id input : inputs)
    graph.outputs.push_back(
        {graph[input].string("name"), updated.contains(input) ? updated.at(input) : input});
  graph.outputs.insert(graph.outputs.end(), state_outputs.begin(), state_outputs.end());
  for (std::size_t k = 0; k < graph.outputs.size(); ++k) graph.donated[k] = k;
  graph.outputs.push_back({"objective", objective});
  return std::move(builder).take();
}

BuiltGraph build_evaluate(const typed::Module& module, const typed::Train& train,
                          const BuildOptions& options) {
  TrainBuilder block(module, train, options);
  block.builder.graph.name = train.name + "_evaluate";
  block.parameter_inputs();
  block.batch_inputs();
  block.builder.graph.outputs.push_back({"objective", block.objective()});
  const std::vector<Id> metrics = block.metrics();
  for (std::size_t k = 0; k < metrics.size(); ++k)
    block.builder.graph.outputs.push_back({train.metrics[k].name, metrics[k]});
  return std::move(block.builder).take();
}

/// The prints of one `every`: a graph without results, on the parameters and the last batch.
Graph build_print(const typed::Module& module, const typed::Train& train, const typed::Train::Every& every,
                  const BuildOptions& options) {
  TrainBuilder block(module, train, options);
  block.builder.graph.name = train.name + "_print";
  block.parameter_inputs();
  block.batch_inputs();
  block.objective();
  block.metrics();
  block.builder.graph.effects.clear();  // those of the statements happen in the step
  block.builder.print(every.print, block.frame, train.span);
  return std::move(block.builder.graph);
}

InitialGraph build_train_initial(const typed::Module& module, const typed::Train& train,
                                 const BuildOptions& options, const TrainProgram& program) {
  Builder builder(module, options);
  Graph& graph = builder.graph;
  graph.name = train.name + "_initial";
  std::vector<Orthogonal> orthogonal;
  Frame frame = builder.root_frame();
  frame.declarations = &train.body.variables;
  const Id seed = graph.input("seed", {Dtype::i64, {}});
  for (const Parameter& parameter : train.parameters) {
    const typed::Type& type = train.body.variables[parameter.variable].type;
    if (!parameter.from.empty()) {  // the session reads them from the file
      std::vector<Leaf> all;
      Builder::leaves(type, frame, parameter.name, {}, all);
      for (const Leaf& leaf : all) graph.outputs.push_back({leaf.path, builder.number(0, leaf.type)});
      continue;
    }
    builder.initial_values(type, parameter.declaration, parameter.name, seed, {}, frame, orthogonal);
  }
  if (train.optimizer->searches) search_state(builder, train, program);
  std::size_t at = train.optimizer->searches ? program.optimizer_state.size() : 0;
  while (at < program.optimizer_state.size())
    for (const auto& state : train.optimizer->states) {
      const StateLeaf& leaf = program.optimizer_state[at++];
      Frame state_frame = builder.root_frame();
      const Id value = builder.convert(builder.tensor(*state.initial, state_frame), leaf.type.dtype);
      graph.outputs.push_back({leaf.path, builder.spread(value, leaf.type.shape, {})});
    }
  return {std::move(graph), std::move(orthogonal)};
}

}  // namespace

Result<TrainProgram> build_train(const typed::Module& module, const typed::Train& train, std::int64_t batch,
                                 const BuildOptions& options) {
  return guarded<TrainProgram>([&] {
    TrainProgram program;
    program.batch_dim = train.batch_dim;
    const BuildOptions sized = with_batch(options, train, Dim(batch));
    const Builder types(module, sized);
    program.parameters = parameter_leaves(types, train);
    for (typed::VariableId field : train.batch_fields) {
      const auto& variable = train.body.variables[field];
      program.batch_names.push_back(variable.name);
      Builder::leaves(variable.type, types.root_frame(), variable.name, {}, program.batch);
    }
    for (const auto& metric : train.metrics) program.metrics.push_back(metric.name);
    program.takes_seed = train.key_variable || train.optimizer->searches;
    program.step = with_adjoints(sized, [&](const BuildOptions& planned) {
      program.optimizer_state.clear();
      const auto make = train.optimizer->searches ? build_search : build_step;
      return make(module, train, planned, program);
    });
    if (train.accumulate > 1)
      program.accumulate = with_adjoints(sized, [&](const BuildOptions& planned) {
        return build_accumulate(module, train, planned, program);
      });
    program.evaluate = with_adjoints(
        options, [&](const BuildOptions& planned) { return build_evaluate(module, train, planned); });
    for (const auto& every : train.every)
      program.prints.push_back(every.kind == typed::Train::Every::Kind::print
                                   ? build_print(module, train, every, sized)
                                   : Graph{});
    program.init = build_train_initial(module, train, sized, program);
    return program;
  });
}

Result<Graph> build_data_field(const typed::Module& module, const typed::DataField& field,
                               std::int64_t examples, const BuildOptions& options) {
  return guarded<Graph>([&] {
    Builder builder(module, options);
    builder.graph.name = field.name;
    // The expression is written for one example and elementwise: an axis in front changes none of its steps.
    Frame frame = builder.root_frame();
    Type raw = Builder::resolve(std::get<typed::TensorType>(field.raw.node), frame);
    raw.shape.insert(raw.shape.begin(), Dim(examples));
    const Id columns = builder.graph.input("columns", raw);
    const std::vector<typed::Variable> variables{{"columns", field.raw, field.span, false}};
    frame.declarations = &variables;
    frame.variables.insert_or_assign(0, Value::tensor(columns));
    builder.graph.outputs.push_back({field.name, builder.tensor(*field.value, frame)});
    return std::move(builder.graph);
  });
}

}  // namespace dp
