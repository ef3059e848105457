#include "passes/expression.h"

#include <algorithm>
#include <numeric>

#include "support/assert.h"

namespace dp {
namespace {

Expression apply(Op op, const std::vector<Expression>& operands, Attributes attributes) {
  std::vector<Id> ids;
  for (const Expression& operand : operands) ids.push_back(operand.id);
  Graph* graph = operands.front().graph;
  return {graph, graph->add(op, std::move(ids), std::move(attributes))};
}

/// Points into the list, which must outlive it.
const Expression* expression_among(std::initializer_list<Term> terms) {
  for (const Term& term : terms) {
    if (const auto* expression = std::get_if<Expression>(&term)) return expression;
  }
  return nullptr;
}

Expression of_type(const Term& term, const Expression& like) {
  if (const auto* expression = std::get_if<Expression>(&term)) return *expression;
  return splat(*like.graph, std::get<double>(term), like.type());
}

}  // namespace

Expression splat(Graph& graph, double value, const Type& type) {
  Literal literal;
  if (is_real(type.dtype)) {
    literal.elements = std::vector<double>{value};
  } else {
    literal.elements = std::vector<std::int64_t>{static_cast<std::int64_t>(value)};
  }
  const Type copy = type;  // it may lie in the graph, which grows
  return {&graph, graph.add(Op::constant, {}, {{"value", std::move(literal)}}, copy)};
}

Expression zero(const Expression& x) { return splat(*x.graph, 0.0, x.type()); }

Expression one(const Expression& x) { return splat(*x.graph, 1.0, x.type()); }

Expression pointwise(Op op, std::initializer_list<Term> terms) {
  const Expression* like = expression_among(terms);
  DP_ASSERT(like, "`{}` of numbers alone has no graph", name(op));
  std::vector<Expression> operands;
  for (const Term& term : terms) operands.push_back(of_type(term, *like));
  return apply(op, operands, {});
}

Expression select(const Expression& condition, const Term& x, const Term& y) {
  const auto* like = std::get_if<Expression>(std::holds_alternative<Expression>(x) ? &x : &y);
  DP_ASSERT(like, "a `select` of two numbers has no type");
  return apply(Op::select, {condition, of_type(x, *like), of_type(y, *like)}, {});
}

Expression convert(const Expression& x, Dtype dtype) {
  return x.type().dtype == dtype ? x : apply(Op::convert, {x}, {{"dtype", dtype}});
}

Expression power(const Expression& x, std::int64_t exponent) {
  return exponent == 1 ? x : apply(Op::power, {x}, {{"exponent", exponent}});
}

Axes axes_between(std::size_t first, std::size_t last) {
  Axes axes(last - first);
  std::iota(axes.begin(), axes.end(), static_cast<std::int64_t>(first));
  return axes;
}

Axes other_axes(std::size_t rank, const Axes& axes) {
  Axes others = axes_between(0, rank);
  std::erase_if(others, [&](std::int64_t axis) { return std::ranges::count(axes, axis) > 0; });
  return others;
}

Expression broadcast(const Expression& x, const Axes& axes, const Shape& shape) {
  return axes.size() == shape.size() ? x : apply(Op::broadcast, {x}, {{"axes", axes}, {"shape", shape}});
}

Expression reshape(const Expression& x, const Shape& shape) {
  return x.shape() == shape ? x : apply(Op::reshape, {x}, {{"shape", shape}});
}

Expression transpose(const Expression& x, const Axes& permutation) {
  if (permutation == axes_between(0, permutation.size())) return x;
  return apply(Op::transpose, {x}, {{"permutation", permutation}});
}

Expression slice(const Expression& x, const Shape& start, const Shape& shape, const Axes& stride) {
  return apply(Op::slice, {x}, {{"start", start}, {"shape", shape}, {"stride", stride}});
}

Expression pad(const Expression& x, const Shape& low, const Shape& shape, const Axes& stride) {
  return apply(Op::pad, {x}, {{"low", low}, {"shape", shape}, {"stride", stride}});
}

Expression concat(const std::vector<Expression>& parts, std::int64_t axis) {
  return apply(Op::concat, parts, {{"axis", axis}});
}

Expression flip(const Expression& x, const Axes& axes) { return apply(Op::flip, {x}, {{"axes", axes}}); }

Expression reduce(Op op, const Expression& x, const Axes& axes) {
  return axes.empty() ? x : apply(op, {x}, {{"axes", axes}});
}

Expression loop_index(Graph& graph, std::int64_t loop, const Dim& extent) {
  return {&graph, graph.add(Op::index, {}, {{"id", loop}, {"dim", Shape{extent}}})};
}

Expression for_each(const Expression& x, std::int64_t loop, const Dim& extent) {
  return apply(Op::for_, {x}, {{"id", loop}, {"dim", Shape{extent}}});
}

Expression part_at(const Expression& x, const std::vector<Expression>& indices, const Axes& axes) {
  std::vector<Expression> operands{x};
  operands.insert(operands.end(), indices.begin(), indices.end());
  return apply(Op::at, operands, {{"axes", axes}});
}

Expression put(const Expression& part, const std::vector<Expression>& indices, const Axes& axes,
               const Shape& shape) {
  std::vector<Expression> operands{part};
  operands.insert(operands.end(), indices.begin(), indices.end());
  return apply(Op::put, operands, {{"axes", axes}, {"shape", shape}});
}

Expression iota(Graph& graph, std::int64_t axis, const Shape& shape) {
  return {&graph, graph.add(Op::iota, {}, {{"axis", axis}, {"shape", shape}})};
}

}  // namespace dp
