// Initial values of parameters: a number, an expression, or a distribution by name.

#include "frontend/check_arguments.h"
#include "frontend/check_layers.h"
#include "frontend/check_notes.h"

namespace dp::checker {

using Initial = typed::FieldDeclaration::Initial;

namespace {

/// The distribution of that name, else none.
Initial distribution(const std::string& name) {
  if (name == "normal") return Initial::normal;
  if (name == "uniform") return Initial::uniform;
  if (name == "glorot") return Initial::glorot;
  if (name == "he") return Initial::he;
  if (name == "orthogonal") return Initial::orthogonal;
  if (name == "zeros") return Initial::zeros;
  if (name == "ones") return Initial::ones;
  return Initial::none;
}

std::vector<std::string> parameters_of(Initial initial) {
  if (initial == Initial::normal) return {"std"};
  if (initial == Initial::uniform) return {"a", "b"};
  return {};
}

/// `normal` alone is normal(std = 1), `uniform` alone uniform(0, 1).
typed::ExprPtr argument_value(Body& body, Argument* argument, std::size_t place, Initial initial, Span span) {
  if (!argument)
    return number(initial == Initial::uniform && place == 0 ? 0.0 : 1.0, typed::Scalar::real, span);
  Value value = evaluate(body, *argument);
  if (!value) return nullptr;
  const typed::Type found = value.type();
  typed::ExprPtr result = fitted(body, std::move(value), tensor(typed::Scalar::real));
  if (!result)
    body.report(
        diagnose(diag::WrongScalar, argument->span, "normal and uniform", "real numbers", text(found)));
  return result;
}

bool check_distribution(Body& body, Initial initial, CallSite site, typed::FieldDeclaration& field) {
  const std::vector<std::string> names = parameters_of(initial);
  const bool optional[] = {true, true};
  const auto placed = place_arguments(body, site, names, {optional, names.size()});
  if (!placed) return false;
  if (initial == Initial::orthogonal && as_tensor(field.type)->shape.dims.size() < 2) {
    body.report(
        diagnose(diag::WrongScalar, site.span, site.name, "tensors of two axes or more", text(field.type)));
    return false;
  }
  field.initial = initial;
  for (std::size_t k = 0; k < placed->size(); ++k) {
    typed::ExprPtr value = argument_value(body, (*placed)[k], k, initial, site.span);
    if (!value) return false;
    field.arguments.push_back(std::move(value));
  }
  return true;
}

bool check_value(Body& body, const ast::Expr& initial, typed::FieldDeclaration& field) {
  Value value = check_expr(body, initial);
  if (!value) return false;
  const typed::Type found = value.type();
  settle_towards(body, value, field.type);
  const auto* own = as_tensor(value.type());
  const auto* target = as_tensor(field.type);
  const bool is_scalar = own && target && own->shape.is_scalar() && own->scalar == target->scalar;
  field.initial = Initial::value;
  field.value = is_scalar ? std::move(value.expr) : fitted(body, std::move(value), field.type);
  if (field.value) return true;
  body.report(
      with_origins(diagnose(diag::DefaultType, initial.span, field.name, text(field.type), text(found)), body,
                   {field.type, found}));
  return false;
}

}  // namespace

bool check_initial(Body& body, const ast::Expr* initial, typed::FieldDeclaration& field) {
  const bool is_layer = std::holds_alternative<typed::LayerType>(field.type.node);
  if (initial && !is_layer && !as_tensor(field.type)) return check_value(body, *initial, field);
  if (is_layer) {
    if (!initial) return true;  // a layer begins as its own declaration says
    body.report(diagnose(diag::InitialOfLayer, initial->span, field.name));
    return false;
  }
  if (!initial) {
    body.report(diagnose(diag::NoInitialValue, field.span, field.name)
                    .fix(field.name + ": " + text(field.type) + " = 0"));
    return false;
  }
  const auto* call = std::get_if<ast::Call>(&initial->node);
  const ast::Expr& callee = call ? *call->callee : *initial;
  const auto* name = std::get_if<ast::NameUse>(&callee.node);
  const Initial kind = name ? distribution(name->name) : Initial::none;
  const bool makes_tensor = call && (kind == Initial::zeros || kind == Initial::ones);
  if (kind == Initial::none || makes_tensor) return check_value(body, *initial, field);
  CallSite site{name->name, initial->span, callee.span, {}};
  if (call) site.arguments = arguments_of(*call);
  return check_distribution(body, kind, std::move(site), field);
}

}  // namespace dp::checker
