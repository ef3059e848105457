#pragma once
// A number with the functions that the meaning texts of the op table use, for the second reading of them in
// evaluate.cpp.

#include <quadmath.h>

#include <cmath>
#include <concepts>
#include <cstdint>

#include "tests/support/evaluate.h"

namespace dp::test {

/// A bool is 0 or 1.
template <class F>
struct Number {
  F v;
  Number(F value = 0) : v(value) {}
  Number(double value)
    requires(!std::same_as<F, double>)
      : v(value) {}
  friend Number operator-(Number x) { return -x.v; }
  friend Number operator+(Number x, Number y) { return x.v + y.v; }
  friend Number operator-(Number x, Number y) { return x.v - y.v; }
  friend Number operator*(Number x, Number y) { return x.v * y.v; }
  friend Number operator/(Number x, Number y) { return x.v / y.v; }
  friend Number operator==(Number x, Number y) { return F(x.v == y.v); }
  friend Number operator!=(Number x, Number y) { return F(x.v != y.v); }
  friend Number operator<(Number x, Number y) { return F(x.v < y.v); }
  friend Number operator<=(Number x, Number y) { return F(x.v <= y.v); }
  friend Number operator>(Number x, Number y) { return F(x.v > y.v); }
  friend Number operator>=(Number x, Number y) { return F(x.v >= y.v); }
  friend Number operator!(Number x) { return F(x.v == 0); }
  std::int64_t whole() const { return static_cast<std::int64_t>(v); }
  friend Number operator&(Number x, Number y) { return F(x.whole() & y.whole()); }
  friend Number operator|(Number x, Number y) { return F(x.whole() | y.whole()); }
  friend Number operator^(Number x, Number y) { return F(x.whole() ^ y.whole()); }
};

#define DP_FUNCTION(ours, theirs)                                           \
  inline Number<double> ours(Number<double> x) { return std::theirs(x.v); } \
  inline Number<Quad> ours(Number<Quad> x) { return theirs##q(x.v); }
DP_FUNCTION(abs, fabs)
DP_FUNCTION(floor, floor)
DP_FUNCTION(ceil, ceil)
DP_FUNCTION(trunc, trunc)
DP_FUNCTION(round_even, nearbyint)
DP_FUNCTION(sqrt, sqrt)
DP_FUNCTION(cbrt, cbrt)
DP_FUNCTION(exp, exp)
DP_FUNCTION(expm1, expm1)
DP_FUNCTION(log, log)
DP_FUNCTION(log1p, log1p)
DP_FUNCTION(log2, log2)
DP_FUNCTION(log10, log10)
DP_FUNCTION(sin, sin)
DP_FUNCTION(cos, cos)
DP_FUNCTION(tan, tan)
DP_FUNCTION(asin, asin)
DP_FUNCTION(acos, acos)
DP_FUNCTION(atan, atan)
DP_FUNCTION(sinh, sinh)
DP_FUNCTION(cosh, cosh)
DP_FUNCTION(tanh, tanh)
DP_FUNCTION(asinh, asinh)
DP_FUNCTION(acosh, acosh)
DP_FUNCTION(atanh, atanh)
DP_FUNCTION(erf, erf)
DP_FUNCTION(erfc, erfc)
DP_FUNCTION(lgamma, lgamma)
#undef DP_FUNCTION

#define DP_FUNCTION(ours, theirs)                                                                  \
  inline Number<double> ours(Number<double> x, Number<double> y) { return std::theirs(x.v, y.v); } \
  inline Number<Quad> ours(Number<Quad> x, Number<Quad> y) { return theirs##q(x.v, y.v); }
DP_FUNCTION(pow, pow)
DP_FUNCTION(atan2, atan2)
DP_FUNCTION(rem, fmod)
#undef DP_FUNCTION

template <class F>
Number<F> select(Number<F> condition, Number<F> x, Number<F> y) {
  return condition.v != 0 ? x : y;
}
template <class F>
Number<F> constant(Number<F>, double value) {
  return F(value);
}
template <class F>
Number<F> sign(Number<F> x) {
  return x.v > 0 ? F(1) : x.v < 0 ? F(-1) : x.v;
}
template <class F>
Number<F> exp2(Number<F> x) {
  return pow(Number<F>(F(2)), x);
}
template <class F>
Number<F> sigmoid(Number<F> x) {
  return Number<F>(F(1)) / (exp(-x) + Number<F>(F(1)));
}
template <class F>
Number<F> softplus(Number<F> x) {
  return log1p(exp(x));
}
template <class F>
Number<F> max(Number<F> x, Number<F> y) {
  return x.v != x.v ? x : y.v != y.v ? y : x.v < y.v ? y : x;
}
template <class F>
Number<F> min(Number<F> x, Number<F> y) {
  return x.v != x.v ? x : y.v != y.v ? y : y.v < x.v ? y : x;
}
template <class F>
Number<F> mod(Number<F> x, Number<F> y) {
  return x - floor(x / y) * y;
}
template <class F>
Number<F> floor_div(Number<F> x, Number<F> y) {
  return floor(x / y);
}
template <class F>
Number<F> shift_left(Number<F> x, Number<F> y) {
  return F(x.whole() << y.whole());
}
template <class F>
Number<F> shift_right(Number<F> x, Number<F> y) {
  return F(x.whole() >> y.whole());
}

/// By recurrence to large arguments and the asymptotic series there; Abramowitz and Stegun 6.3.18 and 6.4.12.
constexpr int bernoulli_terms = 12;
template <class F>
F bernoulli(int k) {  // B_2k
  static const F numerators[] = {1, -1, 1, -1, 5, -691, 7, -3617, 43867, -174611, 854513, -236364091};
  static const F denominators[] = {6, 30, 42, 30, 66, 2730, 6, 510, 798, 330, 138, 2730};
  return numerators[k - 1] / denominators[k - 1];
}
template <class F>
Number<F> digamma(Number<F> x) {
  F sum = 0, at = x.v;
  for (; at < 40; at += 1) sum -= 1 / at;
  sum += log(Number<F>(at)).v - 1 / (2 * at);
  F power = 1;
  for (int k = 1; k <= bernoulli_terms; ++k) sum -= bernoulli<F>(k) / (2 * k * (power *= at * at));
  return sum;
}
template <class F>
Number<F> trigamma(Number<F> x) {
  F sum = 0, at = x.v;
  for (; at < 40; at += 1) sum += 1 / (at * at);
  sum += 1 / at + 1 / (2 * at * at);
  F power = at;
  for (int k = 1; k <= bernoulli_terms; ++k) sum += bernoulli<F>(k) / (power *= at * at);
  return sum;
}

}  // namespace dp::test
