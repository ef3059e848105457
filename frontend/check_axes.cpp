#include "frontend/check_axes.h"

#include <algorithm>

#include "frontend/check_dims.h"
#include "frontend/check_notes.h"
#include "frontend/check_proof.h"

namespace dp::checker {
namespace {

/// The whole number that an axis was given as.
std::optional<std::int64_t> position_of(const ast::Expr& expression) {
  if (const auto* literal = std::get_if<ast::IntegerLiteral>(&expression.node)) {
    return static_cast<std::int64_t>(literal->value);
  }
  const auto* unary = std::get_if<ast::Unary>(&expression.node);
  if (!unary || unary->op != ast::UnaryOp::negative) return std::nullopt;
  const auto inner = position_of(*unary->operand);
  return inner ? std::optional(-*inner) : std::nullopt;
}

std::optional<int> by_position(Body& body, const typed::Type& type, std::int64_t position, Span span) {
  const typed::TensorShape& shape = as_tensor(type)->shape;
  const auto rank = static_cast<std::int64_t>(shape.dims.size());
  if (position < 0 && -position <= rank) return static_cast<int>(position);
  if (position >= 0 && position < rank && !shape.pack) return static_cast<int>(position - rank);
  auto diagnostic = diagnose(diag::NoSuchAxis, span, text(type), std::to_string(position));
  if (shape.pack) diagnostic.notes.push_back("axes behind `..` are counted from the end: -1 is the last");
  body.report(std::move(diagnostic));
  return std::nullopt;
}

std::optional<int> by_dim(Body& body, const typed::Type& type, const Dim& dim, Span span) {
  const Shape& dims = as_tensor(type)->shape.dims;
  std::vector<int> found;
  for (std::size_t k = 0; k < dims.size(); ++k) {
    if (agree(body, dims[k], dim)) found.push_back(static_cast<int>(k) - static_cast<int>(dims.size()));
  }
  if (found.size() == 1) return found.front();
  if (found.empty())
    body.report(diagnose(diag::NoSuchAxis, span, text(type), dim.text()));
  else {
    body.report(diagnose(diag::AmbiguousAxis, span, text(type), dim.text())
                    .fix("over = " + std::to_string(found.back())));
  }
  return std::nullopt;
}

std::optional<int> check_axis(Body& body, const typed::Type& type, const ast::Expr& expression) {
  if (const auto position = position_of(expression))
    return by_position(body, type, *position, expression.span);
  const auto dim = check_dim(body, expression);
  return dim ? by_dim(body, type, *dim, expression.span) : std::nullopt;
}

typed::ExprPtr transposed(typed::ExprPtr value, const std::vector<int>& order) {
  const Span span = value->span;
  typed::TensorType type = *as_tensor(value->type);
  const Shape before = type.shape.dims;
  for (std::size_t k = 0; k < order.size(); ++k) {
    type.shape.dims[k] = before[before.size() - static_cast<std::size_t>(-order[k])];
  }
  return make({std::move(type)}, span,
              typed::StructuralExpr{Op::transpose, list(std::move(value)), order, {}, false});
}

/// All axes of a rank with `axes` behind the others.
std::vector<int> order_with_last(std::size_t rank, const std::vector<int>& axes) {
  std::vector<int> order;
  for (int axis = -static_cast<int>(rank); axis < 0; ++axis) {
    if (std::find(axes.begin(), axes.end(), axis) == axes.end()) order.push_back(axis);
  }
  order.insert(order.end(), axes.begin(), axes.end());
  return order;
}

bool is_identity(const std::vector<int>& order) { return std::is_sorted(order.begin(), order.end()); }

}  // namespace

std::optional<std::vector<int>> check_axes(Body& body, const typed::Type& type, Argument& argument) {
  std::vector<int> result;
  std::vector<const ast::Expr*> written;
  if (argument.syntax == nullptr) {
    body.report(diagnose(diag::NoSuchAxis, argument.span, text(type), "this"));
    return std::nullopt;
  }
  if (const auto* tuple = std::get_if<ast::Tuple>(&argument.syntax->node)) {
    for (const ast::ExprPtr& each : tuple->elements) written.push_back(each.get());
  } else {
    written.push_back(argument.syntax);
  }
  for (const ast::Expr* each : written) {
    const auto axis = check_axis(body, type, *each);
    if (!axis) return std::nullopt;
    if (std::find(result.begin(), result.end(), *axis) != result.end()) {
      body.report(diagnose(diag::DuplicateParameter, each->span, source_text(body, each->span)));
      return std::nullopt;
    }
    result.push_back(*axis);
  }
  std::sort(result.begin(), result.end());
  return result;
}

Value axes_last(Value value, const std::vector<int>& axes) {
  const std::vector<int> order = order_with_last(as_tensor(value.type())->shape.dims.size(), axes);
  if (is_identity(order)) return value;
  return {transposed(std::move(value.expr), order), value.open};
}

Value axes_back(Value value, const std::vector<int>& axes) {
  const std::vector<int> order = order_with_last(as_tensor(value.type())->shape.dims.size(), axes);
  if (is_identity(order)) return value;
  std::vector<int> inverse(order.size());
  const int rank = static_cast<int>(order.size());
  for (int k = 0; k < rank; ++k)
    inverse[static_cast<std::size_t>(order[static_cast<std::size_t>(k)] + rank)] = k - rank;
  return {transposed(std::move(value.expr), inverse), value.open};
}

Value merged_last(Value value, std::size_t count) {
  if (count == 1) return value;
  typed::TensorType type = *as_tensor(value.type());
  const auto split = type.shape.dims.end() - static_cast<std::ptrdiff_t>(count);
  const Dim merged = dp::element_count(Shape(split, type.shape.dims.end()));
  type.shape.dims.erase(split, type.shape.dims.end());
  type.shape.dims.push_back(merged);
  const Span span = value.span();
  return {make({std::move(type)}, span, typed::ReshapeExpr{std::move(value.expr), false}), value.open};
}

}  // namespace dp::checker
