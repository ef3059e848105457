#pragma once
// The functions of ir/math.h for the reference format: libquadmath's, or series of enough terms. They win
// over the templates because they are not templates.

#include "ir/scalar.h"

namespace dp::math {

using Reference = Real<Quad>;

inline Reference exp(Reference x) { return expq(x.value); }
inline Reference expm1(Reference x) { return expm1q(x.value); }
inline Reference exp2(Reference x) { return exp2q(x.value); }
inline Reference sinh(Reference x) { return sinhq(x.value); }
inline Reference cosh(Reference x) { return coshq(x.value); }
inline Reference tanh(Reference x) { return tanhq(x.value); }
inline Reference log(Reference x) { return logq(x.value); }
inline Reference log1p(Reference x) { return log1pq(x.value); }
inline Reference log2(Reference x) { return log2q(x.value); }
inline Reference log10(Reference x) { return log10q(x.value); }
inline Reference asinh(Reference x) { return asinhq(x.value); }
inline Reference acosh(Reference x) { return acoshq(x.value); }
inline Reference atanh(Reference x) { return atanhq(x.value); }
inline Reference sin(Reference x) { return sinq(x.value); }
inline Reference cos(Reference x) { return cosq(x.value); }
inline Reference tan(Reference x) { return tanq(x.value); }
inline Reference asin(Reference x) { return asinq(x.value); }
inline Reference acos(Reference x) { return acosq(x.value); }
inline Reference atan(Reference x) { return atanq(x.value); }
inline Reference atan2(Reference y, Reference x) { return atan2q(y.value, x.value); }
inline Reference erf(Reference x) { return erfq(x.value); }
inline Reference erfc(Reference x) { return erfcq(x.value); }
inline Reference cbrt(Reference x) { return cbrtq(x.value); }
inline Reference pow(Reference x, Reference y) { return powq(x.value, y.value); }
inline Reference rem(Reference x, Reference y) { return fmodq(x.value, y.value); }

inline Reference mod(Reference x, Reference y) {
  const Quad rest = fmodq(x.value, y.value);
  if (rest == 0) return copysignq(rest, y.value);
  return (rest < 0) != (y.value < 0) ? rest + y.value : rest;
}
inline Reference sigmoid(Reference x) {
  const Quad e = expq(-fabsq(x.value));
  return (x.value < 0 ? e : Quad{1}) / (1 + e);
}
inline Reference softplus(Reference x) {
  return (x.value < 0 ? Quad{0} : x.value) + log1pq(expq(-fabsq(x.value)));
}
inline Reference lgamma(Reference x) { return lgammaq(x.value); }

/// By recurrence to x >= 40 and the asymptotic series (Abramowitz and Stegun 6.3.18, 6.4.12), whose
/// coefficients are the Bernoulli numbers; the reflection formulas left of 0.
Reference digamma(Reference x);
Reference trigamma(Reference x);

}  // namespace dp::math
