#include "frontend/check_jacobian.h"

#include "frontend/check_types.h"

namespace dp::checker {
namespace {

bool has_leading_axes(const typed::Type& type) {
  if (const auto* leaf = as_tensor(type)) return leaf->shape.pack;
  const auto* tuple = std::get_if<typed::TupleType>(&type.node);
  for (std::size_t k = 0; tuple && k < tuple->elements.size(); ++k) {
    if (has_leading_axes(tuple->elements[k])) return true;
  }
  return false;
}

}  // namespace

std::optional<typed::Type> jacobian_type(Body& body, const typed::Type& of, const typed::Type& wrt,
                                         Span span) {
  if (const auto* tuple = std::get_if<typed::TupleType>(&of.node)) {
    typed::TupleType result;
    for (const typed::Type& each : tuple->elements) {
      auto element = jacobian_type(body, each, wrt, span);
      if (!element) return std::nullopt;
      result.elements.push_back(std::move(*element));
    }
    return typed::Type{std::move(result)};
  }
  const auto* leaf = as_tensor(of);
  if (!leaf || !is_real(leaf->scalar)) {
    body.report(diagnose(diag::JacobianOf, span, text(of)));
    return std::nullopt;
  }
  // The axes of y stand in front, so `..` of x would end up between others.
  if (has_leading_axes(wrt) && !leaf->shape.is_scalar()) {
    body.report(diagnose(diag::JacobianOfLeadingAxes, span, text(wrt)));
    return std::nullopt;
  }
  const auto* inner = as_tensor(wrt);
  const std::size_t rank = inner ? leaf->shape.dims.size() + inner->shape.dims.size() : 0;
  if (rank > 8) {
    body.report(diagnose(diag::RankLimit, span, rank));
    return std::nullopt;
  }
  return with_axes(wrt, leaf->shape);
}

std::optional<typed::Type> hessian_type(Body& body, const typed::Type& wrt, Span span) {
  const auto* leaf = as_tensor(wrt);
  if (!leaf) {
    body.report(diagnose(diag::HessianOf, span, text(wrt)));
    return std::nullopt;
  }
  return jacobian_type(body, wrt, wrt, span);
}

}  // namespace dp::checker
