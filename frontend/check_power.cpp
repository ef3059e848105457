#include "frontend/check_calls.h"
#include "frontend/check_library.h"
#include "frontend/check_notes.h"
#include "frontend/check_numbers.h"
#include "frontend/check_operators.h"

namespace dp::checker {

using typed::Scalar;

namespace {

/// Whole powers known at compile time are repeated products; their base may be an integer where they are not
/// negative.
Value whole_power(Value base, std::int64_t exponent, Span span) {
  typed::Type type = base.type();
  tensor_of(*base.expr).bound.reset();
  std::get<typed::TensorType>(type.node).bound.reset();
  typed::PointExpr node{Op::power, list(std::move(base.expr)), exponent};
  return {make(std::move(type), span, std::move(node)), base.open};
}

/// Of literals: the number itself, still without a type of its own; nothing where it does not fit.
Value folded_power(const Value& base, std::int64_t exponent, Span span) {
  const auto factor = base.open == Open::integer ? literal_integer(*base.expr) : std::nullopt;
  std::int64_t result = 1;
  if (!factor || exponent > 64) return {};
  for (std::int64_t k = 0; k < exponent; ++k)
    if (__builtin_mul_overflow(result, *factor, &result)) return {};
  return {make(base.type(), span, typed::NumberExpr{result}), Open::integer};
}

/// Of integers with an exponent that only the run knows: the library's loop.
Value integer_power(Body& body, Value base, Value exponent, Span span) {
  const bool narrow = base.open == Open::no && as_tensor(base.type())->scalar == Scalar::i32;
  if (base.open != Open::no) settle(body, base, Scalar::i64);
  exponent.expr = convert(std::move(exponent.expr), Scalar::i64);
  exponent.open = Open::no;
  std::vector<Value> values;
  values.push_back(std::move(base));
  values.push_back(std::move(exponent));
  const CallSite site{"^", span, span, {}};
  return call_library(body, narrow ? "integer_power32" : "integer_power", site, std::move(values));
}

}  // namespace

Value power(Body& body, Value base, Value exponent, Span span) {
  if (!require_tensors(body, {&base, &exponent}, span, "^")) return {};
  if (!unify(body, {&base}, Numbers::any, span, "^") || !unify(body, {&exponent}, Numbers::any, span, "^"))
    return {};
  if (const auto whole = literal_integer(*exponent.expr)) {
    const bool integer_base = is_integer(as_tensor(base.type())->scalar);
    if (Value number = *whole >= 0 ? folded_power(base, *whole, span) : Value{}) return number;
    if (*whole >= 0 || !integer_base) return whole_power(std::move(base), *whole, span);
    if (base.open == Open::no) {
      body.report(diagnose(diag::NegativePower, span)
                      .fix("real(" + source_text(body, base.span()) + ") ^ " + std::to_string(*whole)));
      return {};
    }
    settle(body, base, Scalar::real);
    base.open = Open::real;
    return whole_power(std::move(base), *whole, span);
  }
  const bool of_integers =
      is_integer(as_tensor(base.type())->scalar) && is_integer(as_tensor(exponent.type())->scalar);
  const bool settled = base.open == Open::no || exponent.open == Open::no;
  if (of_integers && settled) return integer_power(body, std::move(base), std::move(exponent), span);
  std::vector<Value> operands;
  operands.push_back(std::move(base));
  operands.push_back(std::move(exponent));
  return pointwise(body, Op::pow, std::move(operands), span, "^");
}

}  // namespace dp::checker
