#include "ir/math_quad.h"

#include <array>

namespace dp::math {
namespace {

constexpr int terms = 24;
constexpr int series_from = 40;

/// B_2, B_4, … from B_0 and B_1 by the sum over k of binomial(n + 1, k) B_k = 0, n >= 1.
std::array<Quad, terms> bernoulli_numbers() {
  std::array<Quad, 2 * terms + 1> all{1, Quad{-1} / 2};
  for (int n = 2; n <= 2 * terms; ++n) {
    Quad sum = 0, binomial = 1;
    for (int k = 0; k < n; ++k) {
      sum += binomial * all[k];
      binomial = binomial * (n + 1 - k) / (k + 1);
    }
    all[n] = n % 2 == 0 ? -sum / (n + 1) : 0;
  }
  std::array<Quad, terms> even{};
  for (int k = 0; k < terms; ++k) even[k] = all[2 * k + 2];
  return even;
}

const std::array<Quad, terms>& bernoulli() {
  static const std::array<Quad, terms> numbers = bernoulli_numbers();
  return numbers;
}

Quad pi_quad() { return 4 * atanq(Quad{1}); }

}  // namespace

Reference digamma(Reference argument) {
  Quad x = argument.value;
  if (x < 0) {
    const Quad fraction = x - nearbyintq(x);
    if (fraction == 0) return nanq("");
    return digamma(Reference(1 - x)) - Reference(pi_quad() / tanq(pi_quad() * fraction));
  }
  Quad sum = 0;
  for (; x < series_from; x += 1) sum -= 1 / x;
  const Quad square = 1 / (x * x);
  Quad power = square;
  sum += logq(x) - 1 / (2 * x);
  for (int k = 0; k < terms; ++k, power *= square) sum -= bernoulli()[k] / (2 * k + 2) * power;
  return sum;
}

Reference trigamma(Reference argument) {
  Quad x = argument.value;
  if (x < 0) {
    const Quad quotient = pi_quad() / sinq(pi_quad() * (x - nearbyintq(x)));
    return Reference(quotient * quotient) - trigamma(Reference(1 - x));
  }
  Quad sum = 0;
  for (; x < series_from; x += 1) sum += 1 / (x * x);
  const Quad square = 1 / (x * x);
  Quad power = square / x;
  sum += 1 / x + square / 2;
  for (int k = 0; k < terms; ++k, power *= square) sum += bernoulli()[k] * power;
  return sum;
}

}  // namespace dp::math
