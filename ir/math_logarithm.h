#pragma once
// log, log2, log10, log1p, asinh, acosh, atanh and softplus. All write the argument as 2^e (1 + f) with 1 + f
// between sqrt(1/2) and sqrt(2), take log(1 + f) = f + y with a small y, and add the parts with the rounding
// of the largest sum kept, so that the error stays below 1 ULP also where e log 2 and f nearly cancel.

#include "ir/math_exponential.h"

namespace dp::math {

/// log x = exponent * log 2 + f + y.
template <class T>
struct LogParts {
  T exponent, f, y;
};

/// y of log(1 + f) = f + y. f32: a polynomial. f64: with s = f / (2 + f), log(1 + f) = 2 artanh s
/// = f − f²/2 + s (f²/2 + R(s²)), which is the form of the freely known fdlibm (K. C. Ng, 1993).
template <class T>
T log_correction(T f) {
  const T square = f * f;
  if (is_single(f)) return fma(f * square, polynomial(f, coefficients::log_single), -0.5 * square);
  const T half_square = 0.5 * square;
  const T s = f / (2 + f);
  const T z = s * s;
  return fma(s, fma(z, polynomial(z, coefficients::log_double), half_square), -half_square);
}

inline constexpr std::int64_t sqrt_half_single = 0x3f3504f3, sqrt_half_double = 0x3fe6a09e667f3bcd;

/// For positive x.
template <class T>
LogParts<T> log_parts(T x) {
  const Split<T> parts = split(x, sqrt_half_single, sqrt_half_double);
  const T f = parts.significand - 1;
  return {parts.exponent, f, log_correction(f)};
}

/// Of 1 + x + tail, where that is at least 2^−100 (it may overflow: then NaN); tail far smaller than x.
template <class T>
LogParts<T> log_parts_of_sum(T x, T tail) {
  const T sum = 1 + x;
  const T part = sum - 1;
  const T rest = ((1 - (sum - part)) + (x - part)) + tail;  // what the sum has lost (Knuth)
  const Split<T> parts = split_normal(sum, sqrt_half_single, sqrt_half_double);
  // rest * 2^−exponent; of large sums it does not count, and the power could not be written.
  const auto field = parts.exponent_field;
  const auto power = constant(field, exponent_bias(x) << fraction_bits(x)) - field;
  const auto limit = constant(field, std::int64_t{100} << fraction_bits(x));
  const T scale = from_bits(select(field < limit, power, constant(field, 0)));
  const T f = fma(rest, scale, parts.significand - 1);
  return {parts.exponent, f, log_correction(f)};
}

/// exponent * log 2 + f + y as high + low: the exponent times the first part of log 2 is exact.
template <class T>
std::pair<T, T> natural_pair(const LogParts<T>& parts) {
  const auto [exponent, f, y] = parts;
  const T product = exponent * by_format(f, 0x1.62e4p-1, 0x1.62e42fefa38p-1);
  const T high = product + f;
  const T low = (product - high) + f;
  return {high, low + fma(exponent, by_format(f, 0x1.7f7d1cp-20, 0x1.ef35793c7673p-45), y)};
}
template <class T>
T natural(const LogParts<T>& parts) {
  const auto [high, low] = natural_pair(parts);
  return high + low;
}

/// exponent * unit + (f + y) * factor for another base, each constant in two parts.
template <class T>
T in_base(const LogParts<T>& parts, T unit, T unit_low, T factor, T factor_low) {
  const auto [exponent, f, y] = parts;
  const T turned = f * factor;
  const T turned_low = fma(y, factor, fma(f, factor_low, fma(f, factor, -turned)));
  const T product = exponent * unit;
  const T high = product + turned;
  const T low = (product - high) + turned;
  return high + (low + fma(exponent, unit_low, turned_low));
}

/// The logarithm where x is positive; −inf of 0, inf of inf, else NaN.
template <class T>
T with_log_domain(T x, T logarithm) {
  const T finite = select(x < infinity(x), logarithm, x);
  return select(x > 0, finite, select(x == 0, -infinity(x), not_a_number(x)));
}

template <class T>
T log(T x) {
  return with_log_domain(x, natural(log_parts(x)));
}

template <class T>
T log2(T x) {
  const T one = constant(x, 1), zero = constant(x, 0);
  const T factor = by_format(x, 0x1.715476p+0, 0x1.71547652b82fep+0);
  const T factor_low = by_format(x, 0x1.4ae0cp-26, 0x1.777d0ffda0d24p-56);
  return with_log_domain(x, in_base(log_parts(x), one, zero, factor, factor_low));
}

template <class T>
T log10(T x) {
  const T unit = by_format(x, 0x1.344p-2, 0x1.34413509f78p-2);
  const T unit_low = by_format(x, 0x1.3509f8p-18, 0x1.fef311f12b358p-46);
  const T factor = by_format(x, 0x1.bcb7b2p-2, 0x1.bcb7b1526e50ep-2);
  const T factor_low = by_format(x, -0x1.5b235ep-27, 0x1.95355baaafad3p-57);
  return with_log_domain(x, in_base(log_parts(x), unit, unit_low, factor, factor_low));
}

template <class T>
T log1p(T x) {
  const T result = natural(log_parts_of_sum(x, constant(x, 0)));
  const T inside = select(abs(x) < by_format(x, 0x1p-26, 0x1p-55), x, result);
  return with_log_domain(1 + x, inside);
}

/// max(x, 0) + log1p(e^−|x|).
template <class T>
T softplus(T x) {
  const T rest = natural(log_parts_of_sum(exp(-abs(x)), constant(x, 0)));
  return select(x < 0, constant(x, 0), x) + rest;
}

/// log(x + sqrt(x² + 1)) = log1p(x + x² / (1 + sqrt(x² + 1))) for x >= 0; log(2 x) where the square could
/// overflow.
template <class T>
T asinh(T x) {
  const T size = abs(x), one = constant(x, 1);
  const auto large = size > 0x1p60;
  const T small = select(large, one, size);
  const T quotient = small * small / (1 + sqrt(fma(small, small, one)));
  const T sum = small + quotient;
  const T tail = (small - sum) + quotient;
  LogParts<T> parts = log_parts_of_sum(select(large, size, sum), select(large, constant(x, 0), tail));
  parts.exponent = parts.exponent + select(large, one, constant(x, 0));
  return select(size < infinity(x), copysign(natural(parts), x), x);
}

/// log(x + sqrt(x² − 1)) = log1p(t + sqrt(t² + 2 t)), t = x − 1; log(2 x) where the square could overflow.
template <class T>
T acosh(T x) {
  const T one = constant(x, 1);
  const auto large = x > 0x1p60;
  const T t = select(large, one, x - 1);
  const T root = sqrt(fma(t, t, 2 * t));
  const T sum = root + t;
  const T tail = (root - sum) + t;
  LogParts<T> parts = log_parts_of_sum(select(large, x, sum), select(large, constant(x, 0), tail));
  parts.exponent = parts.exponent + select(large, one, constant(x, 0));
  const T finite = select(x < infinity(x), natural(parts), x);
  return select(x >= 1, finite, not_a_number(x));
}

/// log((1 + x) / (1 − x)) / 2 = log1p(2 x + 2 x² / (1 − x)) / 2.
template <class T>
T atanh(T x) {
  const T size = abs(x);
  const T doubled = 2 * size;
  const T sum = doubled + doubled * size / (1 - size);
  const T result = 0.5 * natural(log_parts_of_sum(sum, constant(x, 0)));
  const T finite = select(size == 1, infinity(x), not_a_number(x));
  return copysign(select(size < 1, result, finite), x);
}

}  // namespace dp::math
