// `over`: any function `f(x: T[.., n], …)` may be asked to work on other axes than the last. The arguments of
// that form get the axes moved to the end (several become one), and where the result keeps `n` they are moved
// back. The library's reductions of everything take all axes where the call names none.

#include <algorithm>

#include "frontend/check_axes.h"
#include "frontend/check_calls.h"
#include "frontend/check_intrinsics.h"
#include "frontend/check_notes.h"

namespace dp::checker {
namespace {

/// The name of the one explicit dimension behind `..`, where the type has that form.
std::optional<std::string> last_dim(const typed::Type& type) {
  const auto* leaf = as_tensor(type);
  if (!leaf || !leaf->shape.pack || leaf->shape.dims.size() != 1) return std::nullopt;
  return leaf->shape.dims.front().as_name();
}

const typed::Type& parameter_type(const typed::Function& callee, std::size_t k) {
  return callee.variables[callee.parameters[k]].type;
}

/// The arguments in the order of the parameters, those of the form `[.., n]` evaluated and turned.
class OverCall {
 public:
  OverCall(Body& body, FunctionRecord& function, Over over, CallSite site)
      : body_(body), function_(function), over_(over), site_(std::move(site)) {}

  Value run() {
    const std::string dim = *last_dim(parameter_type(*function_.typed, 0));
    for (Argument& each : site_.arguments) {
      if (!turn(each, dim)) return {};
    }
    Value result = call_directly(body_, function_, {}, std::move(site_));
    const bool keeps = result && last_dim(function_.typed->result) == dim;
    return keeps ? turned_back(std::move(result)) : std::move(result);
  }

 private:
  bool is_turned(const Argument& argument, const std::string& dim) const {
    const auto& parameters = function_.syntax->parameters;
    std::size_t place = static_cast<std::size_t>(&argument - site_.arguments.data());
    for (std::size_t k = 0; k < parameters.size(); ++k) {
      if (argument.name && parameters[k].name.text == argument.name->text) place = k;
    }
    return place < parameters.size() && last_dim(parameter_type(*function_.typed, place)) == dim;
  }

  bool turn(Argument& argument, const std::string& dim) {
    if (!is_turned(argument, dim)) return true;
    Value value = evaluate(body_, argument);
    if (!value) return false;
    const auto* type = as_tensor(value.type());
    const bool has_axes = type && !type->shape.is_scalar();
    if (has_axes && !over_.argument) value = flattened(body_, std::move(value));
    if (has_axes && over_.argument) {
      const auto axes = check_axes(body_, value.type(), *over_.argument);
      if (!axes || axes->empty()) return false;
      axes_ = *axes;
      original_ = as_tensor(value.type())->shape;
      value = merged_last(axes_last(std::move(value), axes_), axes_.size());
    }
    argument.span = value.span();
    argument.ready = std::move(value);
    argument.syntax = nullptr;
    return true;
  }

  Value turned_back(Value result) {
    if (!over_.argument || axes_.empty()) return result;
    typed::TensorType type = *as_tensor(result.type());
    type.shape.dims.pop_back();
    for (const int axis : axes_) {
      type.shape.dims.push_back(original_.dims[original_.dims.size() - static_cast<std::size_t>(-axis)]);
    }
    const Span span = result.span();
    if (axes_.size() > 1) {
      result = {make({std::move(type)}, span, typed::ReshapeExpr{std::move(result.expr), false}),
                result.open};
    }
    return axes_back(std::move(result), axes_);
  }

  Body& body_;
  FunctionRecord& function_;
  Over over_;
  CallSite site_;
  std::vector<int> axes_;
  typed::TensorShape original_;
};

}  // namespace

std::optional<Over> find_over(const FunctionRecord& function, CallSite& site) {
  const auto& parameters = function.syntax->parameters;
  if (function.typed->parameters.empty() || !last_dim(parameter_type(*function.typed, 0)))
    return std::nullopt;
  const auto named = [](const std::string& name) {
    return [&name](const auto& each) { return each.name.text == name; };
  };
  const std::string over = "over";
  if (std::any_of(parameters.begin(), parameters.end(), named(over))) return std::nullopt;
  for (Argument& each : site.arguments) {
    if (each.name && each.name->text == over) return Over{&each};
  }
  if (site.arguments.size() > parameters.size()) return Over{&site.arguments.back()};
  const bool everything = function.origin == Origin::library && reduces_everything(function.typed->name);
  return everything ? std::optional(Over{}) : std::nullopt;
}

Value call_over(Body& body, FunctionRecord& function, Over over, CallSite site) {
  if (over.argument == nullptr) return OverCall(body, function, over, std::move(site)).run();
  // The argument is taken out of the call, and kept beside it.
  const auto place = static_cast<std::ptrdiff_t>(over.argument - site.arguments.data());
  Argument axes = std::move(*over.argument);
  site.arguments.erase(site.arguments.begin() + place);
  over.argument = &axes;
  return OverCall(body, function, over, std::move(site)).run();
}

}  // namespace dp::checker
