// Every function's largest error on samples stays within its row of bench/ulp/functions.def, against
// libquadmath.
#include <catch2/catch.hpp>

#include "bench/ulp/error.h"
#include "ir/math.h"

namespace {

using namespace dp;
using namespace dp::math;

constexpr int samples_per_function = 4000;

template <class F, class Function, class Exact, class Floor>
void hold(const char* name, double limit, Function function, Exact exact, Floor floor) {
  ulp::Samples<F> samples;
  double worst = 0;
  F at = 0;
  for (int k = 0; k < samples_per_function; ++k) {
    const F x = samples.next();
    const double error = ulp::error(function(Real<F>(x)).value, exact(Real<Quad>(Quad{x})).value, floor(x));
    if (!(error <= worst)) worst = error, at = x;
  }
  INFO(name << (sizeof(F) == 4 ? " f32" : " f64") << " at " << at);
  CHECK(worst <= limit);
}

}  // namespace

TEST_CASE("functions of one argument keep their accuracy", "[math]") {
#define FUNCTION(name, single_limit, full_limit, floor)                           \
  {                                                                               \
    const auto function = [](auto x) { return name(x); };                         \
    const auto least = []([[maybe_unused]] double x) -> double { return floor; }; \
    hold<float>(#name, single_limit, function, function, least);                  \
    hold<double>(#name, full_limit, function, function, least);                   \
  }
#include "bench/ulp/functions.def"
#undef FUNCTION
}

namespace {

/// Of a function of two arguments, drawn from samples near each other often enough.
template <class F, class Function, class Exact>
double worst_of_two(Function function, Exact exact) {
  ulp::Samples<F> samples;
  double worst = 0;
  for (int k = 0; k < 2 * samples_per_function; ++k) {
    const F x = samples.next(), y = samples.next();
    const double error = ulp::error(function(Real<F>(x), Real<F>(y)).value, exact(Quad{x}, Quad{y}));
    if (!(error <= worst)) worst = error;
  }
  return worst;
}

}  // namespace

TEST_CASE("functions of two arguments keep their accuracy", "[math]") {
  const auto power = [](auto x, auto y) { return pow(x, y); };
  CHECK(worst_of_two<float>(power, powq) <= 1.5);
  CHECK(worst_of_two<double>(power, powq) <= 1.5);
  const auto angle = [](auto y, auto x) { return atan2(y, x); };
  CHECK(worst_of_two<float>(angle, atan2q) <= 2.5);
  CHECK(worst_of_two<double>(angle, atan2q) <= 2.5);
}

TEST_CASE("rem is exact whatever the quotient", "[math]") {
  const auto remainder = [](auto x, auto y) { return rem(x, y); };
  CHECK(worst_of_two<float>(remainder,
                            [](Quad x, Quad y) { return Quad{std::fmod((double)x, (double)y)}; }) == 0);
  CHECK(worst_of_two<double>(remainder,
                             [](Quad x, Quad y) { return Quad{std::fmod((double)x, (double)y)}; }) == 0);
}
