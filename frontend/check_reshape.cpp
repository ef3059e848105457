// `x as [batch, heads, d / heads]`: the same elements in another shape. The counts are proven equal here, or
// checked where the sizes are known.

#include "frontend/check_dims.h"
#include "frontend/check_expr.h"
#include "frontend/check_notes.h"
#include "frontend/check_proof.h"
#include "frontend/check_types.h"

namespace dp::checker {

using typed::TensorShape;

namespace {

/// How many leading axes `..` stands for: all but the fewest last ones that hold as many elements as `dims`.
std::optional<TensorShape> leading_axes(const Body& body, const TensorShape& own, const Shape& dims) {
  const Dim count = dp::element_count(dims);
  for (std::size_t taken = 1; taken <= own.dims.size(); ++taken) {
    const auto split = own.dims.end() - static_cast<std::ptrdiff_t>(taken);
    if (agree(body, dp::element_count(Shape(split, own.dims.end())), count)) {
      return TensorShape{own.pack, Shape(own.dims.begin(), split)};
    }
  }
  return std::nullopt;
}

Value report_sizes(Body& body, const Value& value, const TensorShape& target, Span span) {
  const typed::Type wanted = tensor(as_tensor(value.type())->scalar, target);
  body.report(with_origins(diagnose(diag::SizesDisagree, span, text(value.type()), text(wanted)), body,
                           {value.type(), wanted}));
  return {};
}

Value reshaped(Body& body, Value value, TensorShape target, Span span) {
  const TensorShape& own = as_tensor(value.type())->shape;
  const Dim from = element_count(own), to = element_count(target);
  const bool proven = agree(body, from, to);
  if (!proven) {
    const bool known_apart = prove_equal(body, from, to) == Verdict::refuted ||
                             prove_at_most(body, from + Dim(1), to) == Verdict::proven ||
                             prove_at_most(body, to + Dim(1), from) == Verdict::proven;
    if (known_apart) return report_sizes(body, value, target, span);
  }
  typed::TensorType type = *as_tensor(value.type());
  type.shape = std::move(target);
  return {make({std::move(type)}, span, typed::ReshapeExpr{std::move(value.expr), !proven}), value.open};
}

}  // namespace

Value check_reshape(Body& body, const ast::As& reshape, Span span) {
  Value value = check_expr(body, *reshape.value);
  TensorShape target;
  bool fine = bool(value);
  for (const ast::ExprPtr& each : reshape.dims) {
    const auto dim = check_dim(body, *each);
    if (!dim || !check_size(body, *dim, each->span))
      fine = false;
    else
      target.dims.push_back(*dim);
  }
  if (!fine) return {};
  if (!as_tensor(value.type())) {
    body.report(diagnose(diag::WrongScalar, value.span(), "as", "tensors", text(value.type())));
    return {};
  }
  if (reshape.pack) {
    const auto leading = leading_axes(body, as_tensor(value.type())->shape, target.dims);
    if (!leading) {
      target.pack = true;
      return report_sizes(body, value, target, span);
    }
    target.pack = leading->pack;
    target.dims.insert(target.dims.begin(), leading->dims.begin(), leading->dims.end());
  }
  return reshaped(body, std::move(value), std::move(target), span);
}

Value flattened(Body&, Value value) {
  typed::TensorType type = *as_tensor(value.type());
  if (!type.shape.pack && type.shape.dims.size() == 1) return value;
  type.shape = {false, {element_count(type.shape)}};
  const Span span = value.span();
  return {make({std::move(type)}, span, typed::ReshapeExpr{std::move(value.expr), false}), value.open};
}

}  // namespace dp::checker
