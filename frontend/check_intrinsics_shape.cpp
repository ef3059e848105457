// What moves elements without changing them: `transpose`, `stack`, `concat`, `flip`, `pad`, `flatten`,
// `take_along`; and `where` and `stop`.

#include <algorithm>

#include "frontend/check_axes.h"
#include "frontend/check_dims.h"
#include "frontend/check_intrinsics.h"
#include "frontend/check_library.h"
#include "frontend/check_notes.h"
#include "frontend/check_numbers.h"
#include "frontend/check_operators.h"
#include "frontend/check_proof.h"

namespace dp::checker {

using typed::Scalar;

namespace {

/// The first argument, a tensor.
Value tensor_argument(Body& body, Argument& argument, const CallSite& site) {
  Value value = evaluate(body, argument);
  if (!value || !require_tensors(body, {&value}, site.span, site.name)) return {};
  return value;
}

/// The bracketed list that `stack` and `concat` take.
std::optional<std::vector<Value>> listed_parts(Body& body, Argument& argument, const CallSite& site) {
  const auto* stack = argument.syntax ? std::get_if<ast::Stack>(&argument.syntax->node) : nullptr;
  if (!stack || stack->elements.empty()) {
    body.report(diagnose(diag::NotAList, argument.span, site.name));
    return std::nullopt;
  }
  std::vector<Value> parts;
  bool fine = true;
  for (const ast::ExprPtr& each : stack->elements) {
    parts.push_back(check_expr(body, *each));
    fine = fine && parts.back();
  }
  return fine ? std::optional(std::move(parts)) : std::nullopt;
}

bool same_but(Body& body, const typed::TensorShape& left, const typed::TensorShape& right, std::size_t axis) {
  if (left.pack != right.pack || left.dims.size() != right.dims.size()) return false;
  for (std::size_t k = 0; k < left.dims.size(); ++k) {
    if (k != axis && !agree(body, left.dims[k], right.dims[k])) return false;
  }
  return true;
}

}  // namespace

Value check_intrinsic_where(Body& body, CallSite site) {
  const auto placed = intrinsic_arguments(body, site, {"condition", "a", "b"}, 3);
  if (!placed) return {};
  Value condition = evaluate(body, *(*placed)[0]);
  Value yes = evaluate(body, *(*placed)[1]);
  Value no = evaluate(body, *(*placed)[2]);
  return select(body, std::move(condition), std::move(yes), std::move(no), site.span);
}

Value check_intrinsic_stop(Body& body, CallSite site) {
  const auto placed = intrinsic_arguments(body, site, {"x"}, 1);
  if (!placed) return {};
  Value value = tensor_argument(body, *(*placed)[0], site);
  if (!value) return {};
  typed::Type type = value.type();
  return {make(std::move(type), site.span,
               typed::StructuralExpr{Op::stop, list(std::move(value.expr)), {}, {}, false}),
          value.open};
}

Value check_intrinsic_flatten(Body& body, CallSite site) {
  const auto placed = intrinsic_arguments(body, site, {"x"}, 1);
  if (!placed) return {};
  Value value = tensor_argument(body, *(*placed)[0], site);
  return value ? flattened(body, std::move(value)) : Value{};
}

Value check_intrinsic_transpose(Body& body, CallSite site) {
  const auto placed = intrinsic_arguments(body, site, {"x", "axes"}, 2);
  if (!placed) return {};
  Value value = tensor_argument(body, *(*placed)[0], site);
  if (!value) return {};
  const Argument& order = *(*placed)[1];
  const auto* stack = order.syntax ? std::get_if<ast::Stack>(&order.syntax->node) : nullptr;
  typed::TensorType type = *as_tensor(value.type());
  const std::size_t rank = type.shape.dims.size();
  std::vector<int> axes;
  for (std::size_t k = 0; stack && k < stack->elements.size(); ++k) {
    const auto dim = try_dim(body, *stack->elements[k]);
    const auto axis = dim ? dim->constant() : std::nullopt;
    if (axis)
      axes.push_back(static_cast<int>(*axis < 0 || type.shape.pack ? *axis : *axis - static_cast<int>(rank)));
  }
  std::vector<int> sorted = axes;
  std::sort(sorted.begin(), sorted.end());
  bool fine = axes.size() == rank && (!stack || stack->elements.size() == rank);
  for (std::size_t k = 0; fine && k < rank; ++k)
    fine = sorted[k] == static_cast<int>(k) - static_cast<int>(rank);
  if (!fine) {
    body.report(diagnose(diag::NotAPermutation, order.span, text(value.type())));
    return {};
  }
  const Shape before = type.shape.dims;
  for (std::size_t k = 0; k < rank; ++k)
    type.shape.dims[k] = before[rank - static_cast<std::size_t>(-axes[k])];
  typed::StructuralExpr node{Op::transpose, list(std::move(value.expr)), std::move(axes), {}, false};
  return {make({std::move(type)}, site.span, std::move(node)), value.open};
}

Value check_intrinsic_flip(Body& body, CallSite site) {
  const auto placed = intrinsic_arguments(body, site, {"x", "over"}, 1);
  if (!placed) return {};
  Value value = tensor_argument(body, *(*placed)[0], site);
  if (!value) return {};
  std::vector<int> axes{-1};
  if ((*placed)[1]) {
    const auto given = check_axes(body, value.type(), *(*placed)[1]);
    if (!given) return {};
    axes = *given;
  }
  if (as_tensor(value.type())->shape.dims.empty()) {
    body.report(diagnose(diag::NoSuchAxis, site.span, text(value.type()), "-1"));
    return {};
  }
  typed::Type type = value.type();
  typed::StructuralExpr node{Op::flip, list(std::move(value.expr)), std::move(axes), {}, false};
  return {make(std::move(type), site.span, std::move(node)), value.open};
}

Value check_intrinsic_stack(Body& body, CallSite site) {
  const auto placed = intrinsic_arguments(body, site, {"parts", "over"}, 1);
  if (!placed) return {};
  auto parts = listed_parts(body, *(*placed)[0], site);
  if (!parts) return {};
  Value stacked = stack_parts(body, std::move(*parts), site.span);
  if (!stacked || !(*placed)[1]) return stacked;
  const auto axes = check_axes(body, stacked.type(), *(*placed)[1]);
  if (!axes || axes->size() != 1) return {};
  // The new axis comes first: it moves to its place, and the axes before that place come forward.
  typed::TensorType type = *as_tensor(stacked.type());
  const int rank = static_cast<int>(type.shape.dims.size());
  std::vector<int> order;
  for (int axis = -rank + 1; axis < 0; ++axis) order.push_back(axis);
  order.insert(order.begin() + (rank + axes->front()), -rank);
  const Shape before = type.shape.dims;
  for (std::size_t k = 0; k < order.size(); ++k) {
    type.shape.dims[k] = before[static_cast<std::size_t>(order[k] + rank)];
  }
  typed::StructuralExpr node{Op::transpose, list(std::move(stacked.expr)), std::move(order), {}, false};
  return {make({std::move(type)}, site.span, std::move(node)), stacked.open};
}

Value check_intrinsic_concat(Body& body, CallSite site) {
  const auto placed = intrinsic_arguments(body, site, {"parts", "over"}, 1);
  if (!placed) return {};
  auto parts = listed_parts(body, *(*placed)[0], site);
  if (!parts) return {};
  std::vector<Value*> all;
  for (Value& each : *parts) all.push_back(&each);
  if (!unify(body, all, Numbers::any, site.span, site.name)) return {};
  typed::TensorType type = *as_tensor(parts->front().type());
  const int rank = static_cast<int>(type.shape.dims.size());
  std::vector<int> axes{-rank};
  if ((*placed)[1]) {
    const auto given = check_axes(body, parts->front().type(), *(*placed)[1]);
    if (!given || given->size() != 1) return {};
    axes = *given;
  } else if (rank == 0 || type.shape.pack) {
    body.report(diagnose(diag::NoSuchAxis, site.span, text(parts->front().type()), "0"));
    return {};
  }
  const auto axis = static_cast<std::size_t>(axes.front() + rank);
  Dim total(0);
  typed::StructuralExpr node{Op::concat, {}, axes, {}, false};
  const Open open = parts->front().open;
  for (Value& each : *parts) {
    const typed::TensorShape& shape = as_tensor(each.type())->shape;
    if (!same_but(body, shape, type.shape, axis)) {
      body.report(
          with_origins(diagnose(diag::StackMismatch, each.span(), text(typed::Type{type}), text(each.type())),
                       body, {typed::Type{type}, each.type()}));
      return {};
    }
    total = total + shape.dims[axis];
    node.operands.push_back(std::move(each.expr));
  }
  type.shape.dims[axis] = total;
  type.bound.reset();
  return {make({std::move(type)}, site.span, std::move(node)), open};
}

namespace {

/// The (before, behind) pairs of `pad`, one for each axis.
std::optional<std::vector<std::pair<Dim, Dim>>> pad_widths(Body& body, const Argument& argument) {
  const auto* stack = argument.syntax ? std::get_if<ast::Stack>(&argument.syntax->node) : nullptr;
  std::vector<std::pair<Dim, Dim>> result;
  for (std::size_t k = 0; stack && k < stack->elements.size(); ++k) {
    const auto* pair = std::get_if<ast::Tuple>(&stack->elements[k]->node);
    if (!pair || pair->elements.size() != 2) break;
    const auto low = check_dim(body, *pair->elements[0]), high = check_dim(body, *pair->elements[1]);
    if (!low || !high) return std::nullopt;
    const bool fine =
        check_size(body, *low, pair->elements[0]->span) && check_size(body, *high, pair->elements[1]->span);
    if (!fine) return std::nullopt;
    result.emplace_back(*low, *high);
  }
  if (stack && result.size() == stack->elements.size()) return result;
  body.report(diagnose(diag::PadWidths, argument.span));
  return std::nullopt;
}

/// The number that `pad` lays around; it and x get one scalar type.
Value pad_value(Body& body, const CallSite& site, Argument& argument, Value& x) {
  Value value = evaluate(body, argument);
  if (!value || !share_scalar(body, x, value, site)) return {};
  if (as_tensor(value.type())->shape.is_scalar()) return value;
  body.report(
      diagnose(diag::WrongScalar, value.span(), site.name, "one number for `value`", text(value.type())));
  return {};
}

}  // namespace

Value check_intrinsic_pad(Body& body, CallSite site) {
  const auto placed = intrinsic_arguments(body, site, {"x", "widths", "value"}, 2);
  if (!placed) return {};
  Value value = tensor_argument(body, *(*placed)[0], site);
  const auto widths = pad_widths(body, *(*placed)[1]);
  if (!value || !widths) return {};
  Value filling = (*placed)[2] ? pad_value(body, site, *(*placed)[2], value) : Value{};
  if ((*placed)[2] && !filling) return {};
  typed::TensorType type = *as_tensor(value.type());
  if (widths->size() != type.shape.dims.size()) {
    body.report(diagnose(diag::PadWidths, (*placed)[1]->span).label(value.span(), text(value.type())));
    return {};
  }
  typed::StructuralExpr node{Op::pad, list(std::move(value.expr)), {}, {{}, {}}, false};
  for (std::size_t k = 0; k < widths->size(); ++k) {
    type.shape.dims[k] = type.shape.dims[k] + (*widths)[k].first + (*widths)[k].second;
    node.dims[0].push_back((*widths)[k].first);
  }
  node.dims[1] = type.shape.dims;
  type.bound.reset();
  if (!filling) return {make({std::move(type)}, site.span, std::move(node)), value.open};
  // Zeros are laid around a mask too: where it is false the value stands.
  typed::ExprPtr inside = make(tensor(Scalar::boolean, as_tensor(node.operands[0]->type)->shape), site.span,
                               typed::NumberExpr{true});
  typed::StructuralExpr mask{Op::pad, list(std::move(inside)), {}, node.dims, false};
  typed::ExprPtr chosen = make(tensor(Scalar::boolean, type.shape), site.span, std::move(mask));
  typed::ExprPtr laid = make({type}, site.span, std::move(node));
  return {point(Op::select, {std::move(type)}, site.span,
                list(std::move(chosen), std::move(laid), std::move(filling.expr))),
          Open::no};
}

Value check_intrinsic_take_along(Body& body, CallSite site) {
  const auto placed = intrinsic_arguments(body, site, {"x", "i", "over"}, 2);
  if (!placed) return {};
  Value value = tensor_argument(body, *(*placed)[0], site);
  Value positions = evaluate(body, *(*placed)[1]);
  if (!value || !positions || !unify(body, {&positions}, Numbers::integers, site.span, site.name)) return {};
  std::vector<int> axes{-1};
  if ((*placed)[2]) {
    const auto given = check_axes(body, value.type(), *(*placed)[2]);
    if (!given || given->size() != 1) return {};
    axes = *given;
  }
  typed::TensorType type = *as_tensor(value.type());
  if (type.shape.dims.empty()) {
    body.report(diagnose(diag::NoSuchAxis, value.span(), text(value.type()), "-1"));
    return {};
  }
  type.shape.dims.erase(type.shape.dims.end() + axes.front());
  if (!agree(body, as_tensor(positions.type())->shape, type.shape)) {
    const typed::Type wanted = tensor(as_tensor(positions.type())->scalar, type.shape);
    body.report(with_origins(
        diagnose(diag::ArgumentType, positions.span(), site.name, text(wanted), "i", text(positions.type())),
        body, {wanted, positions.type()}));
    return {};
  }
  typed::StructuralExpr node{
      Op::take, list(std::move(value.expr), std::move(positions.expr)), std::move(axes), {}, false};
  return {make({std::move(type)}, site.span, std::move(node)), Open::no};
}

}  // namespace dp::checker
