#include "passes/derivatives_matrix.h"

namespace dp {
namespace {

std::int64_t axis_from_end(const Expression& x, std::size_t count) {
  return static_cast<std::int64_t>(x.type().rank() - count);
}

/// The row and the column of each element.
Expression position(const Expression& x, std::size_t from_end) {
  return iota(*x.graph, axis_from_end(x, from_end), x.shape());
}

}  // namespace

Expression routine(Op op, const std::vector<Expression>& operands, Attributes attributes) {
  std::vector<Id> ids;
  for (const Expression& operand : operands) ids.push_back(operand.id);
  Graph& graph = *operands.front().graph;
  return {&graph, graph.add(op, std::move(ids), std::move(attributes))};
}

Expression triangular_solve(const Expression& t, const Expression& b, bool lower, bool transposed) {
  return routine(Op::triangular_solve, {t, b},
                 {{"lower", std::int64_t{lower}}, {"transposed", std::int64_t{transposed}}});
}

Expression product(const Expression& x, const Expression& y) {
  const Axes batches = axes_between(0, x.type().rank() - 2);
  const Axes sum_x{axis_from_end(x, 1)}, sum_y{axis_from_end(y, 2)};
  return routine(Op::dot, {x, y},
                 {{"batch_x", batches}, {"batch_y", batches}, {"sum_x", sum_x}, {"sum_y", sum_y}});
}

Expression transposed(const Expression& x) {
  Axes permutation = axes_between(0, x.type().rank());
  std::swap(permutation[permutation.size() - 2], permutation.back());
  return transpose(x, permutation);
}

Expression symmetric(const Expression& x) { return 0.5 * x + 0.5 * transposed(x); }

Expression identity(const Expression& x) { return convert(position(x, 2) == position(x, 1), x.type().dtype); }

Expression lower_mask(const Expression& x, std::int64_t k) {
  return convert(position(x, 1) <= position(x, 2) + static_cast<double>(k), x.type().dtype);
}

Expression diagonal(const Expression& x) {
  return reduce(Op::reduce_sum, x * identity(x), {axis_from_end(x, 1)});
}

Expression along_columns(const Expression& x, const Shape& shape) {
  Axes axes = axes_between(0, shape.size() - 2);
  axes.push_back(static_cast<std::int64_t>(shape.size()) - 1);
  return broadcast(x, axes, shape);
}

Expression along_rows(const Expression& x, const Shape& shape) {
  return broadcast(x, axes_between(0, shape.size() - 1), shape);
}

Expression part(const Expression& x, std::size_t axis, const Dim& first, const Dim& count) {
  Shape start(x.type().rank(), Dim(0)), shape = x.shape();
  start[axis] = first;
  shape[axis] = count;
  return slice(x, start, shape, Axes(shape.size(), 1));
}

Shape without_last(const Shape& shape) { return {shape.begin(), shape.end() - 1}; }

}  // namespace dp
