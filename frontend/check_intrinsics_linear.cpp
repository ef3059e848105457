// The routines of linear algebra that the library's functions are made of.

#include "frontend/check_intrinsics.h"
#include "frontend/check_linear.h"
#include "frontend/check_notes.h"
#include "frontend/check_numbers.h"
#include "frontend/check_proof.h"

namespace dp::checker {

using typed::Scalar;

namespace {

/// One routine of ops.def on reals; `shape` changes the first operand's shape to the result's.
template <class ChangeShape>
Value call_routine(Op op, std::vector<Value> operands, std::vector<int> flags, Span span,
                   const ChangeShape& change_shape) {
  typed::TensorType type = *as_tensor(operands.front().type());
  change_shape(type.shape.dims);
  typed::StructuralExpr node{op, {}, std::move(flags), {}, false};
  for (Value& each : operands) node.operands.push_back(std::move(each.expr));
  return {make({std::move(type)}, span, std::move(node)), Open::no};
}

/// A routine of one matrix.
template <class ChangeShape>
Value of_matrix(Body& body, CallSite site, Op op, bool square, const ChangeShape& change_shape) {
  auto values = values_of(body, site, {"A"});
  if (!values || !unify(body, {&values->front()}, Numbers::reals, site.span, site.name)) return {};
  settle_by_itself(values->front());
  if (!is_matrix(body, site, values->front(), square)) return {};
  return call_routine(op, std::move(*values), {}, site.span, change_shape);
}

void add_column(Shape& dims) { dims.back() = dims.back() + Dim(1); }

}  // namespace

Value check_intrinsic_cholesky_factor(Body& body, CallSite site) {
  return of_matrix(body, std::move(site), Op::cholesky, true, [](Shape&) {});
}
Value check_intrinsic_lu(Body& body, CallSite site) {
  return of_matrix(body, std::move(site), Op::lu, true, add_column);
}
Value check_intrinsic_eigh_packed(Body& body, CallSite site) {
  return of_matrix(body, std::move(site), Op::eigh, true, add_column);
}
Value check_intrinsic_qr_packed(Body& body, CallSite site) {
  return of_matrix(body, std::move(site), Op::qr, false,
                   [](Shape& dims) { dims[dims.size() - 2] = dims[dims.size() - 2] + dims.back(); });
}
Value check_intrinsic_svd_packed(Body& body, CallSite site) {
  return of_matrix(body, std::move(site), Op::svd, false,
                   [](Shape& dims) { dims[dims.size() - 2] = dims[dims.size() - 2] + dims.back() + Dim(1); });
}

Value check_intrinsic_lu_det(Body& body, CallSite site) {
  auto values = values_of(body, site, {"A", "factors"});
  if (!values || !is_matrix(body, site, values->front(), true)) return {};
  return call_routine(Op::lu_det, std::move(*values), {}, site.span, [](Shape& dims) {
    dims.pop_back();
    dims.back() = 2;
  });
}

Value check_intrinsic_lu_solve(Body& body, CallSite site) {
  const auto placed = intrinsic_arguments(body, site, {"A", "factors", "b", "transposed"}, 3);
  const auto turned = placed ? written_truth(body, site, (*placed)[3], false) : std::nullopt;
  if (!turned) return {};
  std::vector<Value> values;
  for (std::size_t k = 0; k < 3; ++k) {
    values.push_back(evaluate(body, *(*placed)[k]));
    if (!values.back()) return {};
  }
  if (!is_matrix(body, site, values[0], true) || !is_right_side(body, site, values[0], values[2])) return {};
  const Shape result = dims_of(values[2]);
  return call_routine(Op::lu_solve, std::move(values), {*turned ? 1 : 0}, site.span,
                      [&](Shape& dims) { dims = result; });
}

Value check_intrinsic_eye_like(Body& body, CallSite site) {
  auto values = values_of(body, site, {"A"});
  if (!values || !is_matrix(body, site, values->front(), false)) return {};
  const typed::TensorType type = *as_tensor(values->front().type());
  const auto position = [&](int axis) {
    return make(tensor(Scalar::i64, type.shape), site.span,
                typed::StructuralExpr{Op::iota, {}, {axis}, {}, false});
  };
  typed::ExprPtr equal =
      point(Op::eq, tensor(Scalar::boolean, type.shape), site.span, list(position(-2), position(-1)));
  return {convert(std::move(equal), type.scalar), Open::no};
}

}  // namespace dp::checker
