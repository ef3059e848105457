// Order: `sort argsort top_k searchsorted`, of any scalar type. Along the last axis; `over` chooses another.

#include "frontend/check_axes.h"
#include "frontend/check_intrinsics.h"
#include "frontend/check_library.h"
#include "frontend/check_linear.h"
#include "frontend/check_notes.h"
#include "frontend/check_numbers.h"
#include "frontend/check_proof.h"

namespace dp::checker {

using typed::Scalar;

namespace {

/// A tensor with an axis to sort along; what is left open becomes definite.
bool is_sortable(Body& body, Value& value, const CallSite& site) {
  if (!value || !require_tensors(body, {&value}, site.span, site.name)) return false;
  settle_by_itself(value);
  if (!dims_of(value).empty()) return true;
  body.report(diagnose(diag::NoSuchAxis, value.span(), text(value.type()), "-1"));
  return false;
}

typed::ExprPtr sorted(Op op, typed::ExprPtr value, bool descending, Span span) {
  typed::TensorType type = *as_tensor(value->type);
  type.bound.reset();
  if (op == Op::argsort) type.scalar = Scalar::i64;
  return make({std::move(type)}, span,
              typed::StructuralExpr{op, list(std::move(value)), {descending ? 1 : 0}, {}, false});
}

Value check_sort(Body& body, Op op, CallSite site) {
  const auto placed = intrinsic_arguments(body, site, {"x", "over"}, 1);
  if (!placed) return {};
  Value value = evaluate(body, *(*placed)[0]);
  if (!is_sortable(body, value, site)) return {};
  std::vector<int> axes{-1};
  if (Argument* over = (*placed)[1]) {
    const auto given = check_axes(body, value.type(), *over);
    if (!given) return {};
    axes = *given;
  }
  if (axes.size() != 1) {
    body.report(diagnose(diag::OneAxis, (*placed)[1]->span, site.name));
    return {};
  }
  value = axes_last(std::move(value), axes);
  return axes_back({sorted(op, std::move(value.expr), false, site.span), Open::no}, axes);
}

/// The first `count` elements of the last axis.
typed::ExprPtr first_elements(typed::ExprPtr value, const Dim& count, Span span) {
  typed::TensorType type = *as_tensor(value->type);
  type.shape.dims.back() = count;
  const std::size_t rank = type.shape.dims.size();
  typed::StructuralExpr slice{Op::slice, list(std::move(value)), {}, {}, false};
  slice.dims = {Shape(rank, Dim(0)), type.shape.dims, Shape(rank, Dim(1))};
  return make({std::move(type)}, span, std::move(slice));
}

}  // namespace

Value check_intrinsic_sort(Body& body, CallSite site) { return check_sort(body, Op::sort, std::move(site)); }
Value check_intrinsic_argsort(Body& body, CallSite site) {
  return check_sort(body, Op::argsort, std::move(site));
}

Value check_intrinsic_top_k(Body& body, CallSite site) {
  const auto placed = intrinsic_arguments(body, site, {"x", "k"}, 2);
  if (!placed) return {};
  Value value = evaluate(body, *(*placed)[0]);
  const auto count = size_argument(body, *(*placed)[1]);
  if (!count || !is_sortable(body, value, site)) return {};
  if (!check_size(body, dims_of(value).back() - *count, site.span)) return {};
  const Span span = site.span;
  const typed::VariableId whole = body.add_variable("", value.type(), span);
  body.notes[whole].definition = value.expr.get();
  typed::TupleExpr parts;
  typed::TupleType tuple;
  for (const Op op : {Op::sort, Op::argsort}) {
    parts.elements.push_back(first_elements(sorted(op, use(body, whole, span), true, span), *count, span));
    tuple.elements.push_back(parts.elements.back()->type);
  }
  typed::BlockExpr block;
  block.statements.push_back({span, typed::LetStatement{whole, std::move(value.expr)}});
  block.value = make({tuple}, span, std::move(parts));
  return {make({tuple}, span, std::move(block)), Open::no};
}

/// `sorted` is one axis; x has any shape, which it keeps.
Value check_intrinsic_searchsorted(Body& body, CallSite site) {
  auto values = values_of(body, site, {"sorted", "x"});
  if (!values) return {};
  Value &ascending = (*values)[0], &sought = (*values)[1];
  if (!unify(body, {&ascending, &sought}, Numbers::any, site.span, site.name)) return {};
  settle_by_itself(ascending);
  settle_by_itself(sought);
  const typed::TensorShape row = as_tensor(ascending.type())->shape;
  if (row.pack || row.dims.size() != 1) {
    body.report(diagnose(diag::ArgumentType, ascending.span(), site.name, "one axis", "sorted",
                         text(ascending.type())));
    return {};
  }
  typed::TensorType type{Scalar::i64, std::nullopt, as_tensor(sought.type())->shape};
  if (type.shape.is_scalar()) {
    const Span at = sought.span();
    typed::TensorType one = *as_tensor(sought.type());
    one.shape.dims = {Dim(1)};
    sought.expr = make({one}, at, typed::ReshapeExpr{std::move(sought.expr), false});
  } else {
    sought = flattened(body, std::move(sought));
  }
  typed::TensorType flat{Scalar::i64, std::nullopt, as_tensor(sought.type())->shape};
  typed::StructuralExpr node{
      Op::searchsorted, list(std::move(ascending.expr), std::move(sought.expr)), {}, {}, false};
  typed::ExprPtr positions = make({std::move(flat)}, site.span, std::move(node));
  return {make({std::move(type)}, site.span, typed::ReshapeExpr{std::move(positions), false}), Open::no};
}

}  // namespace dp::checker
