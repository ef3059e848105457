#pragma once
// Reductions and products, each sum in the language's order (docs/language.md, "The order of sums").

#include "ir/interpret_move.h"

namespace dp::interpreter {

inline Combine combine_of(Op op) {
  switch (op) {
    case Op::reduce_sum: return Combine::sum;
    case Op::reduce_prod: return Combine::prod;
    case Op::reduce_max: return Combine::max;
    case Op::reduce_min: return Combine::min;
    case Op::reduce_any: return Combine::any;
    case Op::reduce_all: return Combine::all;
    case Op::argmax: return Combine::argmax;
    default: return Combine::argmin;
  }
}

/// Puts together an index from its parts along two sets of axes.
inline Index merged_index(std::size_t rank, const std::vector<std::int64_t>& axes_a, const Index& a,
                          const std::vector<std::int64_t>& axes_b, const Index& b) {
  Index out(rank, 0);
  for (std::size_t k = 0; k < axes_a.size(); ++k) out[static_cast<std::size_t>(axes_a[k])] = a[k];
  for (std::size_t k = 0; k < axes_b.size(); ++k) out[static_cast<std::size_t>(axes_b[k])] = b[k];
  return out;
}

/// How many of the reduced axes are the last ones of the operand: those that form the inner extent.
inline std::size_t inner_axes(std::size_t rank, const std::vector<std::int64_t>& axes) {
  std::size_t count = 0;
  while (count < axes.size() && axes[axes.size() - 1 - count] == static_cast<std::int64_t>(rank - 1 - count))
    ++count;
  return count;
}

template <class M, class E = typename M::Element>
Tensor<E> reduce(const Call<E>& call) {
  const Tensor<E>& x = call.x();
  const auto axes =
      call.node.find("axes") ? call.axes("axes") : std::vector<std::int64_t>{call.node.integer("axis")};
  const auto kept = remaining_axes(x.shape.size(), axes);
  const Extents reduced = chosen(x.shape, axes);
  const std::size_t inner_count = inner_axes(x.shape.size(), axes);
  const Extents inner(reduced.end() - static_cast<std::ptrdiff_t>(inner_count), reduced.end());
  const std::int64_t inner_extent = count_of(inner);
  const ReduceOrder order = inner_count > 0 ? ReduceOrder::lanes : ReduceOrder::blocks;
  Tensor<E> out{call.node.type.dtype, call.shape, {}};
  for_each_index(call.shape, [&](const Index& index) {
    typename M::Reduction reduction(combine_of(call.node.op), order, x.dtype);
    std::int64_t fed = 0;
    for_each_index(reduced, [&](const Index& at) {
      const Index source = merged_index(x.shape.size(), kept, index, axes, at);
      reduction.feed(x.values[position(source, x.shape)], E{}, inner_extent > 0 ? fed++ % inner_extent : 0);
    });
    out.values.push_back(reduction.result());
  });
  return out;
}

/// The axes of a product: batch, free and summed ones of both operands.
struct DotAxes {
  std::vector<std::int64_t> batch_x, batch_y, sum_x, sum_y, free_x, free_y;
  bool lanes = false;  // sums in lanes: y has nothing left, and both operands end in the summed axes

  template <class E>
  explicit DotAxes(const Call<E>& call)
      : batch_x(call.axes("batch_x")),
        batch_y(call.axes("batch_y")),
        sum_x(call.axes("sum_x")),
        sum_y(call.axes("sum_y")),
        free_x(remaining_axes(call.x().shape.size(), batch_x, sum_x)),
        free_y(remaining_axes(call.y().shape.size(), batch_y, sum_y)) {
    lanes =
        free_y.empty() && trailing(call.x().shape.size(), sum_x) && trailing(call.y().shape.size(), sum_y);
  }

 private:
  static bool trailing(std::size_t rank, const std::vector<std::int64_t>& axes) {
    for (std::size_t k = 0; k < axes.size(); ++k)
      if (axes[k] != static_cast<std::int64_t>(rank - axes.size() + k)) return false;
    return true;
  }
};

/// Where the operands' elements of one term lie.
struct Term {
  std::size_t x, y;
};

/// Calls `f(term, k)` for all terms of one result element, in increasing row-major order of the summed axes.
template <class E, class F>
void for_each_term(const Call<E>& call, const DotAxes& axes, const Index& index, F&& f) {
  const auto batch = static_cast<std::ptrdiff_t>(axes.batch_x.size());
  const auto free = static_cast<std::ptrdiff_t>(axes.free_x.size());
  const Index b(index.begin(), index.begin() + batch);
  const Index i(index.begin() + batch, index.begin() + batch + free),
      j(index.begin() + batch + free, index.end());
  std::int64_t k = 0;
  for_each_index(chosen(call.x().shape, axes.sum_x), [&](const Index& at) {
    Index x = merged_index(call.x().shape.size(), axes.batch_x, b, axes.free_x, i);
    Index y = merged_index(call.y().shape.size(), axes.batch_y, b, axes.free_y, j);
    for (std::size_t s = 0; s < at.size(); ++s) {
      x[static_cast<std::size_t>(axes.sum_x[s])] = at[s];
      y[static_cast<std::size_t>(axes.sum_y[s])] = at[s];
    }
    f(Term{position(x, call.x().shape), position(y, call.y().shape)}, k++);
  });
}

template <class M, class E = typename M::Element>
E dot_element(const Call<E>& call, const DotAxes& axes, const Index& index, bool guarded) {
  const Dtype dtype = call.node.type.dtype;
  typename M::Reduction sum(Combine::multiply_add, axes.lanes ? ReduceOrder::lanes : ReduceOrder::sequential,
                            dtype);
  for_each_term(call, axes, index, [&](Term term, std::int64_t k) {
    if (guarded) {
      const bool holds = M::integer(call.operands[2]->values[term.x], Dtype::boolean) != 0 &&
                         M::integer(call.operands[3]->values[term.y], Dtype::boolean) != 0;
      if (!holds) return;
    }
    sum.feed(call.x().values[term.x], call.y().values[term.y], k);
  });
  return sum.result();
}

template <class M, class E = typename M::Element>
Tensor<E> dot(const Call<E>& call) {
  const DotAxes axes(call);
  const Dtype dtype = call.node.type.dtype;
  Tensor<E> out{dtype, call.shape, {}};
  for_each_index(call.shape, [&](const Index& index) {
    E element = dot_element<M>(call, axes, index, false);
    // Where a guard fails the factor is an exact zero or cannot matter, unless it meets an infinity or a NaN.
    if (call.node.op == Op::guarded_dot && M::is_nan(element, dtype))
      element = dot_element<M>(call, axes, index, true);
    out.values.push_back(element);
  });
  return out;
}

}  // namespace dp::interpreter
