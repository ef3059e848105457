#pragma once
// The singular values and vectors of a tall matrix: Q R first, then one-sided Jacobi rotations of the rows of
// R. Jacobi's way is slower than Golub and Kahan's and as accurate as can be. Hestenes 1958; Golub & Van
// Loan, Matrix Computations, 8.6.

#include "support/linear/eigh.h"
#include "support/linear/qr.h"

namespace dp::linear {

inline Count svd_work(Count m, Count n) { return qr_work(m, n) + m * n + (m + n) * n + n * n + 2 * n; }

/// The rows of w, rotated until each is orthogonal to all others; `turns` gathers the rotations.
template <class F>
struct RowRotations {
  Count n;
  F *w, *turns;

  /// True where the two rows were orthogonal already.
  bool orthogonalise(Count i, Count j, F tolerance) {
    F *x = w + i * n, *y = w + j * n;
    const F a = inner(x, x, n), b = inner(y, y, n), g = inner(x, y, n);
    if (magnitude(g) <= tolerance * Format<F>::root(a) * Format<F>::root(b)) return true;
    const F zeta = (b - a) / (2 * g);
    const F t = (zeta < 0 ? F(-1) : F(1)) / (magnitude(zeta) + Format<F>::root(1 + zeta * zeta));
    if (t == 0) return true;  // zeta is beyond the numbers: one row is nothing beside the other
    const F c = 1 / Format<F>::root(1 + t * t), s = c * t;
    rotate(c, -s, x, y, n);
    rotate(c, -s, turns + i * n, turns + j * n, n);
    return false;
  }

  /// False where it takes too long.
  bool solve() {
    const F tolerance = Format<F>::epsilon * Format<F>::root(static_cast<F>(n));
    for (int sweep = 0; sweep < 60; ++sweep) {
      bool is_done = true;
      for (Count i = 0; i < n; ++i) {
        for (Count j = i + 1; j < n; ++j) is_done = orthogonalise(i, j, tolerance) && is_done;
      }
      if (is_done) return true;
    }
    return false;
  }
};

/// A row of length 1 orthogonal to the first `known` rows of v[n, n], in the next: what is left of the unit
/// vector of which most is left.
template <class F>
void complete_row(F* v, Count n, Count known) {
  F* row = v + known * n;
  Count best = 0;
  F most = -1;
  for (Count i = 0; i < n; ++i) {
    F left = 1;
    for (Count k = 0; k < known; ++k) left -= v[k * n + i] * v[k * n + i];
    if (left > most) {
      most = left;
      best = i;
    }
  }
  fill(row, n, F(0));
  row[best] = 1;
  for (int twice = 0; twice < 2; ++twice) {
    for (Count k = 0; k < known; ++k) add_scaled(-inner(v + k * n, row, n), v + k * n, row, n);
  }
  scale(1 / Format<F>::root(inner(row, row, n)), row, n);
}

/// The rows of v become columns, and the columns of u and v get their sign.
template <class F>
void orient_columns(F* u, F* v, Count m, Count n) {
  for (Count j = 0; j < n; ++j) {
    const F sign = sign_of_largest(u + j, m, n);
    for (Count i = 0; i < m; ++i) u[i * n + j] *= sign;
    scale(sign, v + j * n, n);
  }
  transpose(v, n);
}

/// result[1 + m + n, n] for a[m, n], m ≥ n: row 0 the singular values, descending; then U[m, n] and V[n, n],
/// whose columns j belong to value j: a = U diag(s) Vᵀ. The component of largest magnitude of each column of
/// U is positive. All NaN where a is not finite.
template <class F>
void svd(const F* a, Count m, Count n, F* result, F* work) {
  const Count elements = (1 + m + n) * n;
  F *scaled = work, *factors = scaled + m * n, *turns = factors + (m + n) * n, *values = turns + n * n;
  F *q = factors, *w = factors + m * n, *v = result + (1 + m) * n;
  const F power = balancing_power(largest_magnitude(a, m * n));
  for (Count k = 0; k < m * n; ++k) scaled[k] = a[k] * power;
  qr(scaled, m, n, factors, values + 2 * n);
  fill_identity(turns, n, n);
  RowRotations<F> rows{n, w, turns};
  if (!all_finite(w, n * n) || !rows.solve()) return fill_nan(result, elements);
  for (Count k = 0; k < n; ++k) values[k] = Format<F>::root(inner(w + k * n, w + k * n, n));
  // The rows of V first, in place of V; below this length a row has lost its direction.
  const F least = Format<F>::epsilon * Format<F>::epsilon;
  for (Count place = 0; place < n; ++place) {
    Count next = place;
    for (Count k = place + 1; k < n; ++k) next = values[k] > values[next] ? k : next;
    if (next != place) {
      swap_rows(w + place * n, w + next * n, n);
      swap_rows(turns + place * n, turns + next * n, n);
      swap_rows(values + place, values + next, 1);
    }
    const F value = values[place];
    result[place] = value / power;
    for (Count i = 0; i < n; ++i) v[place * n + i] = value > least ? w[place * n + i] / value : F(0);
    if (!(value > least)) complete_row(v, n, place);
    for (Count i = 0; i < m; ++i) result[(1 + i) * n + place] = inner(q + i * n, turns + place * n, n);
  }
  orient_columns(result + n, v, m, n);
}

}  // namespace dp::linear
