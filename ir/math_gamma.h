#pragma once
// lgamma, digamma, trigamma. Right of a threshold Stirling's series; left of it the recurrence in x leads to
// one interval with a polynomial that contains the zero as a factor. Negative arguments by the reflection
// formulas (Abramowitz and Stegun, Handbook of Mathematical
// Functions, 6.1.17, 6.1.41, 6.3.7, 6.3.18, 6.4.7, 6.4.12).

#include "ir/math_logarithm.h"
#include "ir/math_trigonometric.h"

namespace dp::math {

/// Steps of the recurrence from the threshold (4 or 8) down to the interval of the polynomial.
template <class T>
int gamma_steps(T x) {
  return is_single(x) ? 2 : 6;
}
template <class T>
T gamma_threshold(T x) {
  return by_format(x, 4, 8);
}

inline constexpr double pi = 0x1.921fb54442d18p+1;

/// sin(pi x) and cos(pi x), x any real: x less the nearest whole number is exact.
template <class T>
T sin_pi(T x) {
  return sin(pi * (x - round_even(x)));
}

/// For x >= 0 and NaN. With a = x < 3/2: lgamma(x) = lgamma(x + 1) − log x, once more below 1/2.
template <class T>
T lgamma_positive(T x) {
  const T one = constant(x, 1);
  const auto small = x < 1.5, tiny = x < 0.5, large = x >= gamma_threshold(x);
  T y = x, product = one;
  for (int step = 0; step < gamma_steps(x); ++step) {
    const auto active = y >= 2.5;
    y = select(active, y - 1, y);
    product = select(active, product * y, product);
  }
  // The distance from 2 of x + 2, x + 1 or y: exact each time.
  const T distance = select(tiny, x, select(small, x - 1, y - 2));
  const T central = distance * polynomial(distance, coefficients::lgamma_single, coefficients::lgamma_double);
  const T left_product = select(tiny, x * (x + 1), x);
  const T logarithm = log(select(large, x, select(small, left_product, product)));
  const T w = 1 / x;
  const T series = polynomial(w * w, coefficients::stirling_single, coefficients::stirling_double);
  const T stirling = fma(x - 0.5, logarithm - 1, fma(w, series, constant(x, 0.41893853320467274178)));
  return select(large, stirling, select(small, central - logarithm, central + logarithm));
}

template <class T>
T lgamma(T x) {
  const T size = abs(x);
  const T right = lgamma_positive(size);
  return select_rare((x < 0) & (size > 0x1p-30) & (size < infinity(x)),
                     [&] { return log(pi / (size * abs(sin_pi(x)))) - right; }, right);
}

/// For x >= 0 and NaN; −inf of +0, inf of −0.
template <class T>
T digamma_positive(T x) {
  const T one = constant(x, 1), zero = constant(x, 0);
  const auto small = x < 1, large = x >= gamma_threshold(x);
  T y = x, numerator = zero, denominator = one;
  for (int step = 0; step < gamma_steps(x); ++step) {
    const auto active = y >= 2;
    y = select(active, y - 1, y);
    numerator = select(active, fma(numerator, y, denominator), numerator);
    denominator = select(active, denominator * y, denominator);
  }
  numerator = select(large, one, select(small, -one, numerator));
  denominator = select(large | small, x, denominator);
  const T quotient = numerator / denominator;
  // The zero in two parts.
  const T distance = select(small, x - 0.5, y - 1.5);
  const T from_zero = (distance - by_format(x, -0x1.3a4f3ap-5, -0x1.3a4f395283812p-5)) -
                      by_format(x, 0x1.5af8fep-30, -0x1.e563779a1f5b1p-60);
  const T central = fma(
      from_zero, polynomial(distance, coefficients::digamma_single, coefficients::digamma_double), quotient);
  const T square = quotient * quotient;
  const T series = polynomial(square, coefficients::digamma_tail_single, coefficients::digamma_tail_double);
  const T tail = log(x) - fma(square, series, 0.5 * quotient);
  return select(large, tail, central);
}

/// NaN at the negative whole numbers.
template <class T>
T digamma(T x) {
  const auto left = x < 0;
  const T right = digamma_positive(select(left, 1 - x, x));
  return select_rare(
      left,
      [&] {
        const T fraction = x - round_even(x);
        const T reflected = right - pi / tan(pi * fraction);
        return select(fraction == 0, not_a_number(x), reflected);
      },
      right);
}

/// For x >= 0 and NaN: 1/x² + 1/(x + 1)² + … as one fraction up to the threshold.
template <class T>
T trigamma_positive(T x) {
  const auto large = x >= gamma_threshold(x);
  const T zero = constant(x, 0), reciprocal = 1 / x;
  T y = select(large, x, x + 1), numerator = zero, denominator = constant(x, 1);
  for (int step = 0; step < (is_single(x) ? 3 : 7); ++step) {
    const auto active = y < gamma_threshold(x);
    const T square = y * y;
    numerator = select(active, fma(numerator, square, denominator), numerator);
    denominator = select(active, denominator * square, denominator);
    y = select(active, y + 1, y);
  }
  const T w = 1 / y;
  const T square = w * w;
  const T series = polynomial(square, coefficients::trigamma_tail_single, coefficients::trigamma_tail_double);
  const T tail = w + fma(square * w, series, 0.5 * square);
  return select(large, zero, reciprocal * reciprocal) + (numerator / denominator + tail);
}

template <class T>
T trigamma(T x) {
  const auto left = x < 0;
  const T right = trigamma_positive(select(left, 1 - x, x));
  return select_rare(
      left,
      [&] {
        const T quotient = pi / sin_pi(x);
        return quotient * quotient - right;
      },
      right);
}

}  // namespace dp::math
