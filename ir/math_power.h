#pragma once
// pow, cbrt and whole powers.

#include "ir/math_exponential.h"

namespace dp::math {

/// A number in two parts, the second at most half a unit in the last place of the first.
template <class T>
struct Pair {
  T high, low;
};

/// Of numbers of which the first is larger, or 0 (Dekker).
template <class T>
Pair<T> fast_sum(T x, T y) {
  const T sum = x + y;
  return {sum, (x - sum) + y};
}
template <class T>
Pair<T> product(Pair<T> x, Pair<T> y) {
  const T high = x.high * y.high;
  return {high, fma(x.high, y.low, fma(x.low, y.high, fma(x.high, y.high, -high)))};
}

/// log2(x) of positive x to about 1.4 times the format's precision: x = 2^e c (1 + s) / (1 − s) with c = 1 or
/// 3/2 and |s| <= 0.1011; then 2 artanh s = 2 s + s³ (2/3 + s² R(s²)), in pairs but for R.
template <class T>
Pair<T> long_log2(T x) {
  const Split<T> parts = split(x, 0x3f5db3d7, 0x3febb67ae8584caa);  // from sqrt(3)/2
  const T m = parts.significand, one = constant(x, 1), zero = constant(x, 0);
  const auto upper = m > 1.2247449;  // sqrt(3/2)
  const T centre = select(upper, 1.5, one);
  const T above = m - centre, below = m + centre;
  const T below_low = m - (below - centre);
  const T reciprocal = 1 / below;
  const T s_high = above * reciprocal;
  const T s_low = fma(-s_high, below_low, fma(-s_high, below, above)) * reciprocal;
  const Pair<T> s{s_high, s_low}, square = product(s, s);
  const T correction =
      square.high * polynomial(square.high, coefficients::pow_single, coefficients::pow_double);
  Pair<T> factor = fast_sum(by_format(x, 0x1.555556p-1, 0x1.5555555555555p-1), correction);
  factor.low = factor.low + by_format(x, -0x1.555556p-26, 0x1.5555555555555p-55);
  const Pair<T> cubic = product(product(square, s), factor);
  Pair<T> natural = fast_sum(2 * s_high, cubic.high);
  natural.low = natural.low + fma(constant(x, 2), s_low, cubic.low);
  const Pair<T> factor_to_base2{by_format(x, 0x1.715476p+0, 0x1.71547652b82fep+0),
                                by_format(x, 0x1.4ae0cp-26, 0x1.777d0ffda0d24p-56)};
  const Pair<T> fraction = product(natural, factor_to_base2);
  const T centre_log = select(upper, by_format(x, 0x1.2b8034p-1, 0x1.2b803473f7ad1p-1), zero);
  const T centre_log_low = select(upper, by_format(x, 0x1.cfdeb4p-27, -0x1.817fd3b7d7e5dp-58), zero);
  const Pair<T> whole = fast_sum(parts.exponent, centre_log);
  const Pair<T> sum = fast_sum(whole.high, fraction.high);
  return fast_sum(sum.high, sum.low + ((whole.low + centre_log_low) + fraction.low));
}

/// x^y of positive finite x, finite y.
template <class T>
T power_of_positive(T x, T y) {
  const Pair<T> logarithm = long_log2(x);
  const T high = y * logarithm.high;
  const T low = fma(y, logarithm.low, fma(y, logarithm.high, -high));
  const T inside = at_least(at_most(high, 129, 1025), -152, -1077);
  const std::int64_t offset = 2 * exponent_bias(x);
  const T rounded = inside + rounder(x, offset);
  const T rest = inside - (rounded - rounder(x, offset));
  const T r = rest + select(inside == high, low, constant(x, 0));
  const T slope = polynomial(r, coefficients::exp2_single, coefficients::exp2_double);
  const auto [first, second] = two_powers(rounded);
  return fma(slope, r, constant(x, 1)) * first * second;
}

/// IEEE 754's pow: 1 where y = 0 or x = 1, NaN of negative x unless y is whole.
template <class T>
T pow(T x, T y) {
  const T size = abs(x), zero = constant(x, 0), one = constant(x, 1);
  // Beyond this every power is 0, 1 or inf, and every y even.
  const T exponent = at_least(at_most(y, 0x1p40, 0x1p70), -0x1p40, -0x1p70);
  const T inner = power_of_positive(size, exponent);
  const T at_zero = select(y < 0, infinity(x), zero);
  const T at_infinity = select(y < 0, zero, infinity(x));
  const T positive = select(size == 0, at_zero, select(size == infinity(x), at_infinity, inner));
  const auto whole = trunc(exponent) == exponent;
  const T half = 0.5 * exponent;
  const auto odd = whole & (trunc(half) != half);
  const T with_sign = select(odd, copysign(positive, x), positive);
  const T real = select((x < 0) & (size < infinity(x)) & !whole, not_a_number(x), with_sign);
  const T known = select((x != x) | (y != y), x + y, real);
  return select((y == 0) | (x == 1), one, known);
}

/// With m 2^(3 q) = |x|, 1 <= m < 8: a polynomial for m^(−1/3), one step of third order, then one of Newton's
/// for t = m^(1/3) with the remainder m − t³ nearly exact.
template <class T>
T cbrt(T x) {
  const T size = abs(x);
  const Split<T> parts = split(size, 0x3f800000, 0x3ff0000000000000);
  const T third = floor(fma(parts.exponent, constant(x, 1.0 / 3), constant(x, 0.1)));
  const T left = parts.exponent - 3 * third;
  const auto by_two = left == 1, by_four = left == 2;
  const T one = constant(x, 1);
  const T m = parts.significand * select(by_two, 2, select(by_four, 4, one));
  const T start = polynomial(parts.significand - 1.5, coefficients::cbrt_single, coefficients::cbrt_double) *
                  select(by_two, 0.79370052598409974, select(by_four, 0.62996052494743658, one));
  const T missing = fma(-(m * start), start * start, one);
  const T root = fma(start * missing, fma(missing, constant(x, 2.0 / 9), constant(x, 1.0 / 3)), start);
  const T square = root * root;
  const T t = m * square;
  const T remainder = fma(-(t * t), t, m);
  const T result = fma(remainder, square * (1.0 / 3), t) * power_of_two(third + rounder(x, exponent_bias(x)));
  return select((size > 0) & (size < infinity(x)), copysign(result, x), x);
}

/// x to a power known when the text is instantiated, by repeated squaring; a negative power by one division
/// (of integers, which have no reciprocals, 0).
template <class T>
T power(T x, std::int64_t exponent) {
  if constexpr (T::kind == Kind::integer) {
    if (exponent < 0) return constant(x, 0);
  } else {
    if (exponent < 0 && is_integer(x)) return constant(x, 0);
    if (exponent < 0) return 1 / power(x, -exponent);
  }
  T result = constant(x, 1), square = x;
  bool empty = true;
  for (auto rest = static_cast<std::uint64_t>(exponent); rest != 0; rest /= 2) {
    if (rest % 2 != 0) result = empty ? square : result * square;
    if (rest % 2 != 0) empty = false;
    if (rest > 1) square = square * square;
  }
  return result;
}

}  // namespace dp::math
