#include "frontend/check_library.h"

#include "frontend/check_axes.h"
#include "frontend/check_calls.h"
#include "frontend/check_dims.h"
#include "frontend/check_notes.h"
#include "frontend/check_numbers.h"
#include "frontend/check_proof.h"

namespace dp::checker {

Value call_library(Body& body, const std::string& name, const CallSite& site, std::vector<Value> values) {
  Entry* entry = body.program.find(Origin::library, name);
  if (entry == nullptr) body.program.lacks_library = true;
  FunctionRecord* function = entry ? function_of(body.program, *entry) : nullptr;
  if (function == nullptr) return {};
  CallSite inner{site.name, site.span, site.callee, {}};
  for (Value& each : values) {
    Argument argument;
    argument.span = each.span();
    argument.ready = std::move(each);
    inner.arguments.push_back(std::move(argument));
  }
  return call_function(body, *function, {}, std::move(inner));
}

Value reshaped(Value value, typed::TensorShape shape) {
  typed::TensorType type = *as_tensor(value.type());
  if (type.shape == shape) return value;
  type.shape = std::move(shape);
  const Span span = value.span();
  return {make({std::move(type)}, span, typed::ReshapeExpr{std::move(value.expr), false}), value.open};
}

Value sizes(Shape dims, Span span) {
  return {make(tensor(typed::Scalar::boolean, {false, std::move(dims)}), span, typed::NumberExpr{false}),
          Open::no};
}

Value settled_tensor(Body& body, Argument& argument, const CallSite& site) {
  Value value = evaluate(body, argument);
  if (!value || !require_tensors(body, {&value}, site.span, site.name)) return {};
  settle_by_itself(value);
  return value;
}

bool share_scalar(Body& body, Value& left, Value& right, const CallSite& site) {
  if (!require_tensors(body, {&left, &right}, site.span, site.name)) return false;
  const auto is_bool = [](const Value& each) {
    return as_tensor(each.type())->scalar == typed::Scalar::boolean;
  };
  const bool both = is_bool(left) && is_bool(right);
  if (!both && !unify(body, {&left, &right}, Numbers::any, site.span, site.name)) return false;
  settle_by_itself(left);
  settle_by_itself(right);
  return true;
}

std::optional<Dim> size_argument(Body& body, const Argument& argument) {
  const auto shape = argument.syntax ? check_shape_argument(body, *argument.syntax) : std::nullopt;
  if (shape && shape->size() == 1) return shape->front();
  if (shape || !argument.syntax) body.report(diagnose(diag::NotADimension, argument.span));
  return std::nullopt;
}

std::optional<int> one_axis(Body& body, const Value& value, Argument* over, int usual, const CallSite& site) {
  if (over) {
    const auto axes = check_axes(body, value.type(), *over);
    if (axes && axes->size() != 1) body.report(diagnose(diag::OneAxis, over->span, site.name));
    return axes && axes->size() == 1 ? std::optional(axes->front()) : std::nullopt;
  }
  const typed::TensorShape& shape = as_tensor(value.type())->shape;
  const int rank = static_cast<int>(shape.dims.size());
  if (usual < 0 && rank > 0) return usual;
  if (usual >= 0 && rank > usual && !shape.pack) return usual - rank;
  body.report(diagnose(diag::NoSuchAxis, value.span(), text(value.type()), std::to_string(usual)));
  return std::nullopt;
}

Value refuse(Body& body, const CallSite& site, const std::string& wanted, const std::string& parameter,
             const Value& argument) {
  body.report(with_origins(
      diagnose(diag::ArgumentType, argument.span(), site.name, wanted, parameter, text(argument.type())),
      body, {argument.type()}));
  return {};
}

}  // namespace dp::checker
