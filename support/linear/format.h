#pragma once
// What the matrix routines need to know of a format of reals, and the few loops that they are made of. The
// routines (support/linear/) are our own, not LAPACK's: their bits must not depend on the machine, and a
// library that is built must need nothing at run time. They are templates, instantiated by the interpreter
// (ir/interpret_call.h, in the reference format too) and by the runtime of compiled code
// (runtime/abi/call.cpp); no sum is reassociated and nothing is contracted, so both give the same bits.
//
// Matrices are dense and row-major. What cannot be computed becomes NaN; every iteration has a limit.

#include <cmath>
#include <cstdint>

namespace dp::linear {

/// Of a format F: `epsilon`, the distance of 1 to the next number, `largest_power`, about the largest power
/// of two, and `root`, the square root.
template <class F>
struct Format;
template <>
struct Format<float> {
  static constexpr float epsilon = 0x1p-23F, largest_power = 0x1p120F;
  static float root(float x) { return std::sqrt(x); }
};
template <>
struct Format<double> {
  static constexpr double epsilon = 0x1p-52, largest_power = 0x1p1000;
  static double root(double x) { return std::sqrt(x); }
};

using Count = std::int64_t;

template <class F>
F magnitude(F x) {
  return x < 0 ? -x : x;
}

template <class F>
void fill(F* to, Count count, F value) {
  for (Count k = 0; k < count; ++k) to[k] = value;
}
template <class F>
void copy(const F* from, F* to, Count count) {
  for (Count k = 0; k < count; ++k) to[k] = from[k];
}
template <class F>
void fill_nan(F* to, Count count) {
  fill(to, count, static_cast<F>(__builtin_nan("")));
}
template <class F>
void fill_identity(F* to, Count rows, Count columns) {
  fill(to, rows * columns, F(0));
  for (Count k = 0; k < rows && k < columns; ++k) to[k * columns + k] = 1;
}

template <class F>
void swap_rows(F* x, F* y, Count count) {
  for (Count k = 0; k < count; ++k) {
    const F other = x[k];
    x[k] = y[k];
    y[k] = other;
  }
}
/// x[n, n] becomes its transpose.
template <class F>
void transpose(F* x, Count n) {
  for (Count i = 0; i < n; ++i) {
    for (Count j = 0; j < i; ++j) {
      const F other = x[i * n + j];
      x[i * n + j] = x[j * n + i];
      x[j * n + i] = other;
    }
  }
}

/// y += a x
template <class F>
void add_scaled(F a, const F* __restrict x, F* __restrict y, Count count) {
  for (Count k = 0; k < count; ++k) y[k] += a * x[k];
}
template <class F>
void scale(F a, F* x, Count count) {
  for (Count k = 0; k < count; ++k) x[k] *= a;
}

/// Σ x[k] y[k] in eight sums, element k in sum k mod 8, which are then added by halves.
template <class F>
F inner(const F* x, const F* y, Count count) {
  F sums[8] = {};
  Count k = 0;
  for (; k + 8 <= count; k += 8) {
    for (Count lane = 0; lane < 8; ++lane) sums[lane] += x[k + lane] * y[k + lane];
  }
  for (Count lane = 0; k < count; ++k, ++lane) sums[lane] += x[k] * y[k];
  for (Count half = 4; half > 0; half /= 2) {
    for (Count lane = 0; lane < half; ++lane) sums[lane] += sums[lane + half];
  }
  return sums[0];
}

template <class F>
F largest_magnitude(const F* x, Count count) {
  F largest = 0;
  for (Count k = 0; k < count; ++k) largest = magnitude(x[k]) > largest ? magnitude(x[k]) : largest;
  return largest;
}
template <class F>
bool all_finite(const F* x, Count count) {
  for (Count k = 0; k < count; ++k) {
    if (!(x[k] - x[k] == 0)) return false;
  }
  return true;
}

/// The power of two that takes a finite number above 0 into [1/2, 1): with it squares neither overflow nor
/// vanish, and nothing is rounded. 1 for 0 and infinity. Of denormals one that is still finite.
template <class F>
F balancing_power(F largest) {
  F power = 1;
  if (!(largest > 0) || largest - largest != 0) return power;
  while (largest >= 1) {
    largest *= F(0.5);
    power *= F(0.5);
  }
  while (largest < F(0.5) && power < Format<F>::largest_power) {
    largest *= 2;
    power *= 2;
  }
  return power;
}

/// c, s with c x + s y = r = the root of x² + y², and −s x + c y = 0.
template <class F>
struct Rotation {
  F c = 1, s = 0, r = 0;

  Rotation(F x, F y) {
    const F large = magnitude(x) > magnitude(y) ? magnitude(x) : magnitude(y);
    if (large == 0) return;
    const F u = x / large, v = y / large;
    const F length = Format<F>::root(u * u + v * v);
    c = u / length;
    s = v / length;
    r = large * length;
  }
};

/// (x, y) becomes (c x + s y, −s x + c y), element by element.
template <class F>
void rotate(F c, F s, F* __restrict x, F* __restrict y, Count count) {
  for (Count k = 0; k < count; ++k) {
    const F u = x[k], v = y[k];
    x[k] = c * u + s * v;
    y[k] = c * v - s * u;
  }
}

}  // namespace dp::linear
