#pragma once
// The error of a computed number in units in the last place: what bench/ulp prints and the accuracy tests
// hold.

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>

#include "ir/quad.h"

namespace dp::ulp {

/// The distance of neighbouring numbers of format F at a number of that size, at least that of denormals.
template <class F>
double spacing(double size) {
  const int lowest = std::numeric_limits<F>::min_exponent - std::numeric_limits<F>::digits;
  const int exponent = size > 0 ? std::ilogb(size) + 1 - std::numeric_limits<F>::digits : lowest;
  return std::ldexp(1.0, exponent > lowest ? exponent : lowest);
}

/// |result − exact| in units of the last place of `exact`, or of `floor` where that is larger. Infinite where
/// one is NaN and the other not, where a number that rounds to a finite one became infinite, or where a zero
/// has the wrong sign; 0 where both are NaN or the same infinity.
template <class F, class Exact>
double error(F result, Exact exact, double floor = 0) {
  constexpr double wrong = std::numeric_limits<double>::infinity();
  if (exact != exact) return result != result ? 0 : wrong;
  if (result != result) return wrong;
  const F rounded = static_cast<F>(exact);
  if (std::isinf(rounded) || std::isinf(result)) return rounded == result ? 0 : wrong;
  if (exact == 0 && result == 0 && std::signbit(rounded) != std::signbit(result)) return wrong;
  const double size = std::fabs(static_cast<double>(exact));
  const Exact difference = static_cast<Exact>(result) - exact;  // may be below the denormals of a double
  return std::fabs(static_cast<double>(difference / spacing<F>(size > floor ? size : floor)));
}

/// Arguments that reach every part of a function: any bits, any moderate exponent, and evenly between −12
/// and 12.
template <class F>
class Samples {
 public:
  F next() {
    const std::uint64_t bits = generator_();
    const double fraction = static_cast<double>(bits >> 11) * 0x1p-53;
    const double sign = (bits & 16) != 0 ? -1 : 1;
    if (bits % 4 == 0) return any(generator_());
    if (bits % 4 == 1) return static_cast<F>(24 * fraction - 12);
    const int exponent = static_cast<int>(generator_() % 44) - 32;
    return static_cast<F>(sign * std::ldexp(1 + fraction, exponent));
  }

 private:
  static F any(std::uint64_t bits) {
    if constexpr (sizeof(F) == 4)
      return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    else
      return std::bit_cast<double>(bits);
  }
  std::mt19937_64 generator_{20240};
};

}  // namespace dp::ulp
