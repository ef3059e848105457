#pragma once
// The scalar concept: what the meaning texts of ops.def and the functions of ir/math.h are written over, so
// that the interpreter and the code generator compile one text and cannot mean different things. This header
// holds the concept and its two models for computing here: `Real`, `Integer` and `Bool`. The third model is
// the code generator's: one class for all three, a handle to an LLVM scalar or vector whose dtype is known
// when code is generated.
//
// The texts are expressions in which every function is found by argument-dependent lookup or in dp::math
// (`using namespace dp::math;` before pasting). T is a number, R a real (f32 or f64), I an integer (32 or 64
// bits), B a truth value; a model may be one class for all of them. Beside two operands of one type, every
// binary operator and every `select` also takes a literal (a C++ double or integer, rounded to the other
// operand's format) for one.
//
//   T    −x  x + y  x − y  x * y            IEEE, never contracted; integers wrap
//   B    x == y  x != y  x < y  x <= y  x > y  x >= y        != is true where an operand is NaN, the others
//   false B    b & c  b | c  !b T    select(b, x, y)                    x where b holds, else y; both have
//   been computed R    x / y  sqrt(x)  fma(x, y, z)       correctly rounded R    floor(x)  ceil(x)  trunc(x)
//   round_even(x)          the sign of zero is kept R    abs(x)  copysign(x, y)             sign bit only:
//   NaN and ±0 included;  I: abs(x) wraps I    x & y  x | y  x ^ y I    shift_left(x, y)  shift_right(x, y)
//   unsigned; 0 where y, unsigned, is not below the width I    shift_right_arithmetic(x, y)       the sign
//   bit is shifted in; y below the width I    quotient(x, y)                     towards zero; y is not 0,
//   and not −1 with the smallest x I    to_bits(R)    R  from_bits(I)      same width T    constant(x,
//   literal)               a number of x's type: a double is rounded, an integer kept exact bool is_single(x)
//   f32 or i32? Known while code is generated: an `if` on it is no branch there bool is_integer(x) the same
//   T::kind                                 Kind::real, Kind::integer, or Kind::mixed for one class that is
//   all of them
//
// There is no conversion to bool: the texts never branch on data, so each is vector code as it stands. Where
// both arms of an `if (is_single(x))` stand in one function, both must compile for either width.
// Precondition: the default rounding mode, and denormals not flushed.

#include <bit>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <type_traits>

#include "ir/quad.h"

namespace dp::math {

enum class Kind : std::uint8_t { real, integer, mixed };

struct Bool {
  bool value = false;

  friend Bool operator&(Bool b, Bool c) { return {b.value && c.value}; }
  friend Bool operator|(Bool b, Bool c) { return {b.value || c.value}; }
  friend Bool operator!(Bool b) { return {!b.value}; }
  friend Bool select(Bool b, Bool x, Bool y) { return b.value ? x : y; }
};

/// A wrapping two's-complement integer; `I` is std::int32_t or std::int64_t.
template <class I>
struct Integer {
  static constexpr Kind kind = Kind::integer;
  static constexpr I width = 8 * sizeof(I);
  using Unsigned = std::make_unsigned_t<I>;

  I value = 0;

  constexpr Integer() = default;
  constexpr Integer(double literal) : value(static_cast<I>(literal)) {}
  template <std::integral Literal>
  constexpr Integer(Literal literal) : value(static_cast<I>(literal)) {}

  Unsigned bits() const { return static_cast<Unsigned>(value); }

  friend Integer operator-(Integer x) { return Unsigned{0} - x.bits(); }
  friend Integer operator+(Integer x, Integer y) { return x.bits() + y.bits(); }
  friend Integer operator-(Integer x, Integer y) { return x.bits() - y.bits(); }
  friend Integer operator*(Integer x, Integer y) { return x.bits() * y.bits(); }
  friend Integer operator&(Integer x, Integer y) { return x.value & y.value; }
  friend Integer operator|(Integer x, Integer y) { return x.value | y.value; }
  friend Integer operator^(Integer x, Integer y) { return x.value ^ y.value; }

  friend Bool operator==(Integer x, Integer y) { return {x.value == y.value}; }
  friend Bool operator!=(Integer x, Integer y) { return {x.value != y.value}; }
  friend Bool operator<(Integer x, Integer y) { return {x.value < y.value}; }
  friend Bool operator<=(Integer x, Integer y) { return {x.value <= y.value}; }
  friend Bool operator>(Integer x, Integer y) { return {x.value > y.value}; }
  friend Bool operator>=(Integer x, Integer y) { return {x.value >= y.value}; }

  friend Integer select(Bool b, Integer x, Integer y) { return b.value ? x : y; }
  friend Integer abs(Integer x) { return x.value < 0 ? -x : x; }
  friend Integer quotient(Integer x, Integer y) { return x.value / y.value; }

  friend Integer shift_left(Integer x, Integer y) {
    return y.value < 0 || y.value >= width ? Unsigned{0} : x.bits() << y.value;
  }
  friend Integer shift_right(Integer x, Integer y) {
    return y.value < 0 || y.value >= width ? Unsigned{0} : x.bits() >> y.value;
  }
  friend Integer shift_right_arithmetic(Integer x, Integer y) { return x.value >> y.value; }

  template <class Literal>
  friend Integer constant(Integer, Literal literal) {
    return literal;
  }
  friend constexpr bool is_single(Integer) { return sizeof(I) == 4; }
  friend constexpr bool is_integer(Integer) { return true; }
};

/// A real number; `F` is float, double, or Quad (the reference: more precise than either format, its
/// functions are libquadmath's and no text of ours is measured against itself).
template <class F>
struct Real {
  static constexpr Kind kind = Kind::real;
  using Bits = std::conditional_t<sizeof(F) == 4, std::int32_t, std::int64_t>;

  F value = 0;

  constexpr Real() = default;
  constexpr Real(F number) : value(number) {}
  template <class Literal>
    requires((std::floating_point<Literal> || std::integral<Literal>) && !std::same_as<Literal, F>)
  constexpr Real(Literal literal) : value(static_cast<F>(literal)) {}

  friend Real operator-(Real x) { return -x.value; }
  friend Real operator+(Real x, Real y) { return x.value + y.value; }
  friend Real operator-(Real x, Real y) { return x.value - y.value; }
  friend Real operator*(Real x, Real y) { return x.value * y.value; }
  friend Real operator/(Real x, Real y) { return x.value / y.value; }

  friend Bool operator==(Real x, Real y) { return {x.value == y.value}; }
  friend Bool operator!=(Real x, Real y) { return {x.value != y.value}; }
  friend Bool operator<(Real x, Real y) { return {x.value < y.value}; }
  friend Bool operator<=(Real x, Real y) { return {x.value <= y.value}; }
  friend Bool operator>(Real x, Real y) { return {x.value > y.value}; }
  friend Bool operator>=(Real x, Real y) { return {x.value >= y.value}; }

  friend Real select(Bool b, Real x, Real y) { return b.value ? x : y; }
  friend Real sqrt(Real x) { return native::sqrt(x.value); }
  friend Real fma(Real x, Real y, Real z) { return native::fma(x.value, y.value, z.value); }
  friend Real floor(Real x) { return native::floor(x.value); }
  friend Real ceil(Real x) { return native::ceil(x.value); }
  friend Real trunc(Real x) { return native::trunc(x.value); }
  friend Real round_even(Real x) { return native::round_even(x.value); }
  friend Real abs(Real x) { return native::abs(x.value); }
  friend Real copysign(Real x, Real y) { return native::copysign(x.value, y.value); }

  template <class Literal>
  friend Real constant(Real, Literal literal) {
    return literal;
  }
  friend constexpr bool is_single(Real) { return sizeof(F) == 4; }
  friend constexpr bool is_integer(Real) { return false; }
};

template <std::floating_point F>
Integer<typename Real<F>::Bits> to_bits(Real<F> x) {
  return std::bit_cast<typename Real<F>::Bits>(x.value);
}
inline Real<float> from_bits(Integer<std::int32_t> bits) { return std::bit_cast<float>(bits.value); }
inline Real<double> from_bits(Integer<std::int64_t> bits) { return std::bit_cast<double>(bits.value); }

/// The arm that is hardly ever needed as a function of no arguments; a model that can test many lanes at once
/// has its own, found by argument-dependent lookup.
template <class B, class Function, class T>
T select_rare(B b, Function rare, T common) {
  return select(b, rare(), common);
}
template <class Function, class F>
Real<F> select_rare(Bool b, Function rare, Real<F> common) {
  return b.value ? rare() : common;
}

}  // namespace dp::math
