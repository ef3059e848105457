// `real(i)`, `f64(x)`, `i32(x)`: the only conversions there are; and the bit patterns of reals.

#include "frontend/check_intrinsics.h"
#include "frontend/check_notes.h"
#include "frontend/check_numbers.h"
#include "frontend/check_operators.h"

namespace dp::checker {

using typed::Scalar;

namespace {

/// The value as another scalar type of the same width, bit for bit.
Value same_bits(Body& body, const CallSite& site, Op op, Value value) {
  const typed::TensorType type = *as_tensor(value.type());
  const bool wide = type.scalar == Scalar::f64 || type.scalar == Scalar::i64;
  if (type.scalar == Scalar::real) {
    body.report(diagnose(diag::WrongScalar, value.span(), site.name, "f32 or f64: write `f32(x)`",
                         text(value.type())));
    return {};
  }
  const Scalar to = op == Op::bits ? (wide ? Scalar::i64 : Scalar::i32) : (wide ? Scalar::f64 : Scalar::f32);
  return {point(op, tensor(to, type.shape), site.span, list(std::move(value.expr))), Open::no};
}

Value check_bits(Body& body, CallSite site, Op op, const std::string& parameter, Numbers numbers) {
  const auto placed = intrinsic_arguments(body, site, {parameter}, 1);
  if (!placed) return {};
  Value value = evaluate(body, *(*placed)[0]);
  if (!value || !unify(body, {&value}, numbers, site.span, site.name)) return {};
  settle_by_itself(value);
  return same_bits(body, site, op, std::move(value));
}

}  // namespace

Value check_intrinsic_bits(Body& body, CallSite site) {
  return check_bits(body, std::move(site), Op::bits, "x", Numbers::reals);
}
Value check_intrinsic_from_bits(Body& body, CallSite site) {
  return check_bits(body, std::move(site), Op::from_bits, "i", Numbers::integers);
}

Value check_conversion(Body& body, Scalar scalar, CallSite site) {
  const auto placed = intrinsic_arguments(body, site, {"x"}, 1);
  if (!placed) return {};
  Value value = evaluate(body, *(*placed)[0]);
  if (!value) return {};
  const auto* type = as_tensor(value.type());
  if (!type || type->scalar == Scalar::key) {
    body.report(
        diagnose(diag::WrongScalar, value.span(), site.name, "numbers and bools", text(value.type())));
    return {};
  }
  const bool literal_fits = value.open == Open::integer || (value.open == Open::real && is_real(scalar));
  if (literal_fits) {
    settle(body, value, scalar);
    value.expr->span = site.span;
    return value;
  }
  if (type->scalar != scalar) {
    value.expr = convert(std::move(value.expr), scalar);
    value.expr->span = site.span;
  }
  value.open = Open::no;
  return value;
}

}  // namespace dp::checker
