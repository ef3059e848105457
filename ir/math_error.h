#pragma once
// erf and erfc. The tail is e^(−x²) times a slowly varying factor, as proposed by Shepherd and Laframboise
// ("Chebyshev approximation of (1 + 2x) exp(x²) erfc(x)", 1981), with the rounding of x² carried along.

#include "ir/math_exponential.h"

namespace dp::math {

template <class T>
T erf(T x) {
  const T size = at_most(abs(x), 4, 6);
  const T inner =
      fma(size, polynomial(size * size, coefficients::erf_single, coefficients::erf_double), size);
  const T outer =
      1 - exp(size * polynomial(size, coefficients::erf_tail_single, coefficients::erf_tail_double));
  return copysign(select(size < 1, inner, outer), x);
}

template <class T>
T erfc(T x) {
  const T size = at_most(abs(x), 10.1, 27.3), one = constant(x, 1), two = constant(x, 2);
  // (size − 3.75) / (size + 3.75), corrected by its exact remainder.
  const T reciprocal = 1 / (size + 3.75);
  const T rough = (size - 3.75) * reciprocal;
  const T remainder = fma(-rough, size, fma(rough + 1, constant(x, -3.75), size));
  const T t = fma(reciprocal, remainder, rough);
  const T value = 1.25 + polynomial(t, coefficients::erfc_single, coefficients::erfc_double);
  const T divisor = fma(size, two, one);
  const T factor = corrected_quotient(value, divisor, fma(size, two, 1 - divisor));
  const T square = size * size;
  const T tail = scaled_exp(-square, fma(-size, size, square), factor);
  const T inner = 1 - fma(x, polynomial(x * x, coefficients::erf_single, coefficients::erf_double), x);
  return select(abs(x) < 0.46875, inner, select(x < 0, 2 - tail, tail));
}

}  // namespace dp::math
