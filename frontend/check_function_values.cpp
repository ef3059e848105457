#include "frontend/check_function_values.h"

#include <algorithm>

#include "frontend/check_broadcast.h"
#include "frontend/check_calls.h"
#include "frontend/check_intrinsics.h"
#include "frontend/check_layers.h"
#include "frontend/check_notes.h"
#include "frontend/check_proof.h"
#include "frontend/check_types.h"

namespace dp::checker {
namespace {

bool names_something(const ast::Expr& expression) {
  return std::holds_alternative<ast::NameUse>(expression.node) ||
         std::holds_alternative<ast::Field>(expression.node);
}

/// A call of what the expression names, on these variables.
Value call_with(Body& body, const ast::Expr& callee, const std::vector<typed::VariableId>& variables) {
  CallSite site{"", callee.span, callee.span, {}};
  for (const typed::VariableId each : variables) {
    Argument argument;
    argument.ready = {use(body, each, callee.span), Open::no};
    argument.span = callee.span;
    site.arguments.push_back(std::move(argument));
  }
  return call_callee(body, callee, std::move(site));
}

bool takes_no_names(Body& body, const CallSite& site) {
  for (const Argument& each : site.arguments) {
    if (!each.name) continue;
    body.report(diagnose(diag::UnknownArgument, each.name->span, site.name, each.name->text));
    return false;
  }
  return true;
}

/// Of a function parameter's arguments there are as many as its type says.
bool has_arguments(Body& body, const CallSite& site, std::size_t count) {
  if (!takes_no_names(body, site)) return false;
  if (site.arguments.size() > count) {
    body.report(diagnose(diag::TooManyArguments, site.arguments[count].span, site.name,
                         counted(count, "argument", "arguments")));
    return false;
  }
  if (site.arguments.size() < count) {
    body.report(diagnose(diag::LacksArgument, site.callee, site.name,
                         "argument " + std::to_string(site.arguments.size() + 1)));
    return false;
  }
  return true;
}

/// One argument of a function parameter, as its type says.
typed::ExprPtr fitted_argument(Body& body, Argument& argument, const typed::Type& wanted, std::size_t place,
                               const CallSite& site) {
  Value value =
      argument.syntax ? check_expr_towards(body, *argument.syntax, wanted) : evaluate(body, argument);
  if (!value) return nullptr;
  const typed::Type found = value.type();
  typed::ExprPtr result = fitted(body, std::move(value), wanted);
  if (!result) {
    body.report(with_origins(diagnose(diag::ArgumentType, argument.span, site.name, text(wanted),
                                      "argument " + std::to_string(place + 1), text(found)),
                             body, {wanted, found}));
  }
  return result;
}

/// The declaration that a name, here or in an imported file, stands for.
Entry* entry_of(Body& body, const ast::Expr& expression) {
  if (const auto* name = std::get_if<ast::NameUse>(&expression.node))
    return body.program.find(body.origin, name->name);
  const auto* field = std::get_if<ast::Field>(&expression.node);
  return field ? module_name(body, *field).entry : nullptr;
}

/// Whether a function works on whole rows rather than element by element.
bool works_on_rows(Body& body, const ast::Expr& expression) {
  Entry* entry = entry_of(body, expression);
  const auto* name = std::get_if<ast::NameUse>(&expression.node);
  if (!entry) return !name || !is_pointwise_name(name->name);
  if (!std::holds_alternative<ast::Function>(entry->declaration->node)) return true;
  const FunctionRecord* function = function_of(body.program, *entry);
  return function && !function->typed->lifts;
}

/// `f(x)` as a function of `x: real[..]`, or of `x: real[.., n]` where f works on rows. Null where it gives
/// another type.
std::unique_ptr<typed::Function> as_function(Body& body, const ast::Expr& expression) {
  auto function = std::make_unique<typed::Function>();
  function->name = source_text(body, expression.span);
  function->span = expression.span;
  Body inner(body.program, body.origin, *function);
  typed::TensorShape shape{true, {}};
  if (works_on_rows(body, expression)) {
    function->dims.push_back("n");
    inner.dims.emplace("n",
                       DimOrigin{expression.span, "the last axis of what `" + function->name + "` takes"});
    shape.dims.push_back(Dim::name("n"));
  }
  const typed::Type type = tensor(typed::Scalar::real, shape);
  const typed::VariableId x = inner.bind("x", type, expression.span, nullptr);
  inner.notes[x].parameter = true;
  function->parameters.push_back(x);
  function->defaults.emplace_back();
  function->result = type;
  Value result = call_with(inner, expression, {x});
  if (!result) return nullptr;
  const typed::Type found = result.type();
  function->body = fitted(inner, std::move(result), type);
  if (function->body) return function;
  body.report(diagnose(diag::KeepsNoType, expression.span, function->name, text(type), text(found)));
  return nullptr;
}

}  // namespace

std::optional<typed::Type> check_function_type(Body& body, const ast::FunctionType& type) {
  typed::FunctionType result;
  for (const ast::TypePtr& each : type.parameters) {
    auto parameter = check_type(body, *each);
    if (!parameter) return std::nullopt;
    result.parameters.push_back(std::move(*parameter));
  }
  auto value = check_type(body, *type.result);
  if (!value) return std::nullopt;
  result.result = std::make_shared<typed::Type>(std::move(*value));
  return typed::Type{std::move(result)};
}

PassedFunction check_passed(Body& body, const ast::Expr& expression,
                            const std::vector<typed::Type>& parameters) {
  PassedFunction result;
  if (!names_something(expression)) {
    Value value = check_expr(body, expression);
    if (value) body.report(diagnose(diag::FunctionExpected, expression.span, text(value.type())));
    return result;
  }
  for (const typed::Type& each : parameters)
    result.parameters.push_back(body.add_variable("", each, expression.span));
  result.result = call_with(body, expression, result.parameters);
  return result;
}

namespace {

bool is_scalar(const typed::Type& type) {
  if (const auto* tuple = std::get_if<typed::TupleType>(&type.node))
    return std::ranges::all_of(tuple->elements, is_scalar);
  const auto* leaf = as_tensor(type);
  return leaf && leaf->shape.is_scalar() && leaf->scalar != typed::Scalar::key;
}

/// Whether the function takes scalars alone and is given a tensor; the arguments have values then.
bool is_given_tensors(Body& body, const typed::FunctionType& type, CallSite& site) {
  if (!is_scalar(*type.result) || !std::ranges::all_of(type.parameters, is_scalar)) return false;
  bool has_tensor = false;
  for (std::size_t k = 0; k < site.arguments.size(); ++k) {
    Argument& argument = site.arguments[k];
    if (argument.syntax) argument.ready = check_expr_towards(body, *argument.syntax, type.parameters[k]);
    argument.syntax = nullptr;
    const auto* leaf = argument.ready ? as_tensor(argument.ready.type()) : nullptr;
    has_tensor = has_tensor || (leaf && !leaf->shape.is_scalar());
  }
  return has_tensor;
}

void set_shape(typed::Type& type, const typed::TensorShape& shape) {
  if (auto* leaf = std::get_if<typed::TensorType>(&type.node)) leaf->shape = shape;
  if (auto* tuple = std::get_if<typed::TupleType>(&type.node))
    for (typed::Type& each : tuple->elements) set_shape(each, shape);
}

/// A function of scalars on tensors: the operands are repeated to one shape, which the result takes.
Value call_elementwise(Body& body, typed::VariableId variable, const typed::FunctionType& type,
                       CallSite& site) {
  std::vector<Value> values;
  for (Argument& each : site.arguments) {
    if (!each.ready) return {};
    values.push_back(std::move(each.ready));
  }
  const auto shape = common_shape(body, values, site.span, site.name);
  if (!shape) return {};
  typed::CallExpr node{variable, {}, {}, true};
  for (std::size_t k = 0; k < values.size(); ++k) {
    typed::Type wanted = type.parameters[k];
    if (const auto* leaf = as_tensor(values[k].type())) set_shape(wanted, leaf->shape);
    Argument argument;
    argument.span = site.arguments[k].span;
    argument.ready = std::move(values[k]);
    typed::ExprPtr value = fitted_argument(body, argument, wanted, k, site);
    if (!value) return {};
    node.arguments.push_back(spread(body, std::move(value), *shape));
  }
  typed::Type result = *type.result;
  set_shape(result, *shape);
  return {make(std::move(result), site.span, std::move(node)), Open::no};
}

}  // namespace

Value call_parameter(Body& body, typed::VariableId variable, CallSite site) {
  body.notes[variable].read = true;
  const auto type = std::get<typed::FunctionType>(body.function.variables[variable].type.node);
  if (!has_arguments(body, site, type.parameters.size())) return {};
  if (is_given_tensors(body, type, site)) return call_elementwise(body, variable, type, site);
  typed::CallExpr node{variable, {}, {}, false};
  bool fine = true;
  for (std::size_t k = 0; k < type.parameters.size(); ++k) {
    node.arguments.push_back(fitted_argument(body, site.arguments[k], type.parameters[k], k, site));
    fine = fine && node.arguments.back();
  }
  if (!fine) return {};
  return {make(*type.result, site.span, std::move(node)), Open::no};
}

std::optional<std::size_t> layer_function_named(const Body& body, const std::string& name) {
  if (!body.layer) return std::nullopt;
  const typed::Layer& layer = *body.layer->typed;
  const auto found = std::find(layer.arguments.begin(), layer.arguments.end(), name);
  if (found == layer.arguments.end()) return std::nullopt;
  const auto place = static_cast<std::size_t>(found - layer.arguments.begin());
  const bool known = place < layer.argument_kinds.size();
  if (!known || layer.argument_kinds[place] != typed::ArgumentKind::function) return std::nullopt;
  return place;
}

Value call_layer_function(Body& body, std::size_t argument, CallSite site) {
  if (!has_arguments(body, site, 1)) return {};
  Value value = evaluate(body, site.arguments[0]);
  if (!value) return {};
  settle(body, value, typed::Scalar::real);
  const auto* type = as_tensor(value.type());
  if (!type || !is_real(type->scalar)) {
    body.report(
        diagnose(diag::WrongScalar, site.arguments[0].span, site.name, "real numbers", text(value.type())));
    return {};
  }
  typed::Type result = value.type();
  typed::CallExpr node{typed::ArgumentExpr{argument}, {}, {}, false};
  node.arguments.push_back(std::move(value.expr));
  return {make(std::move(result), site.span, std::move(node)), Open::no};
}

const typed::Function* layer_function(Body& body, const ast::Expr& expression, const std::string& layer,
                                      const std::string& argument) {
  const auto* name = std::get_if<ast::NameUse>(&expression.node);
  Entry* entry = entry_of(body, expression);
  const bool is_function = (entry && std::holds_alternative<ast::Function>(entry->declaration->node)) ||
                           (name && !entry && is_intrinsic(name->name));
  if (!is_function) {
    body.report(diagnose(diag::LayerArgument, expression.span, argument, layer, "the name of a function"));
    return nullptr;
  }
  const std::pair<const void*, std::string> key{entry, entry ? "" : source_text(body, expression.span)};
  const auto [found, is_new] = body.program.layer_functions.try_emplace(key, nullptr);
  if (!is_new) return found->second;
  auto function = as_function(body, expression);
  if (!function) return nullptr;
  body.program.layer_functions[key] = function.get();
  body.program.library_functions.push_back(std::move(function));
  return body.program.layer_functions[key];
}

}  // namespace dp::checker
