// Calls are inlined: the callee's body is evaluated in a frame of its own.

#include "frontend/build_pointwise.h"
#include "frontend/builder.h"
#include "support/assert.h"

namespace dp {
namespace {

constexpr int most_recursive_calls = 10'000;
constexpr int deepest_call = 2'000;

}  // namespace

std::vector<Value> Builder::arguments(const typed::CallExpr& call, Frame& frame) {
  std::vector<Value> out;
  for (const auto& argument : call.arguments) out.push_back(evaluate(*argument, frame));
  return out;
}

void Builder::enter_call(const typed::Function& function, Span span) {
  const int depth = active_[&function]++;
  if (depth > 0) ++recursive_calls_;
  if (recursive_calls_ > most_recursive_calls)
    fail(diagnose(diag::TooManyInstances, span, function.name, most_recursive_calls));
  if (depth > deepest_call) fail(diagnose(diag::CallsTooDeep, span, function.name, deepest_call));
}

void Builder::leave_call(const typed::Function& function) { --active_[&function]; }

Value Builder::call(const typed::CallExpr& call, const typed::Expr& whole, Frame& frame) {
  if (auto* variable = std::get_if<typed::VariableId>(&call.callee))
    return call_closure(call, whole, *variable, frame);
  if (auto* argument = std::get_if<typed::ArgumentExpr>(&call.callee))
    return call_layer_function(call, argument->argument, whole.span, frame);
  const typed::Function& function = *std::get<const typed::Function*>(call.callee);
  Frame callee = root_frame();
  for (const auto& [name, dim] : call.instance.dims) callee.dims.insert_or_assign(name, resolve(dim, frame));
  callee.set_pack(call.instance.pack ? resolve(*call.instance.pack, frame) : Shape{});
  callee.real = dtype(call.instance.real, frame);
  if (!call.arguments.empty())
    if (auto* layer = std::get_if<typed::LayerType>(&call.arguments[0]->type.node))
      enter_layer(*layer, frame, callee);
  if (const auto broken = broken_clause(function, callee))
    fail(diagnose(diag::ClauseFails, whole.span, function.name, broken->clause, broken->sizes));
  enter_call(function, whole.span);
  std::vector<Value> given = arguments(call, frame);
  const bool pointwise = is_pointwise(function) && (!function.adjoint || is_pointwise(*function.adjoint));
  const bool takes_elements = call.lifted && !pointwise;
  if (call.lifted && function.adjoint && pointwise) {
    const Shape shape = lifted_shape(whole, frame);
    for (Value& each : given) each = Value::tensor(spread(each.id(), shape, {}));
  }
  const std::optional<Span> outer = place_;
  if (function.is_library && !place_) place_ = whole.span;
  const auto enter = [&](std::vector<Value> values) { return apply(function, std::move(values), callee); };
  Value result =
      takes_elements ? element_by_element(given, lifted_shape(whole, frame), enter) : enter(std::move(given));
  place_ = outer;
  leave_call(function);
  return call.lifted && !takes_elements ? lifted(result, whole, frame) : result;
}

Shape Builder::lifted_shape(const typed::Expr& whole, const Frame& frame) {
  const auto* tuple = std::get_if<typed::TupleType>(&whole.type.node);
  const typed::Type& leaf = tuple ? tuple->elements.at(0) : whole.type;
  return resolve(std::get<typed::TensorType>(leaf.node).shape, frame);
}

Value Builder::apply(const typed::Function& function, std::vector<Value> arguments, Frame callee) {
  return function.adjoint ? call_custom(function, std::move(arguments), callee)
                          : inline_function(function, std::move(arguments), std::move(callee));
}

Value Builder::lifted(const Value& result, const typed::Expr& whole, Frame& frame) {
  const auto spread_leaf = [&](const typed::TensorType& type, Id id) {
    return spread(id, resolve(type.shape, frame), {});
  };
  if (const auto* leaf = std::get_if<typed::TensorType>(&whole.type.node))
    return Value::tensor(spread_leaf(*leaf, result.id()));
  Value::Parts parts;
  const auto& elements = std::get<typed::TupleType>(whole.type.node).elements;
  for (std::size_t k = 0; k < elements.size(); ++k)
    parts.push_back(
        Value::tensor(spread_leaf(std::get<typed::TensorType>(elements[k].node), result.parts()[k].id())));
  return Value::tree(std::move(parts));
}

Value Builder::call_closure(const typed::CallExpr& call, const typed::Expr& whole, typed::VariableId variable,
                            Frame& frame) {
  const auto closure = std::get<std::shared_ptr<const Closure>>(frame.variables.at(variable).node);
  const std::vector<Value> given = arguments(call, frame);
  if (closure->loss) return closure->loss(given);
  const auto enter = [&](std::vector<Value> values) {
    Frame inner = closure->frame;
    for (std::size_t k = 0; k < values.size(); ++k)
      inner.variables.insert_or_assign(closure->function->parameters[k], std::move(values[k]));
    return evaluate(*closure->function->body, inner);
  };
  const std::optional<Span> outer = place_;
  place_.reset();  // the caller's own lines
  Value result = call.lifted ? element_by_element(given, lifted_shape(whole, frame), enter) : enter(given);
  place_ = outer;
  return result;
}

Value Builder::call_layer_function(const typed::CallExpr& call, std::size_t argument, Span span,
                                   Frame& frame) {
  const auto& function = *std::get<const typed::Function*>(frame.layer_arguments.at(argument).second);
  const Value value = evaluate(*call.arguments[0], frame);
  Shape shape = graph[value.id()].type.shape;
  Frame callee = root_frame();
  callee.real = graph[value.id()].type.dtype;
  if (!function.dims.empty()) {
    if (shape.empty()) fail(diagnose(diag::RowsNeeded, span, function.name));
    callee.dims.insert_or_assign(function.dims.front(), shape.back());
    shape.pop_back();
  }
  callee.set_pack(std::move(shape));
  return inline_function(function, {value}, std::move(callee));
}

Value Builder::copy(const typed::CopyExpr& expr, Frame& frame) {
  const Id position = tensor(*expr.position, frame);
  return map_leaves(evaluate(*expr.object, frame), [&](Id id) { return part_at(id, position); });
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

Value Builder::element_by_element(const std::vector<Value>& arguments, const Shape& shape,
                                  const std::function<Value(std::vector<Value>)>& call) {
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
    form = call(std::move(elements));
    return leaf_ids(form);
  });
  std::size_t at = 0;
  return map_leaves(form, [&](Id) { return results.at(at++); });
}

std::optional<BrokenClause> Builder::broken_clause(const typed::Function& function, const Frame& callee) {
  const auto sizes = [&](const Dim& left, const Dim& right) {
    std::string text;
    for (const Dim& dim : {left, right}) {
      if (dim.is_constant()) continue;
      text += (text.empty() ? "`" : ", `") + dim.text() + "` is " + resolve(dim, callee).text();
    }
    return text;
  };
  for (const auto& [left, right] : function.equalities) {
    const auto a = resolve(left, callee).constant(), b = resolve(right, callee).constant();
    if (a && b && *a != *b) return BrokenClause{left.text() + " == " + right.text(), sizes(left, right)};
  }
  for (const auto& [left, right] : function.at_most) {
    const auto a = resolve(left, callee).constant(), b = resolve(right, callee).constant();
    if (a && b && *a > *b) return BrokenClause{left.text() + " <= " + right.text(), sizes(left, right)};
  }
  return std::nullopt;
}

namespace {

BuiltGraph built(const typed::Module& module, const typed::Function& function, const BuildOptions& options) {
  Builder builder(module, options);
  builder.graph.name = function.name;
  const Frame frame = builder.root_frame();
  if (const auto broken = Builder::broken_clause(function, frame))
    Builder::fail(diagnose(diag::ClauseOfValues, {}, function.name, broken->clause, broken->sizes));
  std::vector<Value> arguments;
  for (typed::VariableId parameter : function.parameters) {
    const typed::Variable& variable = function.variables[parameter];
    if (std::holds_alternative<typed::FunctionType>(variable.type.node))
      Builder::fail(diagnose(diag::FunctionFromOutside, variable.span, function.name, variable.name));
    arguments.push_back(builder.inputs_of(variable.type, variable.name, frame));
  }
  const Value result = builder.inline_function(function, std::move(arguments), frame);
  std::vector<Leaf> paths;
  Builder::leaves(function.result, frame, "", {}, paths);
  const std::vector<Id> ids = leaf_ids(result);
  DP_ASSERT(ids.size() == paths.size(), "`{}` gave {} leaves, its type has {}", function.name, ids.size(),
            paths.size());
  for (std::size_t k = 0; k < ids.size(); ++k) builder.graph.outputs.push_back({paths[k].path, ids[k]});
  return std::move(builder).take();
}

}  // namespace

Result<Graph> build(const typed::Module& module, const typed::Function& function,
                    const BuildOptions& options) {
  return guarded<Graph>([&] {
    return with_adjoints(options,
                         [&](const BuildOptions& planned) { return built(module, function, planned); });
  });
}

}  // namespace dp
