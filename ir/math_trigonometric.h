#pragma once
// sin, cos, tan and their inverses. An angle is x = n pi/2 + (high + low), with a low part so that what
// cancels near multiples of pi/2 costs no accuracy; then polynomials in high, by the quadrant n.

#include "ir/math_angle.h"

namespace dp::math {

template <class T>
struct SineCosine {
  T sine, cosine;
  T sine_low, cosine_low;  // what their last rounding has lost
};

/// Of high + low, |high| <= pi/4.
template <class T>
SineCosine<T> sine_cosine(const Angle<T>& angle) {
  const auto& [high, low, quadrant] = angle;
  const T z = high * high;
  const T half = 0.5 * z, half_lost = 0.5 * fma(high, high, -z);
  const T main = 1 - half;
  const T sine_rest =
      fma(high * z, polynomial(z, coefficients::sin_single, coefficients::sin_double), low * main);
  const T sine = high + sine_rest;
  const T curve = fma(z * z, polynomial(z, coefficients::cos_single, coefficients::cos_double),
                      -fma(high, low, half_lost));
  const T cosine_rest = ((1 - main) - half) + curve;
  const T cosine = main + cosine_rest;
  return {sine, cosine, (high - sine) + sine_rest, (main - cosine) + cosine_rest};
}

/// x with the sign bit flipped where bit `place` of the quadrant is set.
template <class T>
T flipped_by(T x, BitsOf<T> quadrant, std::int64_t place) {
  const std::int64_t sign = is_single(x) ? 31 : 63;
  const auto mask = constant(quadrant, std::int64_t{1} << place);
  return from_bits(to_bits(x) ^ shift_left(quadrant & mask, constant(quadrant, sign - place)));
}

template <class T>
T sin_of(const Angle<T>& angle) {
  const SineCosine<T> values = sine_cosine(angle);
  return flipped_by(select((angle.quadrant & 1) != 0, values.cosine, values.sine), angle.quadrant, 1);
}

template <class T>
T cos_of(Angle<T> angle) {
  angle.quadrant = angle.quadrant + 1;
  return sin_of(angle);
}
template <class T>
T tan_of(const Angle<T>& angle) {
  const SineCosine<T> values = sine_cosine(angle);
  const auto odd = (angle.quadrant & 1) != 0;
  const T height = select(odd, values.cosine, values.sine), width = select(odd, values.sine, values.cosine);
  return flipped_by(height / width, angle.quadrant, 0);
}

/// result with its sign changed where x is negative, −0 included.
template <class T>
T odd_in(T x, T result) {
  return from_bits(to_bits(result) ^ (to_bits(x) ^ to_bits(abs(x))));
}

template <class T>
T sin(T x) {
  return odd_in(x, on_angle(abs(x), [](const Angle<T>& angle) { return sin_of(angle); }));
}
template <class T>
T cos(T x) {
  return on_angle(abs(x), [](const Angle<T>& angle) { return cos_of(angle); });
}
template <class T>
T tan(T x) {
  return odd_in(x, on_angle(abs(x), [](const Angle<T>& angle) { return tan_of(angle); }));
}

/// pi/2 in two parts.
template <class T>
T half_pi(T x) {
  return by_format(x, 0x1.921fb6p+0, 0x1.921fb54442d18p+0);
}
template <class T>
T half_pi_low(T x) {
  return by_format(x, -0x1.777a5cp-25, 0x1.1a62633145c07p-54);
}

/// asin(s) − s for 0 <= s <= 1/2, square = s².
template <class T>
T asin_correction(T s, T square) {
  return s * square * polynomial(square, coefficients::asin_single, coefficients::asin_double);
}

/// Above 1/2, asin(x) = pi/2 − 2 asin(sqrt((1 − x) / 2)).
template <class T>
T asin(T x) {
  const T size = abs(x);
  const auto large = size > 0.5;
  const T square = select(large, fma(size, constant(x, -0.5), constant(x, 0.5)), size * size);
  const T s = select(large, sqrt(square), size);
  const T correction = asin_correction(s, square);
  const T from_top = half_pi(x) - (2 * s + (2 * correction - half_pi_low(x)));
  return copysign(select(large, from_top, s + correction), x);
}

/// The same identity, and acos(x) = pi/2 − asin(x) between −1/2 and 1/2, acos(x) = pi − acos(−x).
template <class T>
T acos(T x) {
  const T size = abs(x);
  const auto large = size > 0.5;
  const T square = select(large, fma(size, constant(x, -0.5), constant(x, 0.5)), size * size);
  const T s = select(large, sqrt(square), x);
  const T correction = asin_correction(s, square);
  const T middle = half_pi(x) - (s + (correction - half_pi_low(x)));
  const T right = 2 * (s + correction);
  const T left = 2 * (half_pi(x) - (s + (correction - half_pi_low(x))));
  return select(large, select(x < 0, left, right), middle);
}

/// atan(t) as base + (t + correction), for 0 <= t = height / width.
template <class T>
struct ArcTangent {
  T base, base_low;  // 0, pi/4 or pi/2
  T t, correction;
};

/// f32: t above 1 is pi/2 − atan(1/t). f64, for a shorter polynomial: in between, pi/4 + atan((t − 1) / (t +
/// 1)).
template <class T>
ArcTangent<T> arc_tangent(T height, T width) {
  const T zero = constant(height, 0);
  if (is_single(height)) {
    const auto steep = height > width;
    const T t = select(steep, -width, height) / select(steep, height, width);
    const T z = t * t;
    return {select(steep, half_pi(t), zero), select(steep, half_pi_low(t), zero), t,
            t * z * polynomial(z, coefficients::atan_single)};
  }
  const auto middle = height > 0.41421356237309505 * width;
  const auto steep = height > 2.414213562373095 * width;
  const T above = select(steep, -width, select(middle, height - width, height));
  const T below = select(steep, height, select(middle, height + width, width));
  const T t = above / below;
  const T z = t * t;
  return {select(steep, half_pi(t), select(middle, 0.5 * half_pi(t), zero)),
          select(steep, half_pi_low(t), select(middle, 0.5 * half_pi_low(t), zero)), t,
          t * z * polynomial(z, coefficients::atan_double)};
}

template <class T>
T atan(T x) {
  const T limit = by_format(x, 0x1p30, 0x1p60);  // beyond it, pi/2
  const T size = abs(x);
  const auto [base, base_low, t, correction] = arc_tangent(select(size > limit, limit, size), constant(x, 1));
  return copysign(base + (t + (correction + base_low)), x);
}

/// The angle of the point (x, y): atan(|y| / |x|), mirrored where x is negative, with the sign of y.
template <class T>
T atan2(T y, T x) {
  const T one = constant(x, 1), zero = constant(x, 0);
  const T x_size = abs(x), y_size = abs(y);
  const auto both_zero = (x_size == 0) & (y_size == 0);
  const auto both_infinite = (x_size == infinity(x)) & (y_size == infinity(x));
  // Keeps the sum of the two from overflowing; what it makes denormal is too small to count.
  const auto huge = (x_size > by_format(x, 0x1p100, 0x1p1000)) | (y_size > by_format(x, 0x1p100, 0x1p1000));
  const T scale = select(huge, constant(x, 0.25), one);
  const T width = select(both_zero | both_infinite, one, x_size * scale);
  const T height = select(both_infinite, one, y_size * scale);
  const auto vertical = height == infinity(x), horizontal = width == infinity(x);
  const auto [base, base_low, t, correction] =
      arc_tangent(select(vertical, one, select(horizontal, zero, height)),
                  select(vertical, zero, select(horizontal, one, width)));
  const auto mirrored = is_negative(x);
  const T right = base + (t + (correction + base_low));
  const T left = (2 * half_pi(x) - base) - (t + (correction + (base_low - 2 * half_pi_low(x))));
  const T result = copysign(select(mirrored, left, right), y);
  return select((x != x) | (y != y), x + y, result);
}

}  // namespace dp::math
