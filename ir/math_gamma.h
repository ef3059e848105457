#pragma once
// lgamma, digamma, trigamma. Right of a threshold Stirling's series; left of it the recurrence in x leads to
// one interval with a polynomial that contains the zero as a factor. Negative arguments by the reflection
// formulas (Abramowitz and Stegun, Handbook of Mathematical
// Functions, 6.1.17, 6.1.41, 6.3.7, 6.3.18, 6.4.7, 6.4.12).

#include "ir/math_logarithm.h"
#include "ir/math_trigonometric.h"

namespace dp::math {

/// Steps of the recurrence from the threshold (3 or 4) down to the interval of the polynomial.
template <class T>
int gamma_steps(T x) {
  return is_single(x) ? 1 : 2;
}
template <class T>
T gamma_threshold(T x) {
  return by_format(x, 3, 4);
}

/// pi times x less the nearest whole number, which is exact, as an angle; the sign of x left out.
template <class T>
Angle<T> angle_of_pi_times(T x) {
  const T fraction = abs(x - round_even(x));
  const auto upper = fraction > 0.25;
  const T inside = select(upper, 0.5 - fraction, fraction);
  const T turn = 2 * half_pi(x);
  const T high = inside * turn;
  const T low = fma(inside, 2 * half_pi_low(x), fma(inside, turn, -high));
  const auto like = to_bits(x);
  return {high, low, select(upper, constant(like, 1), constant(like, 0))};
}

/// |sin(pi x)| as a pair; 0 exactly at whole numbers.
template <class T>
std::pair<T, T> sine_of_pi_times(T x) {
  const Angle<T> angle = angle_of_pi_times(x);
  const SineCosine<T> values = sine_cosine(angle);
  const auto upper = angle.quadrant == 1;
  return {select(upper, values.cosine, values.sine), select(upper, values.cosine_low, values.sine_low)};
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

/// log(pi / |x sin(pi x)|) − lgamma(|x|) for x < 0 (6.1.17), with the roundings of the quotient carried into
/// the logarithm and its own into the difference.
template <class T>
T lgamma_reflected(T x, T right) {
  const T size = abs(x);
  const auto [sine, sine_low] = sine_of_pi_times(x);
  const T divisor = size * sine;
  const T divisor_low = fma(size, sine_low, fma(size, sine, -divisor));
  const T turn = 2 * half_pi(x), turn_low = 2 * half_pi_low(x);
  const T quotient = turn / divisor;
  const T missing = fma(-quotient, divisor_low, fma(-quotient, divisor, turn) + turn_low);
  LogParts<T> parts = log_parts(quotient);
  parts.y = fma(missing, constant(x, 0.31830988618379067), parts.y);
  const auto [high, low] = natural_pair(parts);
  return select(sine == 0, infinity(x), (high - right) + low);
}

template <class T>
T lgamma(T x) {
  const T size = abs(x);
  const T right = lgamma_positive(size);
  const auto reflect = (x < 0) & (size > by_format(x, 0x1p-30, 0x1p-60)) & (size < infinity(x));
  return select_rare(reflect, [&] { return lgamma_reflected(x, right); }, right);
}

/// For x > −2^−30 and NaN; −inf of +0, inf of −0.
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

/// digamma(1 − x) − pi cot(pi x) for x < 0 (6.3.7).
template <class T>
T digamma_reflected(T x, T right) {
  const T fraction = x - round_even(x);
  const SineCosine<T> values = sine_cosine(angle_of_pi_times(x));
  const auto upper = abs(fraction) > 0.25;
  const T cosine = select(upper, values.sine, values.cosine),
          sine = select(upper, values.cosine, values.sine);
  const T cosine_low = select(upper, values.sine_low, values.cosine_low);
  const T sine_low = select(upper, values.cosine_low, values.sine_low);
  const T turn = 2 * half_pi(x);
  const T numerator = turn * cosine;
  const T numerator_low =
      fma(turn, cosine_low, fma(2 * half_pi_low(x), cosine, fma(turn, cosine, -numerator)));
  const T cotangent = corrected_quotient(numerator, sine, sine_low) + numerator_low / sine;
  return select(fraction == 0, not_a_number(x), right - copysign(cotangent, fraction));
}

/// NaN at the negative whole numbers.
template <class T>
T digamma(T x) {
  const auto left = x < -0x1p-30;  // nearer to 0 the recurrence will do
  const T right = digamma_positive(select(left, 1 - x, x));
  return select_rare(left, [&] { return digamma_reflected(x, right); }, right);
}

/// For x >= 0 and NaN: 1/x² + 1/(x + 1)² + … as one fraction up to the threshold.
template <class T>
T trigamma_positive(T x) {
  const auto large = x >= gamma_threshold(x);
  const T zero = constant(x, 0);
  T y = select(large, x, x + 1), numerator = zero, denominator = constant(x, 1);
  for (int step = 0; step < (is_single(x) ? 2 : 3); ++step) {
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
  return select(large, zero, 1 / x / x) + (numerator / denominator + tail);
}

template <class T>
T trigamma(T x) {
  const auto left = x < -0x1p-30;  // nearer to 0, x and −x give the same
  const T right = trigamma_positive(select(left, 1 - x, abs(x)));
  return select_rare(
      left,
      [&] {
        const auto [sine, sine_low] = sine_of_pi_times(x);
        const T square = sine * sine;
        const T square_low = fma(sine, sine, -square) + 2 * sine * sine_low;
        // pi² = high (1 + excess)
        const T high = by_format(x, 0x1.3bd3ccp+3, 0x1.3bd3cc9be45dep+3);
        const T excess = by_format(x, 0x1.f972040000000p-26, 0x1.24c0cd0f08fe2p-54);
        const T reflected = corrected_quotient(high, square, square_low - excess * square) - right;
        return select(sine == 0, infinity(x), reflected);
      },
      right);
}

}  // namespace dp::math
