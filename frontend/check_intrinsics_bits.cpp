// The patterns of numbers, `bits from_bits bit_not`; `assert_close`, which is a statement; and
// `categorical_logpmf`, which takes positions of any integer type.

#include <limits>

#include "frontend/check_broadcast.h"
#include "frontend/check_intrinsics.h"
#include "frontend/check_library.h"
#include "frontend/check_linear.h"
#include "frontend/check_notes.h"
#include "frontend/check_numbers.h"

namespace dp::checker {

using typed::Scalar;

namespace {

/// A scalar that settles to the type of what it is compared with; `usual` where it is not given.
Value tolerance(Body& body, const CallSite& site, Argument* argument, const char* parameter, double usual,
                Scalar scalar) {
  if (!argument) return {number(usual, scalar, site.span), Open::no};
  Value value = evaluate(body, *argument);
  if (!value) return {};
  settle_towards(body, value, tensor(scalar));
  const auto* type = as_tensor(value.type());
  if (type && type->scalar == scalar && type->shape.is_scalar()) return value;
  return refuse(body, site, text(tensor(scalar)), parameter, value);
}

}  // namespace

Value check_intrinsic_bits(Body& body, CallSite site) {
  auto values = values_of(body, site, {"x"});
  if (!values || !unify(body, {&values->front()}, Numbers::reals, site.span, site.name)) return {};
  Value& value = values->front();
  settle_by_itself(value);
  typed::TensorType type = *as_tensor(value.type());
  if (type.scalar != Scalar::f32 && type.scalar != Scalar::f64) {
    body.report(diagnose(diag::WrongScalar, value.span(), site.name, "f32 or f64", text(value.type()))
                    .fix("bits(f32(x)) or bits(f64(x))"));
    return {};
  }
  type.scalar = type.scalar == Scalar::f32 ? Scalar::i32 : Scalar::i64;
  return {point(Op::bits, {std::move(type)}, site.span, list(std::move(value.expr))), Open::no};
}

Value check_intrinsic_from_bits(Body& body, CallSite site) {
  auto values = values_of(body, site, {"i"});
  if (!values || !unify(body, {&values->front()}, Numbers::integers, site.span, site.name)) return {};
  Value& value = values->front();
  settle_by_itself(value);
  typed::TensorType type = *as_tensor(value.type());
  type.bound.reset();
  type.scalar = type.scalar == Scalar::i32 ? Scalar::f32 : Scalar::f64;
  return {point(Op::from_bits, {std::move(type)}, site.span, list(std::move(value.expr))), Open::no};
}

Value check_intrinsic_bit_not(Body& body, CallSite site) {
  auto values = values_of(body, site, {"x"});
  if (!values || !unify(body, {&values->front()}, Numbers::integers, site.span, site.name)) return {};
  Value& value = values->front();
  settle_by_itself(value);
  typed::TensorType type = *as_tensor(value.type());
  type.bound.reset();
  typed::ExprPtr ones = make(tensor(type.scalar), site.span, typed::NumberExpr{std::int64_t{-1}});
  return {point(Op::bit_xor, {std::move(type)}, site.span, list(std::move(value.expr), std::move(ones))),
          Open::no};
}

Value check_intrinsic_assert_close(Body& body, CallSite site) {
  const auto placed = intrinsic_arguments(body, site, {"a", "b", "rtol", "atol"}, 2);
  if (!placed) return {};
  std::vector<Value> values;
  values.push_back(evaluate(body, *(*placed)[0]));
  values.push_back(evaluate(body, *(*placed)[1]));
  if (!values[0] || !values[1]) return {};
  if (!unify(body, {&values[0], &values[1]}, Numbers::reals, site.span, site.name)) return {};
  settle_by_itself(values[0]);
  settle_by_itself(values[1]);
  const auto shape = common_shape(body, values, site.span, site.name);
  if (!shape) return {};
  const Scalar scalar = as_tensor(values[0].type())->scalar;
  for (Value& each : values) {
    const Span span = each.span();
    if (as_tensor(each.type())->shape.is_scalar() && !shape->is_scalar())
      each.expr = make(tensor(scalar, *shape), span, typed::BroadcastExpr{std::move(each.expr), {}});
    else
      each.expr = spread(body, std::move(each.expr), *shape);
  }
  values.push_back(tolerance(body, site, (*placed)[2], "rtol", 1e-5, scalar));
  values.push_back(tolerance(body, site, (*placed)[3], "atol", 1e-8, scalar));
  if (!values[2] || !values[3]) return {};
  Value close = call_library(body, "all_close", site, std::move(values));
  if (!close) return {};
  typed::BlockExpr block;
  block.statements.push_back(
      {site.span, typed::AssertStatement{std::move(close.expr), source_text(body, site.span)}});
  return {make({typed::NothingType{}}, site.span, std::move(block)), Open::no};
}

/// Logits of one axis serve every position; else there are as many rows of them as positions.
Value check_intrinsic_categorical_logpmf(Body& body, CallSite site) {
  auto values = values_of(body, site, {"i", "logits"});
  if (!values) return {};
  Value &positions = (*values)[0], &logits = (*values)[1];
  if (!unify(body, {&positions}, Numbers::integers, site.span, site.name)) return {};
  if (!unify(body, {&logits}, Numbers::reals, site.span, site.name)) return {};
  settle_by_itself(positions);
  settle_by_itself(logits);
  const typed::TensorShape shape = as_tensor(logits.type())->shape;
  if (shape.dims.empty()) return refuse(body, site, "real[.., n]", "logits", logits);
  std::vector<Value> scores;
  scores.push_back(std::move(logits));
  Value rows = call_library(body, "log_softmax", site, std::move(scores));
  if (!rows) return {};
  if (!shape.pack && shape.dims.size() == 1) {
    const Scalar scalar = as_tensor(rows.type())->scalar;
    typed::Type type = tensor(scalar, as_tensor(positions.type())->shape);
    typed::StructuralExpr node{
        Op::gather, list(std::move(rows.expr), std::move(positions.expr)), {-1}, {}, false};
    return {make(std::move(type), site.span, std::move(node)), Open::no};
  }
  CallSite inner{site.name, site.span, site.callee, {}};
  for (Value* each : {&rows, &positions}) {
    Argument argument;
    argument.span = each->span();
    argument.ready = std::move(*each);
    inner.arguments.push_back(std::move(argument));
  }
  return check_intrinsic_take_along(body, std::move(inner));
}

}  // namespace dp::checker
