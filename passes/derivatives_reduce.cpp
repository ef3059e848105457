// The derivatives of reductions.

#include "passes/derivatives_rules.h"
#include "support/assert.h"

namespace dp::derivative_rules {
namespace {

/// Fills the reduced axes again: from the result's shape to the operand's.
struct Spread {
  Axes kept;
  Shape shape;

  explicit Spread(const Application& application)
      : kept(other_axes(application.operand(0).type().rank(), application.node.integers("axes"))),
        shape(application.operand(0).shape()) {}
  Expression operator()(const Expression& value) const { return broadcast(value, kept, shape); }
};

/// Which elements are the largest (smallest), and how many there are of them: they share the slope equally.
struct Ties {
  Expression mask, count;

  explicit Ties(const Application& application)
      : mask(application.operand(0) == Spread(application)(application.result())),
        count(reduce(Op::reduce_sum, convert(mask, application.node.type.dtype),
                     application.node.integers("axes"))) {}
};

/// x moved `by` elements along the last axis, of n; ones move in.
Expression shifted(const Expression& x, std::int64_t n, std::int64_t by) {
  const std::size_t last = x.type().rank() - 1;
  Type ones = x.type();
  ones.shape[last] = by;
  Shape rest = x.shape();
  rest[last] = n - by;
  const Expression moved = slice(x, Shape(last + 1, Dim(0)), rest, Axes(last + 1, 1));
  return concat({splat(*x.graph, 1.0, ones), moved}, static_cast<std::int64_t>(last));
}

/// Along the last axis, of n elements: the product of all elements before each, in steps of twice the reach.
Expression products_before(const Expression& x, std::int64_t n) {
  if (n <= 1) return one(x);
  Expression product = shifted(x, n, 1);
  for (std::int64_t reach = 1; reach < n - 1; reach *= 2) product = product * shifted(product, n, reach);
  return product;
}

/// As `products_of_others`, for an extent that is not known yet: a table of n rows, each x with a 1 in its
/// own place.
Expression products_by_table(const Expression& x) {
  const std::size_t last = x.type().rank() - 1;
  Shape shape = x.shape();
  shape.push_back(shape[last]);
  Axes columns = axes_between(0, last);
  columns.push_back(static_cast<std::int64_t>(last) + 1);
  const Expression table = broadcast(x, columns, shape);
  const auto axis = [&](std::size_t which) {
    return iota(*x.graph, static_cast<std::int64_t>(which), shape);
  };
  const Expression others = select(axis(last) == axis(last + 1), 1.0, table);
  return reduce(Op::reduce_prod, others, {static_cast<std::int64_t>(last) + 1});
}

/// For each element along the last axis, the product of all others. Products alone, no division: right where
/// one element is 0, or two, and so are all its own derivatives.
Expression products_of_others(const Expression& x) {
  const std::size_t last = x.type().rank() - 1;
  const auto extent = x.shape()[last].constant();
  if (!extent) return products_by_table(x);
  const Axes axis{static_cast<std::int64_t>(last)};
  return products_before(x, *extent) * flip(products_before(flip(x, axis), *extent), axis);
}

/// For each element of the operand of a `reduce_prod`, the product of the others that it was multiplied with.
Expression cofactors(const Application& application) {
  const Expression x = application.operand(0);
  const Axes& axes = application.node.integers("axes");
  if (axes.empty()) return one(x);
  const Shape original = x.shape();
  Axes reduced_last = other_axes(original.size(), axes);
  reduced_last.insert(reduced_last.end(), axes.begin(), axes.end());
  Axes back(original.size());
  for (std::size_t k = 0; k < back.size(); ++k) {
    back[static_cast<std::size_t>(reduced_last[k])] = static_cast<std::int64_t>(k);
  }
  const Expression sorted = transpose(x, reduced_last);
  const Shape sorted_shape = sorted.shape();
  Shape flat = application.node.type.shape;
  Dim extent = 1;
  for (const std::int64_t axis : axes) extent = extent * original[static_cast<std::size_t>(axis)];
  flat.push_back(extent);
  return transpose(reshape(products_of_others(reshape(sorted, flat)), sorted_shape), back);
}

bool chooses(Op op) { return op == Op::reduce_max || op == Op::reduce_min; }

}  // namespace

Adjoint pull_reduce(const Application& application, const Adjoint& ct) {
  const Spread spread(application);
  if (application.node.op == Op::reduce_sum) return moved(ct, spread);
  const Guard guard = ct.guard.moved(spread);
  if (chooses(application.node.op)) {
    const Ties ties(application);
    const Expression share = spread(ct.value / ties.count);
    return {select(ties.mask, share, zero(share)), guard};
  }
  DP_ASSERT(application.node.op == Op::reduce_prod, "`{}` has no derivative rule", name(application.node.op));
  return {guard.keep(spread(ct.value) * cofactors(application)), guard};
}

Expression push_reduce(const Application& application, const Expression& tangent) {
  const auto sum = [&](const Expression& value) {
    return reduce(Op::reduce_sum, value, application.node.integers("axes"));
  };
  if (chooses(application.node.op)) {
    const Ties ties(application);
    return sum(select(ties.mask, tangent, zero(tangent))) / ties.count;
  }
  DP_ASSERT(application.node.op == Op::reduce_prod, "`{}` has no derivative rule", name(application.node.op));
  return sum(tangent * cofactors(application));
}

}  // namespace dp::derivative_rules
