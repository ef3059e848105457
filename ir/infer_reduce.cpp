// The types of reductions and contractions.

#include "ir/infer_rules.h"

namespace dp::shape_rules {
namespace {

bool is_number(Dtype dtype) { return is_real(dtype) || is_integer(dtype); }

/// The extents at those axes.
Shape at_axes(const Shape& shape, const Axes& axes) {
  Shape part;
  for (const std::int64_t axis : axes) part.push_back(shape[static_cast<std::size_t>(axis)]);
  return part;
}

Axes joined(const Axes& a, const Axes& b) {
  Axes both = a;
  both.insert(both.end(), b.begin(), b.end());
  return both;
}

void append(Shape& shape, const Shape& more) { shape.insert(shape.end(), more.begin(), more.end()); }

}  // namespace

Inference reduce(const Site& site) {
  const Type& x = site.operand(0);
  const bool position = site.op == Op::argmax || site.op == Op::argmin;
  const bool logic = site.op == Op::reduce_any || site.op == Op::reduce_all;
  const Axes axes = position ? Axes{site.integer("axis")} : site.integers("axes");
  if (std::string error = axes_error(axes, x.rank(), true); !error.empty())
    return Inference::failure(std::move(error));
  if (logic ? x.dtype != Dtype::boolean : !is_number(x.dtype)) {
    return Inference::failure(logic ? "takes bools" : "takes numbers");
  }
  return Type{position ? Dtype::i64 : x.dtype, without_axes(x.shape, axes)};
}

Inference contract(const Site& site) {
  const Type &x = site.operand(0), &y = site.operand(1);
  const Axes &batch_x = site.integers("batch_x"), &batch_y = site.integers("batch_y");
  const Axes &sum_x = site.integers("sum_x"), &sum_y = site.integers("sum_y");
  if (x.dtype != y.dtype || !is_number(x.dtype)) return Inference::failure("takes numbers of one type");
  const Axes used_x = joined(batch_x, sum_x), used_y = joined(batch_y, sum_y);
  for (const auto& [axes, rank] : {std::pair(used_x, x.rank()), std::pair(used_y, y.rank())}) {
    if (std::string error = axes_error(axes, rank, false); !error.empty())
      return Inference::failure(std::move(error));
  }
  if (at_axes(x.shape, batch_x) != at_axes(y.shape, batch_y))
    return Inference::failure("has batch axes that differ");
  if (at_axes(x.shape, sum_x) != at_axes(y.shape, sum_y))
    return Inference::failure("sums over axes that differ");
  if (site.op == Op::guarded_dot && (site.operand(2) != Type{Dtype::boolean, x.shape} ||
                                     site.operand(3) != Type{Dtype::boolean, y.shape})) {
    return Inference::failure("takes a guard of bools for each operand, in its shape");
  }
  Type result{x.dtype, at_axes(x.shape, batch_x)};
  append(result.shape, without_axes(x.shape, used_x));
  append(result.shape, without_axes(y.shape, used_y));
  return result;
}

}  // namespace dp::shape_rules
