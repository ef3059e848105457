#pragma once
// The reduction of an angle: x = n pi/2 + (high + low) with |high| <= pi/4, for every finite x >= 0.
// Up to a limit, pi/2 in three parts is enough (Cody and Waite; with fma each part can be a full number: the
// first subtraction is exact). Beyond it, where angles are rarely, the product of x and 2/pi modulo 4 is
// formed from the bits of 2/pi that matter for x's exponent (Payne and Hanek, "Radian reduction for
// trigonometric functions", 1983).

#include <algorithm>
#include <vector>

#include "ir/math_common.h"

namespace dp::math {

template <class T>
struct Angle {
  T high, low;
  BitsOf<T> quadrant;  // n in the lowest two bits
};

template <class T>
Angle<T> near_angle(T x) {
  const T rounded = fma(x, by_format(x, 0x1.45f306p-1, 0x1.45f306dc9c883p-1), rounder(x));
  const T n = rounded - rounder(x);
  const T rest = fma(n, by_format(x, -0x1.921fb6p+0, -0x1.921fb54442d18p+0), x);
  const T second = by_format(x, 0x1.777a5cp-25, -0x1.1a62633145c07p-54);
  const T high = fma(n, second, rest);
  // What the second subtraction has lost. Where it has cancelled, the difference rest − high is itself
  // rounded.
  const T difference = rest - high;
  const T low = fma(n, second, difference) + ((rest - difference) - high);
  return {high, fma(n, by_format(x, 0x1.ee59dap-50, 0x1.f1976b7ed8fbcp-110), low), to_bits(rounded)};
}

/// The greatest x that near_angle is for.
template <class T>
T near_angle_limit(T x) {
  return by_format(x, 0x1p16, 0x1p30);
}

/// The sum of many terms in three parts, exact to three times the format's precision (Knuth's two-sum,
/// cascaded).
template <class T>
struct LongSum {
  T high, middle, low;

  static T add_to(T& sum, T term) {  // the rounding error
    const T total = sum + term;
    const T part = total - sum;
    const T error = (sum - (total - part)) + (term - part);
    sum = total;
    return error;
  }
  void add(T term) { low = low + add_to(middle, add_to(high, term)); }
};

/// The table from `index` on, a whole number: by its binary digits.
template <class T, std::size_t size>
std::vector<T> from_index(const double (&table)[size], T index, std::size_t count) {
  std::vector<T> rest;
  for (double number : table) rest.push_back(constant(index, number));
  for (std::size_t step = 16; step > 0; step /= 2) {
    const auto active = index >= static_cast<double>(step);
    index = select(active, index - static_cast<double>(step), index);
    const std::size_t kept = std::min(rest.size(), count + step - 1);
    for (std::size_t k = 0; k < kept; ++k)
      rest[k] = k + step < rest.size() ? select(active, rest[k + step], rest[k]) : rest[k];
    rest.resize(kept, index);
  }
  return rest;
}

/// x modulo 4, exact.
template <class T>
T modulo_4(T x) {
  return x - 4 * round_even(0.25 * x);
}

/// For x from 2 to the largest number. The pieces of 2/pi have as many bits as x's significand; those that
/// give multiples of 4 whole are passed over, the next five give all bits that matter.
template <class T>
Angle<T> far_angle(T x) {
  const double width = is_single(x) ? 24 : 53;
  const Split<T> parts = split_normal(x, 0x3f800000, 0x3ff0000000000000);
  const T exponent = parts.exponent - (width - 1);  // of the significand as a whole number
  const T skipped = floor((exponent - 1.5) * (1 / width));
  const T shift = exponent - width * skipped;
  T scaled = parts.significand * power_of_two(shift + (width - 1) + rounder(x, exponent_bias(x)));
  const T zero = constant(x, 0);
  LongSum<T> turns{zero, zero, zero};  // in quarters
  const std::vector<T> pieces = is_single(x) ? from_index(coefficients::two_over_pi_single, skipped + 1, 5)
                                             : from_index(coefficients::two_over_pi_double, skipped + 1, 5);
  for (std::size_t k = 0; k < 5; ++k) {
    const T product = scaled * pieces[k];
    turns.add(modulo_4(product));
    turns.add(modulo_4(fma(scaled, pieces[k], -product)));
    scaled = scaled * (is_single(x) ? 0x1p-24 : 0x1p-53);
  }
  const T n = round_even(turns.high);
  LongSum<T> rest{turns.high - n, zero, zero};
  rest.add(turns.middle);
  rest.add(turns.low);
  const T half_pi = by_format(x, 0x1.921fb6p+0, 0x1.921fb54442d18p+0);
  const T half_pi_low = by_format(x, -0x1.777a5cp-25, 0x1.1a62633145c07p-54);
  const T high = rest.high * half_pi;
  const T low = fma(rest.high, half_pi, -high) + fma(rest.high, half_pi_low, rest.middle * half_pi);
  return {high + (x - x), low, to_bits(n + rounder(x))};
}

/// f(angle of x), x >= 0; NaN of inf.
template <class T, class Function>
T on_angle(T x, Function f) {
  return select_rare(x > near_angle_limit(x), [&] { return f(far_angle(x)); }, f(near_angle(x)));
}

}  // namespace dp::math
