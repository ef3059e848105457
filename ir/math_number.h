#pragma once
// Functions of all numbers, whole or real: sign, max, min, mod, rem, and the rounded quotient of integers.

#include "ir/math_common.h"

namespace dp::math {

/// −1, 0 or 1; zeros keep their sign and NaN stays.
template <class T>
T sign(T x) {
  return select(x > 0, constant(x, 1), select(x < 0, constant(x, -1), x));
}

/// NaN if either is; x of equals.
template <class T>
T max(T x, T y) {
  return select((x < y) | (y != y), y, x);
}
template <class T>
T min(T x, T y) {
  return select((y < x) | (y != y), y, x);
}

/// Whether the machine cannot divide: y = 0, or the smallest x by −1, which wraps to x again. That y is not 0
/// callers check; here the quotient then counts as 0.
template <class T>
auto undefined_quotient(T x, T y) {
  return (y == 0) | ((y == -1) & (x == -x) & (x != 0));
}
template <class T>
T truncated_quotient(T x, T y) {
  const auto undefined = undefined_quotient(x, y);
  return select(y == 0, constant(x, 0), quotient(x, select(undefined, constant(x, 1), y)));
}
template <class T>
T integer_rem(T x, T y) {
  const auto undefined = undefined_quotient(x, y);
  const T divisor = select(undefined, constant(x, 1), y);
  return x - quotient(x, divisor) * divisor;
}
template <class T>
T integer_mod(T x, T y) {
  const T rest = integer_rem(x, y);
  return select((rest != 0) & ((rest ^ y) < 0), rest + y, rest);
}
template <class T>
T floor_div(T x, T y) {
  const T rest = integer_rem(x, y);
  return truncated_quotient(x, y) - select((rest != 0) & ((rest ^ y) < 0), constant(x, 1), constant(x, 0));
}

/// One step of long division: size less the largest multiple of `divisor` in it, for a quotient below 2^22
/// (2^51). fma gives the remainder exactly; the rounded quotient is at most one too large.
template <class T>
T divided_once(T size, T divisor) {
  const T rest = fma(-trunc(size / divisor), divisor, size);
  return select(rest < 0, rest + divisor, rest);
}

/// |x| modulo |y| whatever the quotient: long division, 22 (51) bits a step.
template <class T>
T divided_at_length(T size, T divisor) {
  const int bits = is_single(size) ? 22 : 51, steps = is_single(size) ? 13 : 42;
  for (int step = steps; step-- > 0;) {
    const int third = bits * step / 3;  // three factors, each of which is a number of the format
    const double last = std::ldexp(1.0, bits * step - 2 * third);
    const T scaled = divisor * std::ldexp(1.0, third) * std::ldexp(1.0, third) * last;
    size = select(size >= scaled, divided_once(size, scaled), size);
  }
  return size;
}

/// The remainder of x / y cut towards zero: exact, with the sign of x. NaN of infinite x or y = 0.
template <class T>
T real_rem(T x, T y) {
  const T size = abs(x), divisor = abs(y);
  const T common = divided_once(size, divisor);
  const auto long_quotient =
      (size >= divisor * by_format(x, 0x1p22, 0x1p51)) & (size < infinity(x)) & (divisor > 0);
  const T rest = select_rare(long_quotient, [&] { return divided_at_length(size, divisor); }, common);
  return copysign(select(size < divisor, size, rest), x);
}
/// x less y times the floor of x / y, of which only the last addition is rounded; a zero has the sign of y.
template <class T>
T real_mod(T x, T y) {
  const T rest = real_rem(x, y);
  const auto opposite = ((rest < 0) & (y > 0)) | ((rest > 0) & (y < 0));
  return select(rest == 0, copysign(rest, y), select(opposite, rest + y, rest));
}

template <class T>
T rem(T x, T y) {
  if constexpr (T::kind == Kind::integer)
    return integer_rem(x, y);
  else if constexpr (T::kind == Kind::real)
    return real_rem(x, y);
  else
    return is_integer(x) ? integer_rem(x, y) : real_rem(x, y);
}
template <class T>
T mod(T x, T y) {
  if constexpr (T::kind == Kind::integer)
    return integer_mod(x, y);
  else if constexpr (T::kind == Kind::real)
    return real_mod(x, y);
  else
    return is_integer(x) ? integer_mod(x, y) : real_mod(x, y);
}

}  // namespace dp::math
