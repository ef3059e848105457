// What the functions do at zeros, infinities, NaN, the ends of the range, and where results are exact.
#include <catch2/catch.hpp>

#include <limits>

#include "ir/math.h"

namespace {

using namespace dp::math;

/// Equal to the sign of a zero; NaN equals NaN.
template <class F>
bool same(F x, double y) {
  const F expected = static_cast<F>(y);
  return x != x ? y != y : x == expected && std::signbit(x) == std::signbit(expected);
}

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

struct Case {
  double argument, result;
};

template <class Function>
void hold(const char* name, Function function, std::initializer_list<Case> cases) {
  for (const auto& [argument, result] : cases) {
    INFO(name << "(" << argument << ")");
    CHECK(same(function(Real<float>(argument)).value, result));
    CHECK(same(function(Real<double>(argument)).value, result));
  }
}

}  // namespace

#define HOLD(name, ...) hold(#name, [](auto x) { return name(x); }, {__VA_ARGS__})

TEST_CASE("exponentials at the ends of the range", "[math]") {
  HOLD(exp, {0.0, 1}, {-0.0, 1}, {inf, inf}, {-inf, 0}, {no_number, no_number}, {1000, inf}, {-1000, 0});
  HOLD(exp2, {0.0, 1}, {10, 1024}, {-20, 0x1p-20}, {inf, inf}, {-inf, 0}, {no_number, no_number}, {2000, inf},
       {-2000, 0});
  HOLD(expm1, {0.0, 0}, {-0.0, -0.0}, {inf, inf}, {-inf, -1}, {no_number, no_number}, {-100, -1},
       {1000, inf});
  HOLD(sinh, {0.0, 0}, {-0.0, -0.0}, {inf, inf}, {-inf, -inf}, {no_number, no_number}, {1000, inf});
  HOLD(cosh, {0.0, 1}, {-0.0, 1}, {inf, inf}, {-inf, inf}, {no_number, no_number}, {-1000, inf});
  HOLD(tanh, {0.0, 0}, {-0.0, -0.0}, {inf, 1}, {-inf, -1}, {no_number, no_number}, {50, 1});
  HOLD(sigmoid, {0.0, 0.5}, {inf, 1}, {-inf, 0}, {no_number, no_number});
  HOLD(softplus, {inf, inf}, {-inf, 0}, {no_number, no_number}, {1000, 1000});
}

TEST_CASE("exponentials reach the denormals", "[math]") {
  CHECK(exp2(Real<float>(-149)).value == 0x1p-149f);
  CHECK(exp2(Real<double>(-1074)).value == 0x1p-1074);
  CHECK(exp2(Real<float>(127)).value == 0x1p127f);
  CHECK(exp2(Real<double>(1023)).value == 0x1p1023);
  CHECK(exp(Real<float>(-103)).value == 0x1p-149f);
  CHECK(exp(Real<double>(-745)).value == 0x1p-1074);
  CHECK(expm1(Real<float>(0x1p-149f)).value == 0x1p-149f);
  CHECK(sinh(Real<double>(-0x1p-1074)).value == -0x1p-1074);
  CHECK(sigmoid(Real<float>(-100)).value == static_cast<float>(std::exp(-100.0)));
}

TEST_CASE("logarithms at the ends of their domains", "[math]") {
  HOLD(log, {1, 0}, {0.0, -inf}, {-0.0, -inf}, {-1, no_number}, {inf, inf}, {-inf, no_number},
       {no_number, no_number});
  HOLD(log2, {1, 0}, {1024, 10}, {0x1p-140, -140}, {0.0, -inf}, {-1, no_number}, {inf, inf},
       {no_number, no_number});
  HOLD(log10, {1, 0}, {1000, 3}, {1e10, 10}, {0.0, -inf}, {-1, no_number}, {inf, inf},
       {no_number, no_number});
  HOLD(log1p, {0.0, 0}, {-0.0, -0.0}, {-1, -inf}, {-2, no_number}, {inf, inf}, {-inf, no_number},
       {no_number, no_number});
  HOLD(asinh, {0.0, 0}, {-0.0, -0.0}, {inf, inf}, {-inf, -inf}, {no_number, no_number});
  HOLD(acosh, {1, 0}, {0.5, no_number}, {-3, no_number}, {-inf, no_number}, {inf, inf},
       {no_number, no_number});
  HOLD(atanh, {0.0, 0}, {-0.0, -0.0}, {1, inf}, {-1, -inf}, {1.5, no_number}, {inf, no_number},
       {no_number, no_number});
  CHECK(log2(Real<double>(0x1p-1074)).value == -1074);
  CHECK(log1p(Real<double>(0x1p-1074)).value == 0x1p-1074);
}

TEST_CASE("angles", "[math]") {
  HOLD(sin, {0.0, 0}, {-0.0, -0.0}, {inf, no_number}, {-inf, no_number}, {no_number, no_number});
  HOLD(cos, {0.0, 1}, {-0.0, 1}, {inf, no_number}, {-inf, no_number}, {no_number, no_number});
  HOLD(tan, {0.0, 0}, {-0.0, -0.0}, {inf, no_number}, {-inf, no_number}, {no_number, no_number});
  HOLD(asin, {0.0, 0}, {-0.0, -0.0}, {1, M_PI_2}, {-1, -M_PI_2}, {1.5, no_number}, {-inf, no_number},
       {no_number, no_number});
  HOLD(acos, {1, 0}, {0.0, M_PI_2}, {-1, M_PI}, {1.5, no_number}, {inf, no_number}, {no_number, no_number});
  HOLD(atan, {0.0, 0}, {-0.0, -0.0}, {inf, M_PI_2}, {-inf, -M_PI_2}, {no_number, no_number}, {1, M_PI_4});
  // 2^1000 and the largest f32: all bits of 2/pi are needed.
  CHECK(sin(Real<double>(0x1p1000)).value == std::sin(0x1p1000));
  CHECK(cos(Real<float>(3.4028234663852886e38f)).value ==
        Approx(std::cos(3.4028234663852886e38)).epsilon(1e-7));
}

TEST_CASE("the angle of points on the axes", "[math]") {
  const auto angle = [](double y, double x) {
    const float single = atan2(Real<float>(y), Real<float>(x)).value;
    const double full = atan2(Real<double>(y), Real<double>(x)).value;
    CHECK(same(single, full));
    return full;
  };
  for (const double y : {0.0, -0.0, 1.0, -1.0, inf, -inf})
    for (const double x : {0.0, -0.0, 1.0, -1.0, inf, -inf}) {
      INFO("atan2(" << y << ", " << x << ")");
      CHECK(same(angle(y, x), std::atan2(y, x)));
    }
  CHECK(same(angle(no_number, 1), no_number));
  CHECK(same(angle(1, no_number), no_number));
  CHECK(same(atan2(Real<double>(1e308), Real<double>(1e308)).value, M_PI_4));
  CHECK(same(atan2(Real<double>(0x1p-1074), Real<double>(0x1p-1074)).value, M_PI_4));
}

TEST_CASE("the error functions and gamma at their ends", "[math]") {
  HOLD(erf, {0.0, 0}, {-0.0, -0.0}, {inf, 1}, {-inf, -1}, {no_number, no_number}, {10, 1});
  HOLD(erfc, {0.0, 1}, {-0.0, 1}, {inf, 0}, {-inf, 2}, {no_number, no_number}, {-10, 2}, {30, 0});
  HOLD(lgamma, {1, 0}, {2, 0}, {0.0, inf}, {-0.0, inf}, {-1, inf}, {-2, inf}, {inf, inf}, {-inf, inf},
       {no_number, no_number});
  HOLD(digamma, {0.0, -inf}, {-0.0, inf}, {-1, no_number}, {inf, inf}, {-inf, no_number},
       {no_number, no_number});
  HOLD(trigamma, {0.0, inf}, {-0.0, inf}, {-1, inf}, {inf, 0}, {no_number, no_number});
  HOLD(cbrt, {0.0, 0}, {-0.0, -0.0}, {27, 3}, {-8, -2}, {0x1p-129, 0x1p-43}, {inf, inf}, {-inf, -inf},
       {no_number, no_number});
  CHECK(erfc(Real<double>(27.2)).value > 0);
  CHECK(lgamma(Real<float>(-4e36f)).value == std::numeric_limits<float>::infinity());
}

TEST_CASE("powers as IEEE 754 has them", "[math]") {
  const double values[] = {0.0, -0.0, 1,     -1,   0.5,  -0.5, 2,    -2,        3,        -3,
                           2.5, 1e30, -1e30, 0.75, 1.25, inf,  -inf, no_number, 0x1p-130, 1e-30};
  for (const double x : values)
    for (const double y : values) {
      const double full = pow(Real<double>(x), Real<double>(y)).value;
      const double expected = std::pow(x, y);
      INFO("pow(" << x << ", " << y << ")");
      CHECK((same(full, expected) || full == Approx(expected).epsilon(1e-15)));
      const double single = pow(Real<float>(x), Real<float>(y)).value;
      const double rounded =
          static_cast<float>(std::pow(double{static_cast<float>(x)}, static_cast<float>(y)));
      CHECK((same(single, rounded) || single == Approx(rounded).epsilon(3e-7)));
    }
}
