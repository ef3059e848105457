// `adjoint f(x; y, dy) = e`: a call of f becomes a `custom` node, which holds the value and, in seeds that
// stand for y and dy, the cotangents of f's real arguments.

#include <algorithm>

#include "frontend/builder.h"
#include "support/assert.h"

namespace dp {
namespace {

constexpr std::int64_t cotangent_slot = 0, result_slot = 1, first_tangent_slot = 2;

std::vector<Id> real_leaves(const Graph& graph, const std::vector<Value>& values) {
  std::vector<Id> out;
  for (const Value& value : values)
    for (const Id id : leaf_ids(value))
      if (is_real(graph[id].type.dtype)) out.push_back(id);
  return out;
}

/// The value with another node in place of its leaf of that number.
Value with_leaf(const Value& value, std::size_t number, const std::function<Id(Id)>& here,
                const std::function<Id(Id)>& elsewhere) {
  std::size_t at = 0;
  return map_leaves(value, [&](Id id) { return at++ == number ? here(id) : elsewhere(id); });
}

}  // namespace

/// One leaf of the result, with the cotangents that follow from its own.
Value Builder::custom_of(const typed::Function& function, const std::vector<Value>& arguments, const Value& y,
                         std::size_t leaf, const Frame& callee) {
  const Id result = leaf_ids(y).at(leaf);
  if (!is_real(graph[result].type.dtype)) return Value::tensor(result);
  const std::int64_t id = adjoint_depth_ - 1;
  const auto seed = [&](std::int64_t slot, const Type& type) {
    return graph.add(Op::seed, {},
                     {{"dtype", type.dtype}, {"id", id}, {"shape", type.shape}, {"slot", slot}});
  };
  Id dy = seed(cotangent_slot, graph[result].type);
  if (options_.adjoints.forward) dy = mark(Value::tensor(dy)).id();
  std::vector<Value> inner = arguments;
  const auto same = [](Id each) { return each; };
  inner.push_back(with_leaf(y, leaf, [&](Id each) { return seed(result_slot, graph[each].type); }, same));
  inner.push_back(
      with_leaf(y, leaf, [&](Id) { return dy; }, [&](Id each) { return zero(graph[each].type); }));
  const std::vector<Id> xs = real_leaves(graph, arguments);
  std::vector<Id> cts = real_leaves(graph, {inline_function(*function.adjoint, std::move(inner), callee)});
  DP_ASSERT(cts.size() == xs.size(), "the adjoint of `{}` gave {} cotangents, not {}", function.name,
            cts.size(), xs.size());
  std::vector<Id> operands{result};
  operands.insert(operands.end(), xs.begin(), xs.end());
  for (std::size_t k = 0; k < xs.size(); ++k) {
    cts[k] = spread(cts[k], graph[xs[k]].type.shape, {});
    operands.push_back(cts[k]);
  }
  for (std::size_t k = 0; k < xs.size() && options_.adjoints.forward; ++k) {
    const Id tangent = seed(first_tangent_slot + static_cast<std::int64_t>(k), graph[xs[k]].type);
    operands.push_back(graph.add(Op::vjp, {cts[k], dy, tangent}));
  }
  return Value::tensor(
      graph.add(Op::custom, operands, {{"count", static_cast<std::int64_t>(xs.size())}, {"id", id}}));
}

Value Builder::call_custom(const typed::Function& function, std::vector<Value> arguments,
                           const Frame& callee) {
  met_adjoint_ = true;
  const Value y = inline_function(function, arguments, callee);
  if (adjoint_depth_ >= options_.adjoints.order) return y;
  ++adjoint_depth_;
  const Effects effects = graph.effects;  // a derivative checks and prints nothing
  std::size_t leaf = 0;
  const Value result =
      map_leaves(y, [&](Id) { return custom_of(function, arguments, y, leaf++, callee).id(); });
  graph.effects = effects;
  --adjoint_depth_;
  return result;
}

AdjointPlan adjoint_plan(const Graph& graph) {
  AdjointPlan plan;
  std::vector<int> levels(graph.size(), 0);
  for (Id id = 0; id < graph.size(); ++id) {
    const Node& node = graph[id];
    // The tangents of a `custom` are there for the gradients around, and ask for nothing themselves.
    const std::size_t count = node.op == Op::custom ? 1 + 2 * static_cast<std::size_t>(node.integer("count"))
                                                    : node.operands.size();
    for (std::size_t k = 0; k < count; ++k) levels[id] = std::max(levels[id], levels[node.operands[k]]);
    if (node.op == Op::vjp || node.op == Op::jvp) ++levels[id];
    plan.forward = plan.forward || node.op == Op::jvp;
    plan.order = std::max(plan.order, node.op == Op::custom || node.op == Op::seed ? 0 : levels[id]);
  }
  return plan;
}

Result<Graph> build_adjoint(const typed::Module& module, const typed::Function& function,
                            const BuildOptions& options) {
  return guarded<Graph>([&] {
    BuildOptions once = options;
    once.adjoints.order = 1;
    Builder builder(module, once);
    Graph& graph = builder.graph;
    graph.name = function.name;
    const Frame frame = builder.root_frame();
    if (const auto broken = Builder::broken_clause(function, frame))
      Builder::fail(diagnose(diag::ClauseOfValues, {}, function.name, broken->clause, broken->sizes));
    std::vector<Value> arguments;
    for (const typed::VariableId parameter : function.parameters) {
      const typed::Variable& variable = function.variables[parameter];
      arguments.push_back(builder.mark(builder.inputs_of(variable.type, variable.name, frame)));
    }
    const std::vector<Id> marks = real_leaves(graph, arguments);
    const std::vector<Id> results = leaf_ids(builder.call_custom(function, std::move(arguments), frame));
    std::vector<Id> cotangents;
    for (const Id result : results) {
      const Type type = graph[result].type;
      const bool has_cotangent = is_real(type.dtype);
      cotangents.push_back(has_cotangent ? graph.input(fmt::format("dy.{}", cotangents.size()), type)
                                         : no_id);
      graph.outputs.push_back({fmt::format("y.{}", graph.outputs.size()), result});
    }
    for (const Id x : marks)
      graph.outputs.push_back({fmt::format("dx.{}", graph.outputs.size() - results.size()),
                               builder.pulled_back(results, x, cotangents)});
    return std::move(graph);
  });
}

}  // namespace dp
