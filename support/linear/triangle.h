#pragma once
// Triangular matrices: Cholesky's factor, and solving.

#include "support/linear/format.h"

namespace dp::linear {

/// The lower triangular L[n, n] with positive diagonal and L Lᵀ = (a + aᵀ)/2, for a[n, n]; all NaN where that
/// is not positive definite. Outer products row by row: Golub & Van Loan, Matrix Computations, 4.2.5.
template <class F>
void cholesky(const F* a, Count n, F* l) {
  for (Count i = 0; i < n; ++i) {
    for (Count j = 0; j < n; ++j) l[i * n + j] = F(0.5) * a[i * n + j] + F(0.5) * a[j * n + i];
  }
  // The upper factor, whose rows lie together; it is laid down at the end.
  for (Count k = 0; k < n; ++k) {
    F* row = l + k * n;
    const F root = Format<F>::root(row[k] > 0 ? row[k] : F(0));
    if (!(root > 0) || root - root != 0) return fill_nan(l, n * n);
    for (Count j = k; j < n; ++j) row[j] /= root;
    for (Count i = k + 1; i < n; ++i) add_scaled(-row[i], row + i, l + i * n + i, n - i);
  }
  for (Count i = 0; i < n; ++i) {
    for (Count j = 0; j < i; ++j) {
      l[i * n + j] = l[j * n + i];
      l[j * n + i] = 0;
    }
  }
}

/// x[n, m] with T x = b, where T is the lower or the upper triangle of t[n, n], or its transpose. Where the
/// diagonal holds a 0 there are infinities and NaN, as dividing by it gives them.
template <class F>
void triangular_solve(const F* t, const F* b, Count n, Count m, bool lower, bool transposed, F* x) {
  copy(b, x, n * m);
  const bool from_first = lower != transposed;
  for (Count step = 0; step < n; ++step) {
    const Count i = from_first ? step : n - 1 - step;
    F* row = x + i * m;
    for (Count earlier = 0; earlier < step; ++earlier) {
      const Count k = from_first ? earlier : n - 1 - earlier;
      const F factor = transposed ? t[k * n + i] : t[i * n + k];
      add_scaled(-factor, x + k * m, row, m);
    }
    for (Count j = 0; j < m; ++j) row[j] /= t[i * n + i];
  }
}

}  // namespace dp::linear
