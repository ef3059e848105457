// `sum prod max min any all`: over all axes, or those of `over`; `argmax argmin`: along one axis.

#include <algorithm>

#include "frontend/check_axes.h"
#include "frontend/check_intrinsics.h"
#include "frontend/check_notes.h"
#include "frontend/check_numbers.h"
#include "frontend/check_proof.h"

namespace dp::checker {

using typed::Scalar;

namespace {

/// The axes: those of the argument, else all (empty), or the last for a position.
std::optional<std::vector<int>> axes_of(Body& body, const Value& value, Argument* over, bool position) {
  if (over) return check_axes(body, value.type(), *over);
  if (!position) return std::vector<int>{};
  if (as_tensor(value.type())->shape.dims.empty()) {
    body.report(diagnose(diag::NoSuchAxis, value.span(), text(value.type()), "-1"));
    return std::nullopt;
  }
  return std::vector<int>{-1};
}

/// `max`, `min` and positions need at least one element.
bool has_elements(Body& body, const Value& value, const std::vector<int>& axes, const CallSite& site) {
  const Shape& dims = as_tensor(value.type())->shape.dims;
  for (std::size_t k = 0; k < dims.size(); ++k) {
    const int axis = static_cast<int>(k) - static_cast<int>(dims.size());
    const bool reduced = axes.empty() || std::find(axes.begin(), axes.end(), axis) != axes.end();
    if (!reduced || constant_size(body, dims[k]) != 0) continue;
    body.report(
        diagnose(diag::EmptyReduction, site.callee, site.name).label(value.span(), text(value.type())));
    return false;
  }
  return true;
}

}  // namespace

Value check_reduction(Body& body, const ReductionRow& row, CallSite site) {
  const auto placed = intrinsic_arguments(body, site, {"x", "over"}, 1);
  if (!placed) return {};
  Value value = evaluate(body, *(*placed)[0]);
  if (!value || !unify(body, {&value}, row.of_bools ? Numbers::bools : Numbers::any, site.span, site.name))
    return {};
  const auto axes = axes_of(body, value, (*placed)[1], row.position);
  if (!axes || (row.needs_elements && !has_elements(body, value, *axes, site))) return {};
  if (row.position && axes->size() != 1) {
    body.report(diagnose(diag::OneAxis, (*placed)[1]->span, site.name));
    return {};
  }
  typed::TensorType type = *as_tensor(value.type());
  const Open open = row.position ? Open::no : value.open;
  if (row.position) type.scalar = Scalar::i64;
  type.bound.reset();
  const bool all = axes->empty();
  if (all && type.shape.is_scalar()) return value;
  const Shape dims = std::exchange(type.shape.dims, {});
  if (all) type.shape.pack = false;
  for (std::size_t k = 0; !all && k < dims.size(); ++k) {
    const int axis = static_cast<int>(k) - static_cast<int>(dims.size());
    if (std::find(axes->begin(), axes->end(), axis) == axes->end()) type.shape.dims.push_back(dims[k]);
  }
  typed::StructuralExpr node{row.op, list(std::move(value.expr)), *axes, {}, all, row.needs_elements};
  return {make({std::move(type)}, site.span, std::move(node)), open};
}

}  // namespace dp::checker
