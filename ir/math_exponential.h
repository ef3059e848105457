#pragma once
// exp, expm1, exp2, sinh, cosh, tanh and sigmoid. All write x = n log 2 + r with |r| <= log(2) / 2, take a
// polynomial in r and scale by powers of two: in two steps where the result may be denormal, so that it is
// rounded once.

#include "ir/math_common.h"

namespace dp::math {

/// e^x = (1 + excess) * 2^n, n + offset in the lowest bits of `rounded`.
template <class T>
struct ReducedExponential {
  T excess, rounded;
};

/// r of x + tail = n log 2 + r; log 2 in two parts, of which n times the first is subtracted exactly.
template <class T>
T reduced_by_log2(T x, T n) {
  const T r = fma(n, by_format(x, -0x1.62e43p-1, -0x1.62e42fefa39efp-1), x);
  return fma(n, by_format(x, 0x1.05c61p-29, -0x1.abc9e3b39803fp-56), r);
}

template <class T>
T rounded_by_log2(T x, std::int64_t offset) {
  return fma(x, by_format(x, 1.4426950408889634074, 1.4426950408889634074), rounder(x, offset));
}

/// x within the range of exponents that two_powers covers; `tail` is far smaller than x and added to it.
template <class T>
ReducedExponential<T> reduce_exponential(T x, T tail, std::int64_t offset) {
  const T rounded = rounded_by_log2(x, offset);
  const T r = reduced_by_log2(x, rounded - rounder(x, offset)) + tail;
  return {fma(r * r, polynomial(r, coefficients::exp_single, coefficients::exp_double), r), rounded};
}
template <class T>
ReducedExponential<T> reduce_exponential(T x, std::int64_t offset) {
  const T rounded = rounded_by_log2(x, offset);
  const T r = reduced_by_log2(x, rounded - rounder(x, offset));
  return {fma(r * r, polynomial(r, coefficients::exp_single, coefficients::exp_double), r), rounded};
}

/// x, but at least `low` and at most `high` (numbers of f32 and of f64); NaN stays.
template <class T>
T at_most(T x, double single_high, double double_high) {
  const T high = by_format(x, single_high, double_high);
  return select(x > high, high, x);
}
template <class T>
T at_least(T x, double single_low, double double_low) {
  const T low = by_format(x, single_low, double_low);
  return select(x < low, low, x);
}

/// factor * e^(x + tail), rounded once where it is denormal; tail far smaller than x.
template <class T>
T scaled_exp(T x, T tail, T factor) {
  const T inside = at_least(at_most(x, 89, 710), -106, -750);
  const auto [excess, rounded] = reduce_exponential(inside, tail, 2 * exponent_bias(x));
  const auto [first, second] = two_powers(rounded);
  const T scaled = factor * first;
  return fma(scaled, excess, scaled) * second;
}

/// 1 + r + r² p(r): for e^r alone a little more accurate than 1 + excess.
template <class T>
T exp(T x) {
  const T inside = at_least(at_most(x, 89, 710), -104, -746);
  const std::int64_t offset = 2 * exponent_bias(x);
  const T rounded = rounded_by_log2(inside, offset);
  const T r = reduced_by_log2(inside, rounded - rounder(x, offset)), one = constant(x, 1);
  const T slope = fma(r, polynomial(r, coefficients::exp_single, coefficients::exp_double), one);
  const auto [first, second] = two_powers(rounded);
  return fma(slope, r, one) * first * second;
}

template <class T>
T exp2(T x) {
  const T inside = at_least(at_most(x, 129, 1025), -151, -1076);
  const std::int64_t offset = 2 * exponent_bias(x);
  const T rounded = inside + rounder(x, offset);
  const T r = inside - (rounded - rounder(x, offset));
  const T slope = polynomial(r, coefficients::exp2_single, coefficients::exp2_double);
  const auto [first, second] = two_powers(rounded);
  return fma(slope, r, constant(x, 1)) * first * second;
}

/// (e^x − 1) / 2 for x up to the logarithm of the largest number; half of it, lest 2^n overflow.
template <class T>
T half_expm1(T x) {
  const auto [excess, rounded] = reduce_exponential(at_least(x, -20, -40), exponent_bias(x) - 1);
  const T half_scale = power_of_two(rounded);
  return fma(half_scale, excess, half_scale - 0.5);
}

template <class T>
T expm1(T x) {
  const T result = 2 * half_expm1(at_most(x, 89, 710));
  return select(abs(x) < by_format(x, 0x1p-26, 0x1p-55), x, result);
}

/// e^|x| / 4 = sum + difference, e^−|x| / 4 = sum − difference, each split as a power of two times cosh r +
/// sinh r.
template <class T>
struct Hyperbolic {
  T sum, difference;    // (2^n ± 2^−n) / 4
  T sinh, cosh_minus1;  // of r
};

template <class T>
Hyperbolic<T> reduce_hyperbolic(T x) {
  const T inside = at_most(abs(x), 89.5, 710.5);
  const std::int64_t offset = exponent_bias(x) - 2;
  const T rounded = rounded_by_log2(inside, offset);
  const T r = reduced_by_log2(inside, rounded - rounder(x, offset));
  const T square = r * r;
  const T grown = power_of_two(rounded);
  // The bits of 2^(−n−2); where its exponent leaves the format it is too small to count.
  const auto shrunk = constant(to_bits(x), (2 * offset) << fraction_bits(x)) - to_bits(grown);
  const T fallen = from_bits(select(shrunk > 0, shrunk, constant(shrunk, 0)));
  return {grown + fallen, grown - fallen,
          fma(square * r, polynomial(square, coefficients::sinh_single, coefficients::sinh_double), r),
          square * polynomial(square, coefficients::cosh_single, coefficients::cosh_double)};
}

template <class T>
T sinh(T x) {
  const Hyperbolic<T> e = reduce_hyperbolic(x);
  const T result = 2 * (e.difference + fma(e.difference, e.cosh_minus1, e.sum * e.sinh));
  return select(abs(x) < by_format(x, 0x1p-13, 0x1p-27), x, copysign(result, x));
}

template <class T>
T cosh(T x) {
  const Hyperbolic<T> e = reduce_hyperbolic(x);
  return 2 * (e.sum + fma(e.sum, e.cosh_minus1, e.difference * e.sinh));
}

/// expm1(2 |x|) / (expm1(2 |x|) + 2).
template <class T>
T tanh(T x) {
  const T half = half_expm1(2 * at_most(abs(x), 10, 20));
  const T divisor = half + 1;
  return copysign(corrected_quotient(half, divisor, half - (divisor - 1)), x);
}

template <class T>
T sigmoid(T x) {
  const T e = exp(-abs(x));
  return select(x < 0, e, constant(x, 1)) / (1 + e);
}

}  // namespace dp::math
