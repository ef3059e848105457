// Calls are inlined: the callee's body is evaluated in a frame of its own.

#include "frontend/build_pointwise.h"
#include "frontend/builder.h"
#include "support/assert.h"

namespace dp {
namespace {

constexpr int deepest_call = 1000;

}  // namespace

std::vector<Value> Builder::arguments(const typed::CallExpr& call, Frame& frame) {
  std::vector<Value> out;
  for (const auto& argument : call.arguments) out.push_back(evaluate(*argument, frame));
  return out;
}

Value Builder::call(const typed::CallExpr& call, const typed::Expr& whole, Frame& frame) {
  const typed::Function* function = nullptr;
  if (auto* variable = std::get_if<typed::VariableId>(&call.callee))
    function = std::get<const typed::Function*>(frame.variables.at(*variable).node);
  else
    function = std::get<const typed::Function*>(call.callee);

  Frame callee = root_frame();
  for (const auto& [name, dim] : call.instance.dims) callee.dims.insert_or_assign(name, resolve(dim, frame));
  callee.set_pack(call.instance.pack ? resolve(*call.instance.pack, frame) : Shape{});
  callee.real = dtype(call.instance.real, frame);
  if (!call.arguments.empty())
    if (auto* layer = std::get_if<typed::LayerType>(&call.arguments[0]->type.node))
      enter_layer(*layer, frame, callee);
  check_clauses(*function, callee, whole.span);
  if (++depth_ > deepest_call) fail(diagnose(diag::CallsTooDeep, whole.span, function->name, deepest_call));
  std::vector<Value> given = arguments(call, frame);
  const auto* leaf = std::get_if<typed::TensorType>(&whole.type.node);
  if (call.lifted && !is_pointwise(*function)) {
    const auto* tuple = std::get_if<typed::TupleType>(&whole.type.node);
    const auto& type = leaf ? *leaf : std::get<typed::TensorType>(tuple->elements.at(0).node);
    Value result = lifted_call(*function, std::move(given), resolve(type.shape, frame), std::move(callee));
    --depth_;
    return result;
  }
  Value result = inline_function(*function, std::move(given), std::move(callee));
  --depth_;
  if (!call.lifted) return result;
  const auto spread_leaf = [&](const typed::TensorType& type, Id id) {
    return spread(id, resolve(type.shape, frame), {});
  };
  if (leaf) return Value::tensor(spread_leaf(*leaf, result.id()));
  Value::Parts parts;
  const auto& elements = std::get<typed::TupleType>(whole.type.node).elements;
  for (std::size_t k = 0; k < elements.size(); ++k)
    parts.push_back(
        Value::tensor(spread_leaf(std::get<typed::TensorType>(elements[k].node), result.parts()[k].id())));
  return Value::tree(std::move(parts));
}

Value Builder::inline_function(const typed::Function& function, std::vector<Value> arguments, Frame callee) {
  DP_ASSERT(arguments.size() == function.parameters.size(), "`{}` takes {} arguments, not {}", function.name,
            function.parameters.size(), arguments.size());
  callee.declarations = &function.variables;
  for (std::size_t k = 0; k < arguments.size(); ++k)
    bind(function.parameters[k], std::move(arguments[k]), callee,
         function.variables[function.parameters[k]].span);
  const std::size_t clauses = bounds.clauses();
  for (const auto& [left, right] : function.at_most)
    bounds.assume(resolve(left, callee), resolve(right, callee));
  Value result = evaluate(*function.body, callee);
  bounds.forget_clauses(clauses);
  return result;
}

Value Builder::lifted_call(const typed::Function& function, std::vector<Value> arguments, const Shape& shape,
                           Frame callee) {
  Value form;
  const std::vector<Id> results = stacked(shape, [&](const std::vector<Id>& indices) {
    std::vector<std::int64_t> axes;
    for (std::size_t k = 0; k < indices.size(); ++k) axes.push_back(static_cast<std::int64_t>(k));
    std::vector<Value> elements;
    for (const Value& argument : arguments) {
      elements.push_back(argument);
      if (!argument.is_tensor() || graph[argument.id()].type.rank() == 0) continue;
      std::vector<Id> operands{argument.id()};
      operands.insert(operands.end(), indices.begin(), indices.end());
      elements.back() = Value::tensor(graph.add(Op::at, std::move(operands), {{"axes", axes}}));
    }
    form = inline_function(function, std::move(elements), callee);
    return leaf_ids(form);
  });
  std::size_t at = 0;
  return map_leaves(form, [&](Id) { return results.at(at++); });
}

void Builder::check_clauses(const typed::Function& function, const Frame& callee, Span at) const {
  for (const auto& [left, right] : function.equalities) {
    const auto a = resolve(left, callee).constant(), b = resolve(right, callee).constant();
    if (a && b && *a != *b)
      fail(diagnose(diag::ClauseFails, at, function.name, left.text() + " == " + right.text(),
                    fmt::format("{} is not {}", *a, *b)));
  }
  for (const auto& [left, right] : function.at_most) {
    const auto a = resolve(left, callee).constant(), b = resolve(right, callee).constant();
    if (a && b && *a > *b)
      fail(diagnose(diag::ClauseFails, at, function.name, left.text() + " <= " + right.text(),
                    fmt::format("{} is above {}", *a, *b)));
  }
}

Result<Graph> build(const typed::Module& module, const typed::Function& function,
                    const BuildOptions& options) {
  return guarded<Graph>([&] {
    Builder builder(module, options);
    builder.graph.name = function.name;
    const Frame frame = builder.root_frame();
    builder.check_clauses(function, frame, function.span);
    std::vector<Value> arguments;
    for (typed::VariableId parameter : function.parameters) {
      const typed::Variable& variable = function.variables[parameter];
      arguments.push_back(builder.inputs_of(variable.type, variable.name, frame));
    }
    const Value result = builder.inline_function(function, std::move(arguments), frame);
    std::vector<Leaf> paths;
    Builder::leaves(function.result, frame, "", {}, paths);
    const std::vector<Id> ids = leaf_ids(result);
    DP_ASSERT(ids.size() == paths.size(), "`{}` gave {} leaves, its type has {}", function.name, ids.size(),
              paths.size());
    for (std::size_t k = 0; k < ids.size(); ++k) builder.graph.outputs.push_back({paths[k].path, ids[k]});
    return std::move(builder.graph);
  });
}

}  // namespace dp
