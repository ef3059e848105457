#include "frontend/check_notes.h"
#include "frontend/check_numbers.h"
#include "frontend/check_operators.h"
#include "frontend/check_proof.h"

namespace dp::checker {

using typed::TensorShape;

namespace {

const TensorShape& shape_of(const Value& value) { return as_tensor(value.type())->shape; }

void report_inner(Body& body, const Value& left, const Value& right, Span op_span) {
  const Shape &a = shape_of(left).dims, &b = shape_of(right).dims;
  const Dim& inner_left = a.back();
  const Dim& inner_right = b.size() == 1 ? b[0] : b[b.size() - 2];
  auto diagnostic = diagnose(diag::InnerDimensions, op_span)
                        .under(inner_left.text() + " meets " + inner_right.text())
                        .label(left.span(), text(left.type()))
                        .label(right.span(), text(right.type()));
  diagnostic = with_origins(std::move(diagnostic), body, {left.type(), right.type()});
  if (b.size() == 2 && agree(body, inner_left, b[1])) {
    diagnostic.fixes.push_back(operand_text(body, left.span()) + " @ " + operand_text(body, right.span()) +
                               ".T");
  }
  body.report(std::move(diagnostic));
}

/// The axes before the last `count` of a shape.
TensorShape leading(const TensorShape& shape, std::size_t count) {
  return {shape.pack, Shape(shape.dims.begin(), shape.dims.end() - static_cast<std::ptrdiff_t>(count))};
}

/// `[.., n, k] @ [k, m]`, `[.., n, k] @ [.., k, m]`, `[.., n, k] @ [k]`, `[k] @ [k, m]`, `[k] @ [k]`; nothing
/// where the leading axes do not fit.
std::optional<TensorShape> result_shape(const Body& body, const TensorShape& left, const TensorShape& right) {
  TensorShape result = leading(left, 1);
  const bool vector = !right.pack && right.dims.size() == 1;
  if (vector) return result;
  const TensorShape right_leading = leading(right, 2);
  if (!right_leading.is_scalar()) {
    const bool has_rows = left.dims.size() >= 2;
    if (!has_rows || !agree(body, leading(left, 2), right_leading)) return std::nullopt;
  }
  result.dims.push_back(right.dims.back());
  return result;
}

bool has_axes(Body& body, const Value& value, std::size_t count) {
  if (shape_of(value).dims.size() >= count) return true;
  body.report(diagnose(diag::MatmulOperand, value.span(), text(value.type())));
  return false;
}

}  // namespace

Value matmul(Body& body, Value left, Value right, Span span, Span op_span) {
  if (!require_tensors(body, {&left, &right}, span, "@")) return {};
  if (!has_axes(body, left, 1) || !has_axes(body, right, shape_of(right).pack ? 2 : 1)) return {};
  if (!unify(body, {&left, &right}, Numbers::any, span, "@")) return {};
  const Shape &a = shape_of(left).dims, &b = shape_of(right).dims;
  if (!agree(body, a.back(), b.size() == 1 ? b[0] : b[b.size() - 2])) {
    report_inner(body, left, right, op_span);
    return {};
  }
  const auto shape = result_shape(body, shape_of(left), shape_of(right));
  if (!shape) {
    body.report(with_origins(diagnose(diag::MatmulLeading, op_span, text(left.type()), text(right.type()))
                                 .label(left.span(), text(left.type()))
                                 .label(right.span(), text(right.type())),
                             body, {left.type(), right.type()}));
    return {};
  }
  const Open open = left.open == Open::no ? Open::no : left.open;
  typed::Type type = tensor(as_tensor(left.type())->scalar, *shape);
  typed::StructuralExpr product{Op::dot, list(std::move(left.expr), std::move(right.expr)), {}, {}, false};
  return {make(std::move(type), span, std::move(product)), open};
}

}  // namespace dp::checker
