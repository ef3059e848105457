// Typed operations as graph nodes: shapes made equal, axes counted from the front, dimension numbers of
// products.

#include <algorithm>
#include <numeric>

#include "frontend/builder.h"
#include "ir/fold.h"
#include "support/assert.h"

namespace dp {
namespace {

std::vector<std::int64_t> first_axes(std::size_t count) {
  std::vector<std::int64_t> axes(count);
  std::iota(axes.begin(), axes.end(), 0);
  return axes;
}

std::vector<std::int64_t> from_front(const std::vector<int>& axes, std::size_t rank) {
  std::vector<std::int64_t> out;
  for (int axis : axes) out.push_back(axis < 0 ? axis + static_cast<std::int64_t>(rank) : axis);
  return out;
}

/// Explicit dims of a slice or pad cover the last axes; the leading ones are taken whole.
Shape whole_in_front(const std::vector<Dim>& dims, std::size_t rank, const Shape* whole) {
  Shape out;
  for (std::size_t k = 0; k + dims.size() < rank; ++k) out.push_back(whole ? (*whole)[k] : Dim(0));
  out.insert(out.end(), dims.begin(), dims.end());
  return out;
}

}  // namespace

Id Builder::splat(double value, const Type& type) {
  const double rounded = type.dtype == Dtype::f32 ? static_cast<float>(value) : value;
  return graph.add(Op::constant, {}, {{"value", Literal{std::vector<double>{rounded}}}}, type);
}

Id Builder::splat_integer(std::int64_t value, const Type& type) {
  return graph.add(Op::constant, {}, {{"value", Literal{std::vector<std::int64_t>{value}}}}, type);
}

Id Builder::spread(Id id, const Shape& shape, const std::vector<std::int64_t>& axes) {
  const Node& node = graph[id];
  if (node.type.shape == shape) return id;
  if (node.op == Op::constant && node.type.rank() == 0)
    return graph.add(Op::constant, {}, node.attributes, {node.type.dtype, shape});
  return graph.add(Op::broadcast, {id}, {{"axes", axes}, {"shape", shape}});
}

Id Builder::point(Op op, std::vector<Id> operands, std::int64_t exponent) {
  Shape shape;
  for (Id id : operands)
    if (graph[id].type.rank() > shape.size()) shape = graph[id].type.shape;
  for (Id& id : operands)
    if (graph[id].type.rank() == 0) id = spread(id, shape, {});
  check_point(op, operands);
  if (op == Op::power) return graph.add(op, std::move(operands), {{"exponent", exponent}});
  return graph.add(op, std::move(operands));
}

Id Builder::convert(Id id, Dtype dtype) {
  const Node& node = graph[id];
  if (node.type.dtype == dtype) return id;
  if (is_real(node.type.dtype) && is_integer(dtype)) check(Op::check_range, id, {{"dtype", dtype}});
  return graph.add(Op::convert, {id}, {{"dtype", dtype}});
}

/// `[.., n, k] @ [k, m]`, `[.., n, k] @ [.., k, m]`, with a vector on either side, or on both.
Id Builder::matmul(Id x, Id y) {
  const auto rank_x = static_cast<std::int64_t>(graph[x].type.rank());
  const auto rank_y = static_cast<std::int64_t>(graph[y].type.rank());
  const std::int64_t batch = rank_y > 2 ? rank_y - 2 : 0;
  const std::vector<std::int64_t> axes = first_axes(static_cast<std::size_t>(batch));
  const std::vector<std::int64_t> sum_x{rank_x - 1};
  const std::vector<std::int64_t> sum_y{rank_y == 1 ? 0 : rank_y - 2};
  return graph.add(Op::dot, {x, y},
                   {{"batch_x", axes}, {"batch_y", axes}, {"sum_x", sum_x}, {"sum_y", sum_y}});
}

Id Builder::routine(const typed::StructuralExpr& expr, std::vector<Id> operands) {
  Attributes flags;
  for (std::size_t k = 0; k < expr.axes.size(); ++k)
    flags.push_back({info(expr.op).attributes[k], std::int64_t{expr.axes[k]}});
  return graph.add(expr.op, std::move(operands), std::move(flags));
}

Id Builder::contraction(const typed::StructuralExpr& expr, const std::vector<Id>& operands) {
  Attributes axes;
  for (std::size_t k = 0; k < expr.dims.size(); ++k) {
    std::vector<std::int64_t> list;
    for (const Dim& axis : expr.dims[k]) list.push_back(axis.constant().value());
    axes.push_back({info(expr.op).attributes[k], std::move(list)});
  }
  return graph.add(expr.op, operands, std::move(axes));
}

Id Builder::broadcast(const typed::BroadcastExpr& expr, const typed::Expr& whole, Frame& frame) {
  const Id id = tensor(*expr.value, frame);
  const auto& type = std::get<typed::TensorType>(whole.type.node);
  const Shape shape = resolve(type.shape, frame);
  const std::size_t rank = graph[id].type.rank();
  if (rank == 0) return spread(id, shape, {});
  const std::size_t packed = rank - expr.axes.size();
  std::vector<std::int64_t> axes = first_axes(packed);
  for (std::int64_t axis : from_front(expr.axes, shape.size())) axes.push_back(axis);
  return spread(id, shape, axes);
}

void Builder::check_range(const Shape& start, const Shape& length, const Shape& whole, Span span) {
  for (std::size_t axis = 0; axis < whole.size(); ++axis) {
    const auto first = start[axis].constant(), count = length[axis].constant(),
               extent = whole[axis].constant();
    if (!first || !count || !extent || *first + *count <= *extent) continue;
    const auto place = static_cast<std::int64_t>(axis);
    fail(diagnose(diag::IndexOutOfRange, span, *first + *count - 1, place, *extent));
  }
}

Id Builder::window(const typed::StructuralExpr& expr, Id operand, Span span, Frame& frame) {
  const Shape whole = graph[operand].type.shape;
  const auto dims = [&](std::size_t k, const Shape* in_front) {
    Shape out;
    for (const Dim& dim : expr.dims.at(k)) out.push_back(resolve(dim, frame));
    return whole_in_front(out, whole.size(), in_front);
  };
  std::vector<std::int64_t> stride;
  for (const Dim& dim : whole_in_front(expr.dims.size() > 2 ? expr.dims[2] : Shape{}, whole.size(), nullptr))
    stride.push_back(std::max<std::int64_t>(1, dim.constant().value_or(1)));
  if (expr.op == Op::slice) check_range(dims(0, nullptr), dims(1, &whole), whole, span);
  const std::string_view begin = expr.op == Op::slice ? "start" : "low";
  return graph.add(expr.op, {operand},
                   {{begin, dims(0, nullptr)}, {"shape", dims(1, &whole)}, {"stride", stride}});
}

void Builder::check_elements(Op op, const Shape& shape, const std::vector<std::int64_t>& axes, Span span) {
  const std::string name(dp::name(op));
  const std::string word = name.starts_with("reduce_") ? name.substr(7) : name;
  for (const std::int64_t axis : axes)
    if (shape[static_cast<std::size_t>(axis)].constant() == 0)
      fail(diagnose(diag::EmptyReduction, span, word));
}

Id Builder::part_at(Id id, Id position) {
  const Shape whole = graph[id].type.shape;
  const auto known = known_scalar(graph, position);
  if (!known) return graph.add(Op::at, {id, position}, {{"axes", std::vector<std::int64_t>{0}}});
  Shape start(whole.size(), Dim(0)), part = whole;
  start[0] = Dim(std::get<std::vector<std::int64_t>>(known->elements)[0]);
  part[0] = Dim(1);
  const std::vector<std::int64_t> stride(whole.size(), 1);
  const Id slice = graph.add(Op::slice, {id}, {{"shape", part}, {"start", start}, {"stride", stride}});
  return graph.add(Op::reshape, {slice}, {{"shape", Shape(whole.begin() + 1, whole.end())}});
}

Value Builder::structural(const typed::StructuralExpr& expr, const typed::Expr& whole, Frame& frame) {
  std::vector<Id> operands;
  for (const auto& operand : expr.operands) operands.push_back(tensor(*operand, frame));
  if (expr.op == Op::iota) {
    const Shape shape = resolve(std::get<typed::TensorType>(whole.type.node).shape, frame);
    return Value::tensor(
        graph.add(Op::iota, {}, {{"axis", from_front(expr.axes, shape.size()).at(0)}, {"shape", shape}}));
  }
  if (is_routine(expr.op)) return Value::tensor(routine(expr, std::move(operands)));
  const bool has_axes = expr.op == Op::guarded_dot || (expr.op == Op::dot && !expr.dims.empty());
  if (has_axes) return Value::tensor(contraction(expr, operands));
  if (expr.op == Op::dot) return Value::tensor(matmul(operands[0], operands[1]));
  if (expr.op == Op::slice || expr.op == Op::pad)
    return Value::tensor(window(expr, operands[0], whole.span, frame));
  if (expr.op == Op::stop) return Value::tensor(graph.add(Op::stop, operands));
  const std::size_t rank = graph[operands.at(0)].type.rank();
  auto axes = expr.all_axes ? first_axes(rank) : from_front(expr.axes, rank);
  if (expr.op == Op::transpose) {
    auto permutation = first_axes(rank - expr.axes.size());
    permutation.insert(permutation.end(), axes.begin(), axes.end());
    return Value::tensor(graph.add(Op::transpose, operands, {{"permutation", permutation}}));
  }
  if (expr.needs_elements) check_elements(expr.op, graph[operands[0]].type.shape, axes, whole.span);
  const auto& attributes = info(expr.op).attributes;
  DP_ASSERT(attributes.size() == 1, "`{}` has no structural form", name(expr.op));
  const bool places = expr.op == Op::scatter_add || expr.op == Op::scatter_set;
  if (places || expr.op == Op::gather || expr.op == Op::take)
    check_positions(operands[0], operands[1], axes.at(0));
  if (attributes[0] == "axis") return Value::tensor(graph.add(expr.op, operands, {{"axis", axes.at(0)}}));
  std::sort(axes.begin(), axes.end());
  if (axes.empty()) return Value::tensor(operands[0]);
  return Value::tensor(graph.add(expr.op, operands, {{"axes", axes}}));
}

Value Builder::evaluate_leaves(const typed::PointExpr& expr, const std::vector<Value>& operands,
                               std::size_t form) {
  if (!operands[form].is_tree()) {
    std::vector<Id> ids;
    for (const Value& operand : operands) ids.push_back(operand.id());
    return Value::tensor(point(expr.op, std::move(ids), expr.exponent));
  }
  Value::Parts parts;
  for (std::size_t k = 0; k < operands[form].parts().size(); ++k) {
    std::vector<Value> inner;
    for (const Value& operand : operands)
      inner.push_back(operand.is_tree() ? operand.parts().at(k) : operand);
    parts.push_back(evaluate_leaves(expr, inner, form));
  }
  return Value::tree(std::move(parts));
}

Value Builder::evaluate_point(const typed::PointExpr& expr, const typed::Expr& whole, Frame& frame) {
  const auto* type = std::get_if<typed::TensorType>(&whole.type.node);
  if ((expr.op == Op::and_ || expr.op == Op::or_) && type && type->shape.is_scalar())
    return evaluate_logic(expr, frame);
  std::vector<Value> operands;
  for (const auto& operand : expr.operands) operands.push_back(evaluate(*operand, frame));
  std::size_t form = 0;
  while (form + 1 < operands.size() && !operands[form].is_tree()) ++form;
  return evaluate_leaves(expr, operands, form);
}

}  // namespace dp
