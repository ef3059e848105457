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
  if (op == Op::power) return graph.add(op, std::move(operands), {{"exponent", exponent}});
  return graph.add(op, std::move(operands));
}

Id Builder::convert(Id id, Dtype dtype) {
  const Node& node = graph[id];
  if (node.type.dtype == dtype) return id;
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

Value Builder::structural(const typed::StructuralExpr& expr, const typed::Expr& whole, Frame& frame) {
  std::vector<Id> operands;
  for (const auto& operand : expr.operands) operands.push_back(tensor(*operand, frame));
  const std::size_t rank = operands.empty() ? 0 : graph[operands[0]].type.rank();
  const auto dims = [&](std::size_t k, const Shape* whole_shape) {
    Shape out;
    for (const Dim& dim : expr.dims.at(k)) out.push_back(resolve(dim, frame));
    return whole_in_front(out, rank, whole_shape);
  };
  const auto strides = [&](std::size_t k) {
    std::vector<std::int64_t> out;
    for (const Dim& dim : whole_in_front(expr.dims.size() > k ? expr.dims[k] : Shape{}, rank, nullptr))
      out.push_back(std::max<std::int64_t>(1, dim.constant().value_or(1)));
    return out;
  };
  const auto axes = expr.all_axes ? first_axes(rank) : from_front(expr.axes, rank);
  const auto add = [&](Attributes attributes) {
    return Value::tensor(graph.add(expr.op, operands, std::move(attributes)));
  };
  switch (expr.op) {
    case Op::dot: return Value::tensor(matmul(operands[0], operands[1]));
    case Op::stop: return add({});
    case Op::reduce_sum:
    case Op::reduce_prod:
    case Op::reduce_max:
    case Op::reduce_min:
    case Op::reduce_any:
    case Op::reduce_all:
    case Op::flip: {
      auto sorted = axes;
      std::sort(sorted.begin(), sorted.end());
      return sorted.empty() ? Value::tensor(operands[0]) : add({{"axes", sorted}});
    }
    case Op::argmax:
    case Op::argmin:
    case Op::take:
    case Op::gather:
    case Op::scatter_add:
    case Op::concat: return add({{"axis", axes.at(0)}});
    case Op::transpose: {
      auto permutation = first_axes(rank - expr.axes.size());
      permutation.insert(permutation.end(), axes.begin(), axes.end());
      return add({{"permutation", permutation}});
    }
    case Op::slice: {
      const Shape whole_shape = graph[operands[0]].type.shape;
      return add({{"shape", dims(1, &whole_shape)}, {"start", dims(0, nullptr)}, {"stride", strides(2)}});
    }
    case Op::pad: {
      const Shape whole_shape = graph[operands[0]].type.shape;
      return add({{"low", dims(0, nullptr)}, {"shape", dims(1, &whole_shape)}, {"stride", strides(2)}});
    }
    case Op::iota: {
      const Shape shape = resolve(std::get<typed::TensorType>(whole.type.node).shape, frame);
      const auto axis = from_front(expr.axes, shape.size());
      return add({{"axis", axis.at(0)}, {"shape", shape}});
    }
    default: DP_ASSERT(false, "`{}` has no structural form", name(expr.op));
  }
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
