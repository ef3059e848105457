#pragma once
// The routines under one call: which, of what sizes, on which memory. Both interpreters and compiled code
// come in here; operands and results are dense, a batch behind the other.

#include "support/linear/lu.h"
#include "support/linear/order.h"
#include "support/linear/svd.h"
#include "support/linear/triangle.h"

namespace dp::linear {

enum class Routine : std::int32_t {
  sort,
  argsort,
  searchsorted,
  cholesky,
  triangular_solve,
  lu,
  lu_solve,
  lu_det,
  qr,
  eigh,
  svd
};

inline constexpr bool is_of_order(Routine routine) { return routine <= Routine::searchsorted; }

/// `rows` and `columns` are n, m of the routine's comment (m, n of `qr` and `svd`); `flags`: 1 descending
/// (of sorts), transposed (of solves); 2 lower.
struct Sizes {
  Count batches = 1, rows = 0, columns = 0, flags = 0;

  bool has(Count flag) const { return (flags & flag) != 0; }
};
inline constexpr Count first_flag = 1, lower_flag = 2;

/// Elements of one batch. An operand that is not read has none: of lu_solve and lu_det the matrix itself.
struct Extents {
  Count operands[3] = {};
  Count result = 0;
  Count work = 0;  // for all batches one
};

inline Extents extents(Routine routine, const Sizes& sizes) {
  const Count n = sizes.rows, m = sizes.columns;
  switch (routine) {
    case Routine::sort: return {{n}, n, 2 * n};
    case Routine::argsort: return {{n}, n, n};
    case Routine::searchsorted: return {{n, m}, m, 0};
    case Routine::cholesky: return {{n * n}, n * n, 0};
    case Routine::triangular_solve: return {{n * n, n * m}, n * m, 0};
    case Routine::lu: return {{n * n}, n * (n + 1), 0};
    case Routine::lu_solve: return {{0, n * (n + 1), n * m}, n * m, 0};
    case Routine::lu_det: return {{0, n * (n + 1)}, 2, 0};
    case Routine::qr: return {{n * m}, (n + m) * m, qr_work(n, m)};
    case Routine::eigh: return {{n * n}, n * (n + 1), eigh_work(n)};
    case Routine::svd: return {{n * m}, (1 + n + m) * m, svd_work(n, m)};
  }
  return {};
}

/// A routine of `is_of_order` on elements T; positions are I, also in `work`.
template <class T, class I>
void run_order(Routine routine, const Sizes& sizes, const void* const* operands, void* result, void* work) {
  const Extents step = extents(routine, sizes);
  const Count n = sizes.rows;
  for (Count batch = 0; batch < sizes.batches; ++batch) {
    const T* x = static_cast<const T*>(operands[0]) + batch * step.operands[0];
    I* positions = static_cast<I*>(result) + batch * step.result;
    const bool descending = sizes.has(first_flag);
    if (routine == Routine::sort) {
      sort(x, n, descending, static_cast<T*>(result) + batch * n, static_cast<I*>(work));
    } else if (routine == Routine::argsort) {
      argsort(x, n, descending, positions, static_cast<I*>(work));
    } else {
      const T* sought = static_cast<const T*>(operands[1]) + batch * step.operands[1];
      searchsorted(x, sought, n, sizes.columns, positions);
    }
  }
}

/// One batch of any other routine.
template <class F>
void run_matrix(Routine routine, const Sizes& sizes, const F* const* x, F* result, F* work) {
  const Count n = sizes.rows, m = sizes.columns;
  switch (routine) {
    case Routine::cholesky: return cholesky(x[0], n, result);
    case Routine::triangular_solve:
      return triangular_solve(x[0], x[1], n, m, sizes.has(lower_flag), sizes.has(first_flag), result);
    case Routine::lu: return lu(x[0], n, result);
    case Routine::lu_solve: return lu_solve(x[1], x[2], n, m, sizes.has(first_flag), result);
    case Routine::lu_det: return lu_det(x[1], n, result);
    case Routine::qr: return qr(x[0], n, m, result, work);
    case Routine::eigh: return eigh(x[0], n, result, work);
    default: return svd(x[0], n, m, result, work);
  }
}

/// A routine on reals F; `operands` has as many as the routine has.
template <class F>
void run_matrices(Routine routine, const Sizes& sizes, const void* const* operands, void* result,
                  void* work) {
  const Extents step = extents(routine, sizes);
  for (Count batch = 0; batch < sizes.batches; ++batch) {
    const F* x[3] = {};
    for (int k = 0; k < 3; ++k) {
      if (step.operands[k] > 0) x[k] = static_cast<const F*>(operands[k]) + batch * step.operands[k];
    }
    run_matrix(routine, sizes, x, static_cast<F*>(result) + batch * step.result, static_cast<F*>(work));
  }
}

}  // namespace dp::linear
