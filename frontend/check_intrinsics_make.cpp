// Tensors made from nothing but a shape: `zeros([n, d])`, `iota(n)`, `eye(n)`, `one_hot(i, n)`, random bits.

#include "frontend/check_broadcast.h"
#include "frontend/check_dims.h"
#include "frontend/check_intrinsics.h"
#include "frontend/check_library.h"
#include "frontend/check_notes.h"
#include "frontend/check_numbers.h"
#include "frontend/check_operators.h"
#include "frontend/check_proof.h"

namespace dp::checker {

using typed::ExprPtr;
using typed::Scalar;

namespace {

std::optional<Shape> shape_argument(Body& body, const Argument& argument) {
  if (argument.syntax) return check_shape_argument(body, *argument.syntax);
  body.report(diagnose(diag::NotADimension, argument.span));
  return std::nullopt;
}

Value filled(Body& body, CallSite site, double value) {
  const auto placed = intrinsic_arguments(body, site, {"shape"}, 1);
  if (!placed) return {};
  const auto shape = shape_argument(body, *(*placed)[0]);
  if (!shape) return {};
  return {make(tensor(Scalar::real, {false, *shape}), site.span, typed::NumberExpr{value}), Open::no};
}

ExprPtr counting(const typed::TensorShape& shape, int axis, Span span) {
  return make(tensor(Scalar::i64, shape), span, typed::StructuralExpr{Op::iota, {}, {axis}, {}, false});
}

/// 1 where the two integers are equal, else 0.
ExprPtr where_equal(ExprPtr left, ExprPtr right, const typed::TensorShape& shape, Span span) {
  ExprPtr equal =
      point(Op::eq, tensor(Scalar::boolean, shape), span, list(std::move(left), std::move(right)));
  return convert(std::move(equal), Scalar::real);
}

}  // namespace

Value check_intrinsic_zeros(Body& body, CallSite site) { return filled(body, std::move(site), 0.0); }
Value check_intrinsic_ones(Body& body, CallSite site) { return filled(body, std::move(site), 1.0); }

Value check_intrinsic_full(Body& body, CallSite site) {
  const auto placed = intrinsic_arguments(body, site, {"shape", "value"}, 2);
  if (!placed) return {};
  const auto shape = shape_argument(body, *(*placed)[0]);
  Value value = evaluate(body, *(*placed)[1]);
  if (!shape || !value) return {};
  const auto* type = as_tensor(value.type());
  if (!type || !type->shape.is_scalar()) {
    body.report(diagnose(diag::WrongScalar, value.span(), "full", "one number", text(value.type())));
    return {};
  }
  typed::Type result = tensor(type->scalar, {false, *shape});
  return {make(std::move(result), site.span, typed::BroadcastExpr{std::move(value.expr), {}}), value.open};
}

Value check_intrinsic_iota(Body& body, CallSite site) {
  const auto placed = intrinsic_arguments(body, site, {"n"}, 1);
  if (!placed) return {};
  const auto size = size_argument(body, *(*placed)[0]);
  if (!size) return {};
  return {counting({false, {*size}}, -1, site.span), Open::no};
}

Value check_intrinsic_eye(Body& body, CallSite site) {
  const auto placed = intrinsic_arguments(body, site, {"n"}, 1);
  if (!placed) return {};
  const auto size = size_argument(body, *(*placed)[0]);
  if (!size) return {};
  const typed::TensorShape shape{false, {*size, *size}};
  return {where_equal(counting(shape, -2, site.span), counting(shape, -1, site.span), shape, site.span),
          Open::no};
}

Value check_intrinsic_one_hot(Body& body, CallSite site) {
  const auto placed = intrinsic_arguments(body, site, {"i", "n"}, 2);
  if (!placed) return {};
  Value positions = evaluate(body, *(*placed)[0]);
  const auto size = size_argument(body, *(*placed)[1]);
  if (!positions || !size) return {};
  if (!unify(body, {&positions}, Numbers::integers, site.span, site.name)) return {};
  settle(body, positions, Scalar::i64);
  typed::TensorShape shape = as_tensor(positions.type())->shape;
  std::vector<int> axes;
  for (int axis = -static_cast<int>(shape.dims.size()); axis < 0; ++axis) axes.push_back(axis - 1);
  shape.dims.push_back(*size);
  ExprPtr repeated = convert(std::move(positions.expr), Scalar::i64);
  const bool scalar = as_tensor(repeated->type)->shape.is_scalar();
  if (!scalar) {
    repeated = make(tensor(Scalar::i64, shape), site.span,
                    typed::BroadcastExpr{std::move(repeated), std::move(axes)});
  }
  return {where_equal(std::move(repeated), counting(shape, -1, site.span), shape, site.span), Open::no};
}

/// a + (b - a) · k / (n - 1)
Value check_intrinsic_linspace(Body& body, CallSite site) {
  const auto placed = intrinsic_arguments(body, site, {"a", "b", "n"}, 3);
  if (!placed) return {};
  Value first = evaluate(body, *(*placed)[0]), last = evaluate(body, *(*placed)[1]);
  const auto size = size_argument(body, *(*placed)[2]);
  if (!first || !last || !size || !unify(body, {&first, &last}, Numbers::reals, site.span, site.name))
    return {};
  const typed::VariableId start = body.add_variable("", first.type(), site.span);
  body.notes[start].definition = first.expr.get();
  const Scalar scalar = as_tensor(first.type())->scalar;
  const typed::Type row = tensor(scalar, {false, {*size}}), one = tensor(scalar);
  ExprPtr width = point(Op::sub, one, site.span, list(std::move(last.expr), use(body, start, site.span)));
  ExprPtr count = convert(counting({false, {*size}}, -1, site.span), scalar);
  ExprPtr steps = convert(make(tensor(Scalar::i64), site.span, typed::DimExpr{*size - Dim(1)}), scalar);
  ExprPtr share = point(Op::div, row, site.span, list(std::move(count), std::move(steps)));
  ExprPtr offset = point(Op::mul, row, site.span, list(std::move(share), std::move(width)));
  typed::BlockExpr block;
  block.value = point(Op::add, row, site.span, list(use(body, start, site.span), std::move(offset)));
  block.statements.push_back({site.span, typed::LetStatement{start, std::move(first.expr)}});
  return {make(row, site.span, std::move(block)), Open::no};
}

namespace {

/// An argument of a scalar type; open numbers take it.
ExprPtr scalar_argument(Body& body, Argument& argument, Scalar scalar, std::string_view what) {
  Value value = evaluate(body, argument);
  if (!value) return nullptr;
  settle_towards(body, value, tensor(scalar));
  if (agree(body, value.type(), tensor(scalar))) return std::move(value.expr);
  body.report(diagnose(diag::WrongScalar, argument.span, std::string(what), text(tensor(scalar)),
                       text(value.type())));
  return nullptr;
}

Value draw(Scalar scalar, typed::TensorShape shape, typed::DrawExpr::Kind kind, std::vector<ExprPtr> operands,
           Span span) {
  return {make(tensor(scalar, std::move(shape)), span, typed::DrawExpr{kind, std::move(operands)}), Open::no};
}

}  // namespace

Value check_intrinsic_key(Body& body, CallSite site) {
  const auto placed = intrinsic_arguments(body, site, {"n"}, 1);
  if (!placed) return {};
  ExprPtr seed = scalar_argument(body, *(*placed)[0], Scalar::i64, "key");
  return seed ? draw(Scalar::key, {}, typed::DrawExpr::Kind::make_key, list(std::move(seed)), site.span)
              : Value{};
}

Value check_intrinsic_fold(Body& body, CallSite site) {
  const auto placed = intrinsic_arguments(body, site, {"k", "i"}, 2);
  if (!placed) return {};
  ExprPtr key = scalar_argument(body, *(*placed)[0], Scalar::key, "fold");
  ExprPtr use_number = scalar_argument(body, *(*placed)[1], Scalar::i64, "fold");
  if (!key || !use_number) return {};
  return draw(Scalar::key, {}, typed::DrawExpr::Kind::fold_key, list(std::move(key), std::move(use_number)),
              site.span);
}

Value check_intrinsic_random_bits(Body& body, CallSite site) {
  const auto placed = intrinsic_arguments(body, site, {"k", "shape"}, 2);
  if (!placed) return {};
  ExprPtr key = scalar_argument(body, *(*placed)[0], Scalar::key, "random_bits");
  const auto shape = shape_argument(body, *(*placed)[1]);
  if (!key || !shape) return {};
  return draw(Scalar::i32, {false, *shape}, typed::DrawExpr::Kind::bits, list(std::move(key)), site.span);
}

}  // namespace dp::checker
