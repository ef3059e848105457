// What moves elements and takes sizes or places as arguments: `unstack repeat tile scatter_add scatter_set`;
// and `cumsum cumprod`, whose functions in the library are written for rows.

#include "frontend/check_axes.h"
#include "frontend/check_dims.h"
#include "frontend/check_intrinsics.h"
#include "frontend/check_library.h"
#include "frontend/check_linear.h"
#include "frontend/check_notes.h"
#include "frontend/check_numbers.h"
#include "frontend/check_proof.h"
#include "frontend/check_types.h"

namespace dp::checker {

using typed::Scalar;

namespace {

/// The part at one position of an axis, without that axis.
typed::ExprPtr part_at(typed::ExprPtr value, int axis, std::int64_t position, Span span) {
  typed::TensorType type = *as_tensor(value->type);
  const std::size_t rank = type.shape.dims.size();
  const std::size_t place = rank - static_cast<std::size_t>(-axis);
  typed::StructuralExpr slice{Op::slice, list(std::move(value)), {}, {}, false};
  slice.dims = {Shape(rank, Dim(0)), type.shape.dims, Shape(rank, Dim(1))};
  slice.dims[0][place] = Dim(position);
  slice.dims[1][place] = Dim(1);
  type.shape.dims = slice.dims[1];
  typed::ExprPtr part = make({type}, span, std::move(slice));
  type.shape.dims.erase(type.shape.dims.begin() + static_cast<std::ptrdiff_t>(place));
  return make({std::move(type)}, span, typed::ReshapeExpr{std::move(part), false});
}

/// How repetitions lie: each element `times` in a row, or the whole axis `times`.
enum class Repetition : std::uint8_t { inner, outer };

Value repeated(Value value, int axis, const Dim& times, Repetition repetition, Span span) {
  if (times == Dim(1)) return value;
  typed::TensorType type = *as_tensor(value.type());
  type.bound.reset();
  const int rank = static_cast<int>(type.shape.dims.size());
  const int place = rank + axis, fresh = repetition == Repetition::inner ? place + 1 : place;
  typed::TensorType result = type;
  const Dim extent = type.shape.dims[static_cast<std::size_t>(place)];
  result.shape.dims[static_cast<std::size_t>(place)] = extent * times;
  type.shape.dims.insert(type.shape.dims.begin() + fresh, times);
  std::vector<int> axes;
  for (int k = 0; k < rank; ++k) axes.push_back((k < fresh ? k : k + 1) - rank - 1);
  const Open open = value.open;
  typed::ExprPtr spread =
      make({std::move(type)}, span, typed::BroadcastExpr{std::move(value.expr), std::move(axes)});
  return {make({std::move(result)}, span, typed::ReshapeExpr{std::move(spread), false}), open};
}

/// As many leading axes of size 1 as make the rank `count`.
Value with_rank(Value value, std::size_t count) {
  typed::TensorShape shape = as_tensor(value.type())->shape;
  if (shape.pack || shape.dims.size() >= count) return value;
  shape.dims.insert(shape.dims.begin(), count - shape.dims.size(), Dim(1));
  return reshaped(std::move(value), std::move(shape));
}

/// Parts put in or added at positions of the first axis.
Value scatter(Body& body, Op op, CallSite site) {
  auto values = values_of(body, site, {"x", "i", "v"});
  if (!values) return {};
  Value &whole = (*values)[0], &positions = (*values)[1], &parts = (*values)[2];
  if (!share_scalar(body, whole, parts, site)) return {};
  if (!unify(body, {&positions}, Numbers::integers, site.span, site.name)) return {};
  settle_by_itself(positions);
  const auto axis = one_axis(body, whole, nullptr, 0, site);
  if (!axis) return {};
  typed::TensorType type = *as_tensor(whole.type());
  type.bound.reset();
  if (op == Op::scatter_add && type.scalar == Scalar::boolean)
    return refuse(body, site, "numbers", "x", whole);
  typed::TensorType wanted{type.scalar, std::nullopt, as_tensor(positions.type())->shape};
  wanted.shape.dims.insert(wanted.shape.dims.end(), type.shape.dims.begin() + 1, type.shape.dims.end());
  const typed::TensorShape& given = as_tensor(parts.type())->shape;
  const Span span = parts.span();
  if (given.is_scalar() && !wanted.shape.is_scalar())
    parts.expr = make({wanted}, span, typed::BroadcastExpr{std::move(parts.expr), {}});
  else if (!agree(body, given, wanted.shape))
    return refuse(body, site, text(typed::Type{wanted}), "v", parts);
  typed::StructuralExpr node{op, {}, {*axis}, {}, false};
  for (Value& each : *values) node.operands.push_back(std::move(each.expr));
  return {make({std::move(type)}, site.span, std::move(node)), Open::no};
}

/// `name_rows` of the library, a function from T[r, n] to T[r, n], along one axis of a tensor.
Value by_rows(Body& body, CallSite site, const std::string& name) {
  const auto placed = intrinsic_arguments(body, site, {"x", "over"}, 1);
  if (!placed) return {};
  Value value = settled_tensor(body, *(*placed)[0], site);
  if (!value) return {};
  if (as_tensor(value.type())->scalar == Scalar::boolean) return refuse(body, site, "numbers", "x", value);
  const auto axis = one_axis(body, value, (*placed)[1], -1, site);
  if (!axis) return {};
  value = axes_last(std::move(value), {*axis});
  const typed::TensorShape shape = as_tensor(value.type())->shape;
  typed::TensorShape leading = shape;
  leading.dims.pop_back();
  value = reshaped(std::move(value), {false, {element_count(leading), shape.dims.back()}});
  std::vector<Value> rows;
  rows.push_back(std::move(value));
  Value result = call_library(body, name + "_rows", site, std::move(rows));
  return result ? axes_back(reshaped(std::move(result), shape), {*axis}) : Value{};
}

}  // namespace

Value check_intrinsic_unstack(Body& body, CallSite site) {
  const auto placed = intrinsic_arguments(body, site, {"x", "over"}, 1);
  if (!placed) return {};
  Value value = settled_tensor(body, *(*placed)[0], site);
  if (!value) return {};
  const auto axis = one_axis(body, value, (*placed)[1], 0, site);
  if (!axis) return {};
  const Shape& dims = dims_of(value);
  const auto count = constant_size(body, dims[dims.size() - static_cast<std::size_t>(-*axis)]);
  if (!count || *count == 0)
    return refuse(body, site, "a tensor with an axis of known size, at least 1,", "x", value);
  const typed::VariableId whole = body.add_variable("", value.type(), site.span);
  body.notes[whole].definition = value.expr.get();
  typed::TupleExpr parts;
  typed::TupleType tuple;
  for (std::int64_t k = 0; k < *count; ++k) {
    parts.elements.push_back(part_at(use(body, whole, site.span), *axis, k, site.span));
    tuple.elements.push_back(parts.elements.back()->type);
  }
  typed::BlockExpr block;
  block.statements.push_back({site.span, typed::LetStatement{whole, std::move(value.expr)}});
  block.value = make({tuple}, site.span, std::move(parts));
  return {make({std::move(tuple)}, site.span, std::move(block)), Open::no};
}

Value check_intrinsic_repeat(Body& body, CallSite site) {
  const auto placed = intrinsic_arguments(body, site, {"x", "times", "over"}, 2);
  if (!placed) return {};
  Value value = settled_tensor(body, *(*placed)[0], site);
  const auto times = size_argument(body, *(*placed)[1]);
  const auto axis = value && times ? one_axis(body, value, (*placed)[2], -1, site) : std::nullopt;
  if (!axis || !check_size(body, *times, (*placed)[1]->span)) return {};
  return repeated(std::move(value), *axis, *times, Repetition::inner, site.span);
}

Value check_intrinsic_tile(Body& body, CallSite site) {
  const auto placed = intrinsic_arguments(body, site, {"x", "times"}, 2);
  if (!placed) return {};
  Value value = settled_tensor(body, *(*placed)[0], site);
  Argument& counts = *(*placed)[1];
  const auto times = counts.syntax ? check_shape_argument(body, *counts.syntax) : std::nullopt;
  if (!times && !counts.syntax) body.report(diagnose(diag::NotADimension, counts.span));
  if (!value || !times) return {};
  value = with_rank(std::move(value), times->size());
  const int rank = static_cast<int>(dims_of(value).size()), named = static_cast<int>(times->size());
  if (named > rank) return refuse(body, site, "a tensor with an axis for each count", "x", value);
  for (int k = 0; k < named; ++k) {
    if (!check_size(body, (*times)[static_cast<std::size_t>(k)], counts.span)) return {};
    value = repeated(std::move(value), k - named, (*times)[static_cast<std::size_t>(k)], Repetition::outer,
                     site.span);
  }
  return value;
}

Value check_intrinsic_scatter_add(Body& body, CallSite site) {
  return scatter(body, Op::scatter_add, std::move(site));
}
Value check_intrinsic_scatter_set(Body& body, CallSite site) {
  return scatter(body, Op::scatter_set, std::move(site));
}

Value check_intrinsic_cumsum(Body& body, CallSite site) { return by_rows(body, std::move(site), "cumsum"); }
Value check_intrinsic_cumprod(Body& body, CallSite site) { return by_rows(body, std::move(site), "cumprod"); }

}  // namespace dp::checker
