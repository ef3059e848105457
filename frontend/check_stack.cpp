// `[a, b, c]`: parts of one type along a new first axis. Numbers written out become one constant.

#include <algorithm>

#include "frontend/check_copies.h"
#include "frontend/check_expr.h"
#include "frontend/check_notes.h"
#include "frontend/check_numbers.h"
#include "frontend/check_proof.h"

namespace dp::checker {

using typed::Scalar;

namespace {

const typed::TensorType& type_of(const Value& value) { return *as_tensor(value.type()); }

/// The elements of a part that is written out: a number, or numbers already put together.
template <class T>
bool append(const typed::Expr& part, std::vector<T>& elements) {
  if (const auto* number = std::get_if<typed::NumberExpr>(&part.node)) {
    if (!std::holds_alternative<T>(number->value)) return false;
    elements.push_back(std::get<T>(number->value));
    return true;
  }
  const auto* numbers = std::get_if<typed::NumbersExpr>(&part.node);
  if (!numbers || !std::holds_alternative<std::vector<T>>(numbers->values)) return false;
  const auto& more = std::get<std::vector<T>>(numbers->values);
  elements.insert(elements.end(), more.begin(), more.end());
  return true;
}

template <class T>
std::optional<typed::NumbersExpr> written_out(const std::vector<Value>& parts) {
  std::vector<T> elements;
  for (const Value& each : parts) {
    if (!append(*each.expr, elements)) return std::nullopt;
  }
  return typed::NumbersExpr{std::move(elements)};
}

bool same_shapes(Body& body, const std::vector<Value>& parts) {
  for (const Value& each : parts) {
    if (agree(body, type_of(each).shape, type_of(parts.front()).shape)) continue;
    body.report(
        with_origins(diagnose(diag::StackMismatch, each.span(), text(parts.front().type()), text(each.type()))
                         .label(parts.front().span(), text(parts.front().type())),
                     body, {parts.front().type(), each.type()}));
    return false;
  }
  return true;
}

typed::ExprPtr concatenated(std::vector<Value> parts, const typed::Type& type, Span span) {
  typed::TensorType one = *as_tensor(type);
  one.shape.dims.front() = Dim(1);
  typed::StructuralExpr node{Op::concat, {}, {-static_cast<int>(one.shape.dims.size())}, {}, false};
  for (Value& each : parts) {
    const Span part_span = each.span();
    node.operands.push_back(make({one}, part_span, typed::ReshapeExpr{std::move(each.expr), false}));
  }
  return make(type, span, std::move(node));
}

}  // namespace

Value stack_parts(Body& body, std::vector<Value> parts, Span span) {
  std::vector<Value*> all;
  for (Value& each : parts) {
    if (!each) return {};
    all.push_back(&each);
  }
  if (std::holds_alternative<typed::StructType>(parts.front().type().node))
    return stack_structs(body, std::move(parts), span);
  if (!require_tensors(body, all, span, "[ ]")) return {};
  const bool of_bools = type_of(parts.front()).scalar == Scalar::boolean;
  if (!unify(body, all, of_bools ? Numbers::bools : Numbers::any, span, "[ ]") || !same_shapes(body, parts))
    return {};
  const typed::TensorType& first = type_of(parts.front());
  if (first.shape.pack) return unsupported(body, span, "[ ] of tensors with leading axes `..`");
  typed::TensorShape shape{false, first.shape.dims};
  shape.dims.insert(shape.dims.begin(), Dim(static_cast<std::int64_t>(parts.size())));
  typed::Type type = tensor(first.scalar, std::move(shape));
  const Open open =
      std::all_of(parts.begin(), parts.end(), [](const Value& each) { return each.open != Open::no; })
          ? parts.front().open
          : Open::no;
  if (auto reals = written_out<double>(parts)) return {make(std::move(type), span, std::move(*reals)), open};
  if (auto wholes = written_out<std::int64_t>(parts))
    return {make(std::move(type), span, std::move(*wholes)), open};
  return {concatenated(std::move(parts), type, span), open};
}

Value check_stack(Body& body, const ast::Stack& stack, Span span) {
  if (stack.elements.empty()) {
    body.report(diagnose(diag::EmptyStack, span));
    return {};
  }
  std::vector<Value> parts;
  for (const ast::ExprPtr& each : stack.elements) parts.push_back(check_expr(body, *each));
  return stack_parts(body, std::move(parts), span);
}

}  // namespace dp::checker
