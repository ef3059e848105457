// `real(i)`, `f64(x)`, `i32(x)`: the only conversions there are; and the bit patterns of reals.

#include "frontend/check_intrinsics.h"
#include "frontend/check_notes.h"
#include "frontend/check_numbers.h"
#include "frontend/check_operators.h"

namespace dp::checker {

using typed::Scalar;

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
