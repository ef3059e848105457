#pragma once
// The eigenvalues and eigenvectors of a symmetric matrix: Householder's reflections to three diagonals, then
// QR steps with Wilkinson's shift. Golub & Van Loan, Matrix Computations, 8.3.

#include "support/linear/qr.h"

namespace dp::linear {

inline Count eigh_work(Count n) { return 3 * n * n + 4 * n; }

/// A symmetric matrix with three diagonals, d and e, and its eigenvectors so far in the rows of z.
template <class F>
struct Tridiagonal {
  Count n;
  F *d, *e, *z;

  /// Takes out the elements beside the diagonal that count for nothing; true where block first..last is left
  /// with more than one element.
  bool find_block(Count& first, Count& last) {
    for (Count k = 0; k + 1 < n; ++k) {
      if (magnitude(e[k]) <= Format<F>::epsilon * (magnitude(d[k]) + magnitude(d[k + 1]))) e[k] = 0;
    }
    last = n - 1;
    while (last > 0 && e[last - 1] == 0) --last;
    first = last;
    while (first > 0 && e[first - 1] != 0) --first;
    return last > 0;
  }

  /// The eigenvalue of the last two rows' square that is nearer to the last element.
  F shift(Count last) const {
    const F b = e[last - 1], half = F(0.5) * (d[last - 1] - d[last]);
    const F large = magnitude(half) > magnitude(b) ? magnitude(half) : magnitude(b);
    const F length = large * Format<F>::root((half / large) * (half / large) + (b / large) * (b / large));
    return d[last] - b * (b / (half + (half < 0 ? -length : length)));
  }

  /// One step: a rotation in each pair of rows drives what stands outside the three diagonals down and out.
  void step(Count first, Count last) {
    F x = d[first] - shift(last), y = e[first];
    for (Count k = first; k < last; ++k) {
      const Rotation<F> turn(x, y);
      const F c = turn.c, s = turn.s, a = d[k], b = e[k], g = d[k + 1];
      if (k > first) e[k - 1] = turn.r;
      const F mixed = 2 * c * s * b;
      d[k] = c * c * a + mixed + s * s * g;
      d[k + 1] = s * s * a - mixed + c * c * g;
      e[k] = c * s * (g - a) + (c * c - s * s) * b;
      rotate(c, s, z + k * n, z + (k + 1) * n, n);
      x = e[k];
      if (k + 1 == last) break;
      y = s * e[k + 1];
      e[k + 1] *= c;
    }
  }

  /// False where it takes too long.
  bool solve() {
    Count first = 0, last = 0;
    for (Count left = 60 * n; n > 0 && find_block(first, last); --left) {
      if (left == 0) return false;
      step(first, last);
    }
    return true;
  }
};

/// a, symmetric, becomes three diagonals; the rows of z the vectors that they belong to. v holds n·n
/// elements, work 2n.
template <class F>
void make_tridiagonal(F* a, Tridiagonal<F>& to, F* v, F* work) {
  const Count n = to.n;
  F *p = work, *beta = p + n;
  for (Count k = 0; k + 2 < n; ++k) {
    const Count rest = n - k - 1;
    F* own = v + k * n;
    const Reflection<F> reflection(a + k * n + k + 1, 1, rest, own);
    beta[k] = reflection.beta;
    to.e[k] = reflection.alpha;
    if (beta[k] == 0) continue;
    fill(p, rest, F(0));
    F* corner = a + (k + 1) * n + k + 1;
    for (Count i = 0; i < rest; ++i) add_scaled(beta[k] * own[i], corner + i * n, p, rest);
    add_scaled(F(-0.5) * beta[k] * inner(p, own, rest), own, p, rest);
    for (Count i = 0; i < rest; ++i) {
      add_scaled(-own[i], p, corner + i * n, rest);
      add_scaled(-p[i], own, corner + i * n, rest);
    }
  }
  for (Count k = 0; k < n; ++k) to.d[k] = a[k * n + k];
  if (n > 1) to.e[n - 2] = a[(n - 2) * n + n - 1];
  fill_identity(to.z, n, n);
  for (Count k = n - 2; k-- > 0;) {
    reflect(beta[k], v + k * n, to.z + (k + 1) * n + k + 1, n - k - 1, n - k - 1, n, p);
  }
  transpose(to.z, n);
}

/// −1 where the first component of largest magnitude is negative, else 1.
template <class F>
F sign_of_largest(const F* x, Count count, Count stride) {
  F largest = 0;
  for (Count k = 0; k < count; ++k) {
    if (magnitude(x[k * stride]) > magnitude(largest)) largest = x[k * stride];
  }
  return largest < 0 ? F(-1) : F(1);
}

/// result[n, n + 1] for a[n, n]: column 0 the eigenvalues of (a + aᵀ)/2, ascending; column 1 + j the vector
/// of eigenvalue j, of length 1, its component of largest magnitude positive. All NaN where a is not finite.
template <class F>
void eigh(const F* a, Count n, F* result, F* work) {
  F *s = work, *v = s + n * n, *z = v + n * n, *d = z + n * n, *e = d + n, *rest = e + n;
  const F power = balancing_power(largest_magnitude(a, n * n));
  for (Count i = 0; i < n; ++i) {
    for (Count j = 0; j < n; ++j) s[i * n + j] = F(0.5) * (a[i * n + j] * power + a[j * n + i] * power);
  }
  Tridiagonal<F> diagonals{n, d, e, z};
  if (!all_finite(s, n * n)) return fill_nan(result, n * (n + 1));
  make_tridiagonal(s, diagonals, v, rest);
  if (!diagonals.solve()) return fill_nan(result, n * (n + 1));
  for (Count place = 0; place < n; ++place) {
    Count next = 0;  // the smallest that is left
    for (Count k = 1; k < n - place; ++k) next = d[k] < d[next] ? k : next;
    const F sign = sign_of_largest(z + next * n, n, 1);
    result[place * (n + 1)] = d[next] / power;
    for (Count i = 0; i < n; ++i) result[i * (n + 1) + 1 + place] = sign * z[next * n + i];
    d[next] = d[n - 1 - place];
    copy(z + (n - 1 - place) * n, z + next * n, n);
  }
}

}  // namespace dp::linear
