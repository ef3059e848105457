// Typed operations as graph nodes: shapes made equal, axes counted from the front, dimension numbers of
// products.

#include <algorithm>
#include <numeric>

#include "frontend/builder.h"
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

void Builder::check(Op op, Id value, Attributes attributes) {
  const Id taken = splat_integer(1, {Dtype::boolean, graph[value].type.shape});
  const std::size_t before = graph.size();
  const Id effect = graph.add(op, {value, taken}, std::move(attributes));
  if (effect >= before) graph.effects.push_back(effect);
}

void Builder::check_point(Op op, const std::vector<Id>& operands) {
  const bool divides = op == Op::floor_div || op == Op::mod || op == Op::rem;
  if (divides && is_integer(graph[operands[1]].type.dtype)) check(Op::check_divisor, operands[1]);
}

void Builder::check_positions(Id x, Id positions, std::int64_t axis) {
  const Dim extent = graph[x].type.shape.at(static_cast<std::size_t>(axis));
  check(Op::check_index, positions, {{"axis", axis}, {"dim", Shape{extent}}});
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

Id Builder::window(const typed::StructuralExpr& expr, Id operand, Frame& frame) {
  const Shape whole = graph[operand].type.shape;
  const auto dims = [&](std::size_t k, const Shape* in_front) {
    Shape out;
    for (const Dim& dim : expr.dims.at(k)) out.push_back(resolve(dim, frame));
    return whole_in_front(out, whole.size(), in_front);
  };
  std::vector<std::int64_t> stride;
  for (const Dim& dim : whole_in_front(expr.dims.size() > 2 ? expr.dims[2] : Shape{}, whole.size(), nullptr))
    stride.push_back(std::max<std::int64_t>(1, dim.constant().value_or(1)));
  const std::string_view begin = expr.op == Op::slice ? "start" : "low";
  return graph.add(expr.op, {operand},
                   {{begin, dims(0, nullptr)}, {"shape", dims(1, &whole)}, {"stride", stride}});
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
  if (expr.op == Op::dot && !expr.dims.empty()) return Value::tensor(contraction(expr, operands));
  if (expr.op == Op::dot) return Value::tensor(matmul(operands[0], operands[1]));
  if (expr.op == Op::slice || expr.op == Op::pad) return Value::tensor(window(expr, operands[0], frame));
  if (expr.op == Op::stop) return Value::tensor(graph.add(Op::stop, operands));
  const std::size_t rank = graph[operands.at(0)].type.rank();
  auto axes = expr.all_axes ? first_axes(rank) : from_front(expr.axes, rank);
  if (expr.op == Op::transpose) {
    auto permutation = first_axes(rank - expr.axes.size());
    permutation.insert(permutation.end(), axes.begin(), axes.end());
    return Value::tensor(graph.add(Op::transpose, operands, {{"permutation", permutation}}));
  }
  const auto& attributes = info(expr.op).attributes;
  DP_ASSERT(attributes.size() == 1, "`{}` has no structural form", name(expr.op));
  if (expr.op == Op::gather || expr.op == Op::take) check_positions(operands[0], operands[1], axes.at(0));
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

Value Builder::evaluate_point(const typed::PointExpr& expr, const typed::Expr&, Frame& frame) {
  std::vector<Value> operands;
  for (const auto& operand : expr.operands) operands.push_back(evaluate(*operand, frame));
  std::size_t form = 0;
  while (form + 1 < operands.size() && !operands[form].is_tree()) ++form;
  return evaluate_leaves(expr, operands, form);
}

}  // namespace dp
