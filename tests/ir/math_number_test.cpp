// Integers wrap and never trap; max, min, sign and whole powers.
#include <catch2/catch.hpp>

#include <cstdint>
#include <limits>

#include "ir/math.h"

namespace {

using namespace dp::math;
using I32 = Integer<std::int32_t>;
using I64 = Integer<std::int64_t>;
constexpr std::int32_t lowest = std::numeric_limits<std::int32_t>::min();
constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("quotients of integers round down, remainders follow", "[math]") {
  for (int x = -9; x <= 9; ++x)
    for (int y : {-4, -3, -1, 1, 2, 5}) {
      INFO(x << ", " << y);
      const int down = static_cast<int>(std::floor(double(x) / y));
      CHECK(floor_div(I32(x), I32(y)).value == down);
      CHECK(mod(I32(x), I32(y)).value == x - down * y);
      CHECK(rem(I64(x), I64(y)).value == x % y);
    }
}

TEST_CASE("integer functions are total", "[math]") {
  CHECK(floor_div(I32(7), I32(0)).value == 0);
  CHECK(floor_div(I32(lowest), I32(-1)).value == lowest);  // wraps
  CHECK(rem(I64(std::numeric_limits<std::int64_t>::min()), I64(-1)).value == 0);
  CHECK((I32(lowest) - I32(1)).value == std::numeric_limits<std::int32_t>::max());
  CHECK((-I32(lowest)).value == lowest);
  CHECK(abs(I32(lowest)).value == lowest);
  CHECK((I32(1 << 30) * I32(6)).value == lowest);
  CHECK(shift_left(I32(1), I32(31)).value == lowest);
  CHECK(shift_left(I32(1), I32(32)).value == 0);
  CHECK(shift_left(I32(1), I32(-1)).value == 0);
  CHECK(shift_right(I32(-1), I32(28)).value == 15);
  CHECK(shift_right(I64(-1), I64(64)).value == 0);
}

TEST_CASE("max and min give NaN if either is, and the first of equals", "[math]") {
  using R = Real<float>;
  CHECK(max(R(1), R(2)).value == 2);
  CHECK(min(R(1), R(2)).value == 1);
  CHECK(std::isnan(max(R(no_number), R(1)).value));
  CHECK(std::isnan(max(R(1), R(no_number)).value));
  CHECK(std::isnan(min(R(1), R(no_number)).value));
  CHECK(std::signbit(max(R(-0.0), R(0.0)).value));
  CHECK(max(I32(-3), I32(4)).value == 4);
}

TEST_CASE("sign", "[math]") {
  CHECK(sign(Real<double>(-2.5)).value == -1);
  CHECK(sign(Real<double>(2.5)).value == 1);
  CHECK(std::signbit(sign(Real<double>(-0.0)).value));
  CHECK(std::isnan(sign(Real<float>(no_number)).value));
  CHECK(sign(I64(-7)).value == -1);
  CHECK(sign(I64(0)).value == 0);
}

TEST_CASE("remainders of reals", "[math]") {
  using R = Real<double>;
  CHECK(mod(R(-7.5), R(2)).value == 0.5);
  CHECK(mod(R(7.5), R(-2)).value == -0.5);
  CHECK(rem(R(-7.5), R(2)).value == -1.5);
  CHECK(mod(R(5), R(std::numeric_limits<double>::infinity())).value == 5);
  CHECK(std::isnan(mod(R(1), R(0)).value));
  CHECK(std::isnan(rem(R(std::numeric_limits<double>::infinity()), R(1)).value));
  CHECK(rem(R(1e300), R(7e-300)).value == std::fmod(1e300, 7e-300));
  CHECK(rem(Real<float>(3e38f), Real<float>(1e-44f)).value == std::fmod(3e38f, 1e-44f));
}

TEST_CASE("whole powers by repeated squaring", "[math]") {
  CHECK(power(Real<double>(3), 5).value == 243);
  CHECK(power(Real<double>(-2), -3).value == -0.125);
  CHECK(power(Real<float>(0), 0).value == 1);
  CHECK(power(I32(3), 4).value == 81);
  CHECK(power(I32(3), -1).value == 0);
  CHECK(power(Real<double>(1), std::numeric_limits<std::int64_t>::min() + 1).value == 1);
}
