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
  const T size = at_most(abs(x), 10.1, 27.3);
  const T t = (size - 3.75) / (size + 3.75);
  const T factor = polynomial(t, coefficients::erfc_single, coefficients::erfc_double) /
                   fma(size, constant(x, 2), constant(x, 1));
  const T square = size * size;
  const T tail = scaled_exp(-square, fma(-size, size, square), factor);
  return select(x < 0, 2 - tail, tail);
}

}  // namespace dp::math
