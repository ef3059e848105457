#pragma once
// Square matrices by elimination with partial pivoting: P A = L U. Golub & Van Loan, Matrix
// Computations, 3.4.

#include "support/linear/format.h"

namespace dp::linear {

/// f[n, n + 1]: U on and above the diagonal, L, whose diagonal is 1, below it; in the last column the row
/// that row k changed places with at step k. The pivot is the first largest of its column.
template <class F>
void lu(const F* a, Count n, F* f) {
  const Count width = n + 1;
  for (Count i = 0; i < n; ++i) copy(a + i * n, f + i * width, n);
  for (Count k = 0; k < n; ++k) {
    Count best = k;
    for (Count i = k + 1; i < n; ++i) {
      if (magnitude(f[i * width + k]) > magnitude(f[best * width + k])) best = i;
    }
    if (best != k) swap_rows(f + k * width, f + best * width, n);
    F* row = f + k * width;
    row[n] = static_cast<F>(best);
    for (Count i = k + 1; i < n; ++i) {
      F* other = f + i * width;
      if (row[k] != 0) other[k] /= row[k];
      add_scaled(-other[k], row + k + 1, other + k + 1, n - k - 1);
    }
  }
}

template <class F>
void apply_swaps(const F* f, Count n, Count m, bool backwards, F* x) {
  for (Count step = 0; step < n; ++step) {
    const Count k = backwards ? n - 1 - step : step;
    const F place = f[k * (n + 1) + n];  // of factors that are none it may be anything
    const Count other = place > k && place < n ? static_cast<Count>(place) : k;
    if (other != k) swap_rows(x + k * m, x + other * m, m);
  }
}

/// Solves with one of the factors, or its transpose, in place; `upper`: U, else L.
template <class F>
void factor_solve(const F* f, Count n, Count m, bool upper, bool transposed, F* x) {
  const Count width = n + 1;
  const bool from_first = upper == transposed;
  for (Count step = 0; step < n; ++step) {
    const Count i = from_first ? step : n - 1 - step;
    F* row = x + i * m;
    for (Count earlier = 0; earlier < step; ++earlier) {
      const Count k = from_first ? earlier : n - 1 - earlier;
      add_scaled(-(transposed ? f[k * width + i] : f[i * width + k]), x + k * m, row, m);
    }
    for (Count j = 0; upper && j < m; ++j) row[j] /= f[i * width + i];
  }
}

/// x[n, m] with A x = b (or Aᵀ x = b), from the factors of A; all NaN where A is singular.
template <class F>
void lu_solve(const F* f, const F* b, Count n, Count m, bool transposed, F* x) {
  for (Count k = 0; k < n; ++k) {
    const F pivot = f[k * (n + 1) + k];
    if (pivot == 0 || pivot - pivot != 0) return fill_nan(x, n * m);
  }
  copy(b, x, n * m);
  if (!transposed) apply_swaps(f, n, m, false, x);
  factor_solve(f, n, m, transposed, transposed, x);
  factor_solve(f, n, m, !transposed, transposed, x);
  if (transposed) apply_swaps(f, n, m, true, x);
}

/// (significand, exponent): the determinant is significand · 2^exponent, 1 ≤ |significand| < 2 but where it
/// is 0, infinite or NaN; so it neither overflows nor vanishes on the way.
template <class F>
void lu_det(const F* f, Count n, F* result) {
  F significand = 1, exponent = 0;
  for (Count k = 0; k < n; ++k) {
    significand *= f[k * (n + 1) + k];
    if (f[k * (n + 1) + n] != static_cast<F>(k)) significand = -significand;
    if (significand == 0 || significand - significand != 0) break;
    for (; magnitude(significand) >= 2; exponent += 1) significand *= F(0.5);
    for (; magnitude(significand) < 1; exponent -= 1) significand *= 2;
  }
  result[0] = significand;
  result[1] = significand == 0 ? F(0) : exponent;
}

}  // namespace dp::linear
