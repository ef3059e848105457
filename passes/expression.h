#pragma once
// A handle to a value of a graph that is written with as mathematics: operators, and one function for every
// pointwise op of the op table, so that the derivatives told there, as `ct / (2.0 * r)`, build the graph when
// compiled as they stand. Passes write with it what else would be rows of `graph.add`. Everything here adds
// nodes and folds nothing: that is the work of `simplify`.

#include <concepts>
#include <initializer_list>
#include <variant>
#include <vector>

#include "ir/graph.h"

namespace dp {

/// A node of a graph that outlives the handle.
struct Expression {
  Graph* graph = nullptr;
  Id id = no_id;

  /// Valid until a node is added to the graph.
  const Node& node() const { return (*graph)[id]; }
  const Type& type() const { return node().type; }
  const Shape& shape() const { return type().shape; }
};

/// One number for all elements of a type; for bools 0 or 1.
Expression splat(Graph& graph, double value, const Type& type);
/// Zeros (false) of the type of x. The derivative texts say `zero(ct)`, since `0.0 * ct` would not be 0 at
/// infinities.
Expression zero(const Expression& x);
Expression one(const Expression& x);

/// What an operator takes: an expression, or a number standing for a splat of the other operand's type.
template <class T>
concept ExpressionOperand = std::same_as<T, Expression> || std::same_as<T, double>;
using Term = std::variant<Expression, double>;

/// The pointwise op on these terms; numbers get the type of the first expression among them.
Expression pointwise(Op op, std::initializer_list<Term> terms);

#define EVAL(name, ...)                                 \
  template <ExpressionOperand... Operands>              \
    requires(std::same_as<Operands, Expression> || ...) \
  Expression name(const Operands&... operands) {        \
    return pointwise(Op::name, {Term(operands)...});    \
  }
#define STRUCTURAL(name, ...)
#include "ir/ops_structural.inc"
#include "ir/ops.def"
#include "ir/ops_end.inc"

#define DP_OPERATOR(symbol, call)                                        \
  template <ExpressionOperand X, ExpressionOperand Y>                    \
    requires(std::same_as<X, Expression> || std::same_as<Y, Expression>) \
  Expression operator symbol(const X& x, const Y& y) {                   \
    return call;                                                         \
  }
DP_OPERATOR(+, add(x, y))
DP_OPERATOR(-, sub(x, y))
DP_OPERATOR(*, mul(x, y))
DP_OPERATOR(/, div(x, y))
DP_OPERATOR(==, eq(x, y))
DP_OPERATOR(!=, ne(x, y))
DP_OPERATOR(<, lt(x, y))
DP_OPERATOR(<=, le(x, y))
DP_OPERATOR(>, lt(y, x))
DP_OPERATOR(>=, le(y, x))
DP_OPERATOR(&, and_(x, y))
DP_OPERATOR(|, or_(x, y))
#undef DP_OPERATOR
inline Expression operator-(const Expression& x) { return neg(x); }
inline Expression operator!(const Expression& x) { return not_(x); }

Expression select(const Expression& condition, const Term& x, const Term& y);
/// x itself where it has that scalar type.
Expression convert(const Expression& x, Dtype dtype);
Expression power(const Expression& x, std::int64_t exponent);

using Axes = std::vector<std::int64_t>;
/// first, first + 1, …, last − 1.
Axes axes_between(std::size_t first, std::size_t last);
/// The axes of a tensor of that rank that are not among `axes`, ascending.
Axes other_axes(std::size_t rank, const Axes& axes);

// The structural ops, with their attributes in the order of their rows. What would move or reduce nothing
// gives x.
Expression broadcast(const Expression& x, const Axes& axes, const Shape& shape);
Expression reshape(const Expression& x, const Shape& shape);
Expression transpose(const Expression& x, const Axes& permutation);
Expression slice(const Expression& x, const Shape& start, const Shape& shape, const Axes& stride);
Expression pad(const Expression& x, const Shape& low, const Shape& shape, const Axes& stride);
Expression concat(const std::vector<Expression>& parts, std::int64_t axis);
Expression flip(const Expression& x, const Axes& axes);
Expression reduce(Op op, const Expression& x, const Axes& axes);
Expression iota(Graph& graph, std::int64_t axis, const Shape& shape);

// Loops and what is read and written in them.
Expression loop_index(Graph& graph, std::int64_t loop, const Dim& extent);
/// x at every value of that loop's index, stacked along a new first axis.
Expression for_each(const Expression& x, std::int64_t loop, const Dim& extent);
/// The part of x at a position of each of the axes.
Expression part_at(const Expression& x, const std::vector<Expression>& indices, const Axes& axes);
/// Zeros of that shape with the part in its place.
Expression put(const Expression& part, const std::vector<Expression>& indices, const Axes& axes,
               const Shape& shape);

}  // namespace dp
