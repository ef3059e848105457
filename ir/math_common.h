#pragma once
// What the functions of ir/math.h share: constants that depend on the format, polynomials, and the two ways
// between a real and its exponent. Everything is written over the scalar concept (ir/scalar.h) and
// branch-free: "if" only asks for the format, which is known when the text is instantiated or code is
// generated.

#include <cstddef>
#include <limits>
#include <utility>

#include "ir/math_coefficients.h"
#include "ir/scalar.h"

namespace dp::math {

/// The type of the bits of a real.
template <class T>
using BitsOf = decltype(to_bits(std::declval<T>()));

/// A number of x's format, the one that belongs to it.
template <class T>
T by_format(T x, double single, double full) {
  return constant(x, is_single(x) ? single : full);
}
template <class T>
T infinity(T x) {
  return constant(x, std::numeric_limits<double>::infinity());
}
template <class T>
T not_a_number(T x) {
  return constant(x, std::numeric_limits<double>::quiet_NaN());
}

/// Bits of the fraction: 23 or 52.
template <class T>
std::int64_t fraction_bits(T x) {
  return is_single(x) ? 23 : 52;
}
/// What is added to an exponent in the bits: 127 or 1023.
template <class T>
std::int64_t exponent_bias(T x) {
  return is_single(x) ? 127 : 1023;
}

/// coefficients[0] + coefficients[1] x + …, by Horner's rule with fma.
template <class T, std::size_t count>
T polynomial(T x, const double (&coefficients)[count]) {
  T sum = constant(x, coefficients[count - 1]);
  for (std::size_t k = count - 1; k-- > 0;) sum = fma(sum, x, constant(x, coefficients[k]));
  return sum;
}
template <class T, std::size_t single_count, std::size_t double_count>
T polynomial(T x, const double (&single)[single_count], const double (&full)[double_count]) {
  return is_single(x) ? polynomial(x, single) : polynomial(x, full);
}

/// 1.5 * 2^fraction_bits: added to a small real it rounds it to a whole number, half to even, which then
/// stands in the lowest bits; taking it away again gives that number as a real.
template <class T>
T rounder(T x, std::int64_t offset = 0) {
  return constant(x, (is_single(x) ? 0x1.8p23 : 0x1.8p52) + static_cast<double>(offset));
}

/// 2^k for the whole number k that stands, with the bias added, in the lowest bits of `rounded`.
template <class T>
T power_of_two(T rounded) {
  return from_bits(shift_left(to_bits(rounded), constant(to_bits(rounded), fraction_bits(rounded))));
}

/// Two powers of two whose product is 2^k, where k with twice the bias added stands in the lowest bits of
/// `rounded`; from below the smallest denormal to above the largest number.
template <class T>
std::pair<T, T> two_powers(T rounded) {
  const auto like = to_bits(rounded);
  const auto sum = shift_left(like, constant(like, fraction_bits(rounded)));
  const auto whole = constant(like, -(std::int64_t{1} << fraction_bits(rounded)));
  const auto first = shift_right(sum, constant(like, 1)) & whole;
  return {from_bits(first), from_bits(sum - first)};
}

/// x = significand * 2^exponent, significand from `low` up to twice it.
template <class T>
struct Split {
  T exponent, significand;
  BitsOf<T> exponent_field;  // exponent in the place where it stands in a real, no bias added
};

/// For positive x that is neither denormal nor infinite; `low_bits`: those of `low` in x's format, in (1/2,
/// 1].
template <class T>
Split<T> split_normal(T x, std::int64_t single_low_bits, std::int64_t double_low_bits) {
  const auto bits = to_bits(x);
  const std::int64_t fraction = fraction_bits(x), bias = exponent_bias(x);
  const auto low = constant(bits, is_single(x) ? single_low_bits : double_low_bits);
  const auto distance = bits - low;
  const auto field = distance & constant(bits, -(std::int64_t{1} << fraction));
  // The exponent as a real, without a conversion: the biased exponent becomes the lowest bits of 2^fraction.
  const auto biased = shift_right(distance + constant(bits, bias << fraction), constant(bits, fraction));
  const double power = is_single(x) ? 0x1p23 : 0x1p52;
  const T exponent = from_bits(biased + constant(bits, (bias + fraction) << fraction)) -
                     constant(x, power + static_cast<double>(bias));
  return {exponent, from_bits(bits - field), field};
}

/// The same for denormals too.
template <class T>
Split<T> split(T x, std::int64_t single_low_bits, std::int64_t double_low_bits) {
  const auto denormal = x < by_format(x, 0x1p-126, 0x1p-1022);
  const T scaled = select(denormal, x * by_format(x, 0x1p24, 0x1p54), x);
  Split<T> result = split_normal(scaled, single_low_bits, double_low_bits);
  result.exponent = select(denormal, result.exponent - by_format(x, 24, 54), result.exponent);
  return result;
}

/// x / y with one step of correction, for a y that is known better than rounded: y + y_rest.
template <class T>
T corrected_quotient(T x, T y, T y_rest) {
  const T reciprocal = 1 / y;
  const T quotient = x * reciprocal;
  return fma(fma(-quotient, y_rest, fma(-quotient, y, x)), reciprocal, quotient);
}

/// Whether the sign bit is set: also of −0.
template <class T>
auto is_negative(T x) {
  return to_bits(x) < 0;
}

}  // namespace dp::math
