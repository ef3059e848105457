// Random draws: `normal(k, [n, d])`, `uniform`, `bernoulli`, `categorical`, `randint`, `dropout`, `split`.
// All are made from the bits of a key, so the same key gives the same values everywhere.

#include "frontend/check_broadcast.h"
#include "frontend/check_dims.h"
#include "frontend/check_intrinsics.h"
#include "frontend/check_notes.h"
#include "frontend/check_numbers.h"
#include "frontend/check_operators.h"
#include "frontend/check_proof.h"

namespace dp::checker {

using typed::ExprPtr;
using typed::Scalar;
using Kind = typed::DrawExpr::Kind;

namespace {

/// An argument of a scalar type; open numbers take it.
ExprPtr one(Body& body, Argument& argument, Scalar scalar, const CallSite& site) {
  Value value = evaluate(body, argument);
  if (!value) return nullptr;
  settle_towards(body, value, tensor(scalar));
  if (agree(body, value.type(), tensor(scalar))) return std::move(value.expr);
  body.report(
      diagnose(diag::WrongScalar, argument.span, site.name, text(tensor(scalar)), text(value.type())));
  return nullptr;
}

/// `[n, d]`; nothing given is one number.
std::optional<typed::TensorShape> shape_of(Body& body, const Argument* argument) {
  if (!argument) return typed::TensorShape{};
  if (!argument->syntax) {
    body.report(diagnose(diag::NotADimension, argument->span));
    return std::nullopt;
  }
  auto shape = check_shape_argument(body, *argument->syntax);
  if (!shape) return std::nullopt;
  return typed::TensorShape{false, std::move(*shape)};
}

ExprPtr draw(Kind kind, Scalar scalar, typed::TensorShape shape, ExprPtr key, Span span) {
  return make(tensor(scalar, std::move(shape)), span, typed::DrawExpr{kind, list(std::move(key))});
}

Value drawn(Body& body, CallSite site, Kind kind) {
  const auto placed = intrinsic_arguments(body, site, {"k", "shape"}, 1);
  if (!placed) return {};
  ExprPtr key = one(body, *(*placed)[0], Scalar::key, site);
  auto shape = shape_of(body, (*placed)[1]);
  if (!key || !shape) return {};
  return {draw(kind, Scalar::real, std::move(*shape), std::move(key), site.span), Open::no};
}

/// Whether a uniform number lies below p, for each element of the shape.
ExprPtr below(Body& body, ExprPtr key, Value p, const typed::TensorShape& shape, Span span) {
  const Scalar scalar = as_tensor(p.type())->scalar;
  ExprPtr numbers = draw(Kind::uniform, scalar, shape, std::move(key), span);
  return point(Op::lt, tensor(Scalar::boolean, shape), span,
               list(std::move(numbers), spread(body, std::move(p.expr), shape)));
}

Value real_argument(Body& body, Argument& argument, const CallSite& site) {
  Value value = evaluate(body, argument);
  if (!value || !unify(body, {&value}, Numbers::reals, site.span, site.name)) return {};
  settle(body, value, Scalar::real);
  return value;
}

}  // namespace

Value check_intrinsic_normal(Body& body, CallSite site) { return drawn(body, std::move(site), Kind::normal); }
Value check_intrinsic_uniform(Body& body, CallSite site) {
  return drawn(body, std::move(site), Kind::uniform);
}

Value check_intrinsic_bernoulli(Body& body, CallSite site) {
  const auto placed = intrinsic_arguments(body, site, {"k", "p", "shape"}, 2);
  if (!placed) return {};
  ExprPtr key = one(body, *(*placed)[0], Scalar::key, site);
  Value p = real_argument(body, *(*placed)[1], site);
  auto shape = shape_of(body, (*placed)[2]);
  if (!key || !p || !shape) return {};
  if (!(*placed)[2]) shape = as_tensor(p.type())->shape;
  const Scalar scalar = as_tensor(p.type())->scalar;
  std::vector<Value> operands;
  operands.push_back({draw(Kind::uniform, scalar, *shape, std::move(key), site.span), Open::no});
  operands.push_back(std::move(p));
  return pointwise(body, Op::lt, std::move(operands), site.span, site.name);
}

/// The largest of logits plus noise of Gumbel's distribution, -log(-log(u)). Source: Gumbel 1954.
Value check_intrinsic_categorical(Body& body, CallSite site) {
  const auto placed = intrinsic_arguments(body, site, {"k", "logits"}, 2);
  if (!placed) return {};
  ExprPtr key = one(body, *(*placed)[0], Scalar::key, site);
  Value logits = real_argument(body, *(*placed)[1], site);
  if (!key || !logits) return {};
  typed::TensorType type = *as_tensor(logits.type());
  if (type.shape.dims.empty()) {
    body.report(diagnose(diag::NoSuchAxis, logits.span(), text(logits.type()), "-1"));
    return {};
  }
  const typed::Type real{type};
  const auto apply = [&](Op op, auto... operands) {
    return point(op, real, site.span, list(std::move(operands)...));
  };
  ExprPtr noise = draw(Kind::uniform, type.scalar, type.shape, std::move(key), site.span);
  noise = apply(Op::log, apply(Op::neg, apply(Op::log, std::move(noise))));
  ExprPtr scores = apply(Op::sub, std::move(logits.expr), std::move(noise));
  typed::TensorShape shape = type.shape;
  shape.dims.pop_back();
  typed::StructuralExpr node{Op::argmax, list(std::move(scores)), {-1}, {}, false};
  return {make(tensor(Scalar::i64, std::move(shape)), site.span, std::move(node)), Open::no};
}

/// lo + floor(u · (hi - lo) / 2^32) with u a word of 32 bits: for ranges of at most 2^31 numbers.
Value check_intrinsic_randint(Body& body, CallSite site) {
  const auto placed = intrinsic_arguments(body, site, {"k", "lo", "hi", "shape"}, 3);
  if (!placed) return {};
  ExprPtr key = one(body, *(*placed)[0], Scalar::key, site);
  ExprPtr lo = one(body, *(*placed)[1], Scalar::i64, site);
  ExprPtr hi = one(body, *(*placed)[2], Scalar::i64, site);
  auto shape = shape_of(body, (*placed)[3]);
  if (!key || !lo || !hi || !shape) return {};
  const typed::Type wholes = tensor(Scalar::i64, *shape), single = tensor(Scalar::i64);
  const typed::VariableId first = body.add_variable("", single, site.span);
  body.notes[first].definition = lo.get();
  const auto apply = [&](Op op, const typed::Type& type, auto... operands) {
    return point(op, type, site.span, list(std::move(operands)...));
  };
  const auto two_to_32 = [&] { return integer(std::int64_t{1} << 32, site.span); };
  ExprPtr bits = convert(draw(Kind::bits, Scalar::i32, *shape, std::move(key), site.span), Scalar::i64);
  ExprPtr word = apply(Op::mod, wholes, std::move(bits), two_to_32());
  ExprPtr width = apply(Op::sub, single, std::move(hi), use(body, first, site.span));
  ExprPtr scaled = apply(Op::mul, wholes, std::move(word), std::move(width));
  ExprPtr offset = apply(Op::floor_div, wholes, std::move(scaled), two_to_32());
  typed::BlockExpr block;
  block.value = apply(Op::add, wholes, std::move(offset), use(body, first, site.span));
  block.statements.push_back({site.span, typed::LetStatement{first, std::move(lo)}});
  return {make(wholes, site.span, std::move(block)), Open::no};
}

/// Zeros with probability p, the others divided by 1 - p. Source: Srivastava et al. 2014.
Value check_intrinsic_dropout(Body& body, CallSite site) {
  const auto placed = intrinsic_arguments(body, site, {"x", "p", "k"}, 3);
  if (!placed) return {};
  Value x = real_argument(body, *(*placed)[0], site);
  ExprPtr p = x ? one(body, *(*placed)[1], as_tensor(x.type())->scalar, site) : nullptr;
  ExprPtr key = one(body, *(*placed)[2], Scalar::key, site);
  if (!x || !p || !key) return {};
  const typed::Type type = x.type(), single = p->type;
  const typed::TensorShape shape = as_tensor(type)->shape;
  const Scalar scalar = as_tensor(type)->scalar;
  const typed::VariableId share = body.add_variable("", single, site.span);
  body.notes[share].definition = p.get();
  ExprPtr dropped = below(body, std::move(key), {use(body, share, site.span), Open::no}, shape, site.span);
  ExprPtr kept_share =
      point(Op::sub, single, site.span, list(number(1.0, scalar, site.span), use(body, share, site.span)));
  ExprPtr kept = point(Op::div, type, site.span, list(std::move(x.expr), std::move(kept_share)));
  typed::BlockExpr block;
  block.value = point(Op::select, type, site.span,
                      list(std::move(dropped), number(0.0, scalar, site.span), std::move(kept)));
  block.statements.push_back({site.span, typed::LetStatement{share, std::move(p)}});
  return {make(type, site.span, std::move(block)), Open::no};
}

/// The order in which as many random words would be sorted.
Value check_intrinsic_permutation(Body& body, CallSite site) {
  const auto placed = intrinsic_arguments(body, site, {"k", "n"}, 2);
  if (!placed) return {};
  ExprPtr key = one(body, *(*placed)[0], Scalar::key, site);
  auto shape = shape_of(body, (*placed)[1]);
  if (!key || !shape) return {};
  if (shape->dims.size() != 1) {
    body.report(diagnose(diag::NotADimension, (*placed)[1]->span));
    return {};
  }
  ExprPtr words = draw(Kind::bits, Scalar::i32, *shape, std::move(key), site.span);
  const typed::TensorType type{Scalar::i64, shape->dims.front(), *shape};
  typed::StructuralExpr node{Op::argsort, list(std::move(words)), {0}, {}, false};
  return {make({type}, site.span, std::move(node)), Open::no};
}

Value check_intrinsic_split(Body& body, CallSite site) {
  const auto placed = intrinsic_arguments(body, site, {"k", "n"}, 2);
  if (!placed) return {};
  ExprPtr key = one(body, *(*placed)[0], Scalar::key, site);
  auto shape = shape_of(body, (*placed)[1]);
  if (!key || !shape) return {};
  if (shape->dims.size() == 1)
    return {draw(Kind::split_key, Scalar::key, std::move(*shape), std::move(key), site.span), Open::no};
  body.report(diagnose(diag::NotADimension, (*placed)[1]->span));
  return {};
}

}  // namespace dp::checker
