#pragma once
// The few functions of the hardware's formats and of the 113-bit reference format under one set of names, so
// that `Real` (ir/scalar.h) can be one template. `Quad` is computed by software: for references and tests
// only.

#include <quadmath.h>

#include <cmath>

namespace dp {

__extension__ using Quad = __float128;

namespace math::native {

template <class F>
F sqrt(F x) {
  return std::sqrt(x);
}
template <class F>
F fma(F x, F y, F z) {
  return std::fma(x, y, z);
}
template <class F>
F floor(F x) {
  return std::floor(x);
}
template <class F>
F ceil(F x) {
  return std::ceil(x);
}
template <class F>
F trunc(F x) {
  return std::trunc(x);
}
template <class F>
F round_even(F x) {
  return std::nearbyint(x);
}
template <class F>
F abs(F x) {
  return std::fabs(x);
}
template <class F>
F copysign(F x, F y) {
  return std::copysign(x, y);
}

template <>
inline Quad sqrt(Quad x) {
  return sqrtq(x);
}
template <>
inline Quad fma(Quad x, Quad y, Quad z) {
  return fmaq(x, y, z);
}
template <>
inline Quad floor(Quad x) {
  return floorq(x);
}
template <>
inline Quad ceil(Quad x) {
  return ceilq(x);
}
template <>
inline Quad trunc(Quad x) {
  return truncq(x);
}
template <>
inline Quad round_even(Quad x) {
  return nearbyintq(x);
}
template <>
inline Quad abs(Quad x) {
  return fabsq(x);
}
template <>
inline Quad copysign(Quad x, Quad y) {
  return copysignq(x, y);
}

}  // namespace math::native
}  // namespace dp
