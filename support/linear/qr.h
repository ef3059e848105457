#pragma once
// A tall matrix as Q R, by Householder's reflections. Golub & Van Loan, Matrix Computations, 5.1 and 5.2.

#include "support/linear/format.h"

namespace dp::linear {

/// The reflection I − beta v vᵀ that takes x to (alpha, 0, …, 0). beta is 0 where x is 0 behind its first.
template <class F>
struct Reflection {
  F alpha = 0, beta = 0;

  /// x has `count` elements, `stride` apart; v receives as many.
  Reflection(const F* x, Count stride, Count count, F* v) {
    F large = 0;
    for (Count i = 0; i < count; ++i) {
      v[i] = x[i * stride];
      large = magnitude(v[i]) > large ? magnitude(v[i]) : large;
    }
    alpha = v[0];
    if (largest_magnitude(v + 1, count - 1) == 0) return;
    for (Count i = 0; i < count; ++i) v[i] /= large;
    const F length = Format<F>::root(inner(v, v, count));
    const F target = v[0] > 0 ? -length : length;
    v[0] -= target;
    alpha = target * large;
    beta = 2 / inner(v, v, count);
  }
};

/// a −= beta v (vᵀ a) for `rows` rows of `columns` elements, which lie `stride` apart; w holds `columns`.
template <class F>
void reflect(F beta, const F* v, F* a, Count rows, Count columns, Count stride, F* w) {
  if (beta == 0) return;
  fill(w, columns, F(0));
  for (Count i = 0; i < rows; ++i) add_scaled(v[i], a + i * stride, w, columns);
  for (Count i = 0; i < rows; ++i) add_scaled(-beta * v[i], w, a + i * stride, columns);
}

inline Count qr_work(Count m, Count n) { return 2 * m * n + 2 * n; }

/// result[m + n, n] for a[m, n], m ≥ n: Q[m, n] with orthonormal columns, then the upper triangular R[n, n]
/// with a diagonal that is not negative. All NaN where a is not finite.
template <class F>
void qr(const F* a, Count m, Count n, F* result, F* work) {
  if (!all_finite(a, m * n)) return fill_nan(result, (m + n) * n);
  F *r = work, *v = r + m * n, *beta = v + m * n, *w = beta + n;
  copy(a, r, m * n);
  for (Count k = 0; k < n; ++k) {
    const Reflection<F> reflection(r + k * n + k, n, m - k, v + k * m);
    beta[k] = reflection.beta;
    reflect(beta[k], v + k * m, r + k * n + k, m - k, n - k, n, w);
    r[k * n + k] = reflection.alpha;
    for (Count i = k + 1; i < m; ++i) r[i * n + k] = 0;
  }
  F *q = result, *upper = result + m * n;
  fill_identity(q, m, n);
  for (Count k = n; k-- > 0;) reflect(beta[k], v + k * m, q + k * n + k, m - k, n - k, n, w);
  copy(r, upper, n * n);
  for (Count k = 0; k < n; ++k) {
    if (!(upper[k * n + k] < 0)) continue;
    scale(F(-1), upper + k * n + k, n - k);
    for (Count i = 0; i < m; ++i) q[i * n + k] = -q[i * n + k];
  }
}

}  // namespace dp::linear
