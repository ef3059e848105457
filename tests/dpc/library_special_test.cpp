// The incomplete gamma and beta functions and their derivatives against values that were computed with 50
// digits, from the series and continued fractions of DLMF 8.7, 8.9 and 8.17: in f64 and, since all places are
// exact in it, in f32; and at the ends of their ranges.

#include <catch2/catch.hpp>
#include <cmath>
#include <string>

#include "tests/dpc/run_text.h"

namespace {

const std::string gamma_places =
    "a = "
    "[0.0078125, 0.125, 0.5, 1.0, 2.5, "
    "5.0, 9.75, 10.25, 16.0, 19.75, "
    "20.25, 32.0, 32.0, 128.0, 128.0, "
    "1024.0, 1024.0]"
    "\nx = "
    "[0.5, 1.125, 0.25, 3.0, 2.5, "
    "1.25, 12.0, 8.0, 17.0, 24.0, "
    "15.0, 20.0, 50.0, 96.0, 140.0, "
    "1000.0, 1088.0]"
    "\n";
const std::string beta_places =
    "a = "
    "[0.125, 0.125, 0.5, 2.0, 3.0, "
    "7.0, 7.0, 20.0, 32.0, 128.0, "
    "256.0, 1024.0]"
    "\nb = "
    "[0.25, 64.0, 0.5, 3.0, 1.5, "
    "0.25, 1000.0, 4.5, 32.0, 8.0, "
    "300.0, 2048.0]"
    "\nx = "
    "[0.5, 0.0009765625, 0.25, 0.375, 0.75, "
    "0.96875, 0.0078125, 0.8125, 0.4375, 0.9375, "
    "0.46875, 0.34375]"
    "\n";

/// The largest relative error of a value of the places.
double error_of(const std::string& precision, const std::string& places, const std::string& value,
                const std::string& wanted) {
  const std::string text = "precision " + precision + "\nfn main() {\n" + places + "wanted = " + wanted +
                           "\ngot = " + value + "\nmax(abs(got / wanted - 1))\n}\n";
  UNSCOPED_INFO(text);
  const std::string said = dp::tests::run_text(text);
  return said.starts_with("E") ? NAN : std::stod(said);
}

void check(const std::string& places, const std::string& value, const std::string& wanted) {
  INFO(value);
  CHECK(error_of("f64", places, value, wanted) < 4e-14);
  CHECK(error_of("f32", places, value, wanted) < 1e-5);
}

}  // namespace

TEST_CASE("the incomplete gamma function is accurate", "[library][special]") {
  check(gamma_places, "gamma_p(a, x)",
        "[0.99560901385889744, 0.97463261140148904, 0.52049987781304654, 0.95021293163213606, "
        "0.58411981300449208, 0.0091242792183952731, 0.78133014016845163, 0.25603240428625736, "
        "0.6285463439246325, 0.8337445348340871, 0.11308666449855723, 0.0080917546698351158, "
        "0.99731371710534498, 0.0010498202287341924, 0.85507748191753471, 0.22798372569962148, "
        "0.97558958641408525]");
  check(gamma_places, "gamma_q(a, x)",
        "[0.0043909861411025586, 0.025367388598510958, 0.47950012218695346, 0.049787068367863943, "
        "0.41588018699550792, 0.99087572078160473, 0.21866985983154837, 0.74396759571374264, "
        "0.3714536560753675, 0.1662554651659129, 0.88691333550144277, 0.99190824533016488, "
        "0.0026862828946550171, 0.99895017977126581, 0.14492251808246529, 0.77201627430037852, "
        "0.024410413585914751]");
  const std::string by_shape =
      "[-0.56429947843602754, -0.22671952853990089, -0.79794731678322294, -0.096482941991346353, "
      "-0.26084496236866945, -0.013890121065856653, -0.092537367460130631, -0.10609262111765511, "
      "-0.094374302013244911, -0.054691493889655085, -0.045060853976596182, -0.0042385092320877021, "
      "-0.0013610863101294979, -0.0003264556585756916, -0.019859215886260902, -0.0094808482818593792, "
      "-0.0017723555850471929]";
  check(gamma_places, "grad sum(gamma_p(a, x)) wrt a", by_shape);
  check(gamma_places, "-(grad sum(gamma_q(a, x)) wrt a)", by_shape);
  const std::string slope =
      "[0.0094679884458331887, 0.038872099828298863, 0.87878257893544479, 0.049787068367863943, "
      "0.24408304269877479, 0.02914477507122702, 0.08214479843433124, 0.11845887667233517, "
      "0.09062082616324267, 0.04927428326878043, 0.052123247178487432, 0.005382926610087167, "
      "0.0010922555760487267, 0.00037776890683367659, 0.018970681853218603, 0.0095926073418143079, "
      "0.0017194209565645769]";
  check(gamma_places, "grad sum(gamma_p(a, x)) wrt x", slope);
  check(gamma_places, "-(grad sum(gamma_q(a, x)) wrt x)", slope);
}

TEST_CASE("the incomplete beta function is accurate", "[library][special]") {
  check(beta_places, "beta_inc(a, b, x)",
        "[0.67233365533709415, 0.74515938969159756, 0.33333333333333333, 0.481201171875, "
        "0.6025390625, 0.28237444589897562, 0.67007201838698882, 0.43686806606497073, "
        "0.15864775351344964, 0.38763021523585517, 0.65367804098504784, 0.88928192137918347]");
  check(beta_places, "grad sum(beta_inc(a, b, x)) wrt a",
        "[-1.7981209373029966, -1.8167608486522105, -0.64613189443890103, -0.24675645939602354, "
        "-0.12419001477780665, -0.022803373719555249, -0.13641018777760156, -0.038380593054237274, "
        "-0.032388181951250835, -0.0083768541511034214, -0.016814898659212512, -0.0047714181702609724]");
  check(beta_places, "grad sum(beta_inc(a, b, x)) wrt b",
        "[0.9362569544919835, 0.0013865519026305635, 0.43075459629260069, 0.15228459769218458, "
        "0.31662285642167528, 1.0380263944490395, 0.00098958707526008291, 0.17334496033699181, "
        "0.028577894904844215, 0.13232123095964662, 0.014589236360910631, 0.0024417204117715237]");
  check(beta_places, "grad sum(beta_inc(a, b, x)) wrt x",
        "[0.26766937603775641, 90.293926831117447, 0.73510519389572273, 1.7578125, "
        "1.845703125, 4.9220319895296469, 127.54567301976561, 4.9175395789469599, "
        "3.9022176975641727, 18.195339137144451, 17.419813817251176, 21.989550671599069]");
}

TEST_CASE("incomplete functions at the ends of their ranges", "[library][special]") {
  dp::tests::check_rows({
      {"fn main() = (gamma_p(2.0, [0.0, inf]), gamma_q(30.0, [0.0, inf]), gamma_p(0.5, nan), gamma_p(nan, "
       "1.0))",
       "([0.0, 1.0], [1.0, 0.0], nan, nan)"},
      {"fn main() = (gamma_p(0.0, 1.0), gamma_q(1.0, -1.0))", "(nan, nan)"},
      {"fn main() = (beta_inc(2.0, 3.0, [0.0, 1.0]), beta_inc(0.0, 1.0, 0.5), beta_inc(1.0, 1.0, nan))",
       "([0.0, 1.0], nan, nan)"},
      {"fn main() { x = 0.0; (grad gamma_p(1.0, x) wrt x, grad gamma_p(3.0, x) wrt x, grad gamma_q(0.5, x) "
       "wrt x) }",
       "(1.0, 0.0, -inf)"},
      {"fn main() { a = 3.0; (grad gamma_p(a, 0.0) wrt a, grad beta_inc(a, 2.0, 0.0) wrt a, grad beta_inc(a, "
       "2.0, 1.0) "
       "wrt a) }",
       "(0.0, 0.0, -0.0)"},
      {"fn main() { x = 0.0; y = 1.0; (grad beta_inc(1.0, 3.0, x) wrt x, grad beta_inc(3.0, 1.0, y) wrt y, "
       "grad beta_inc(3.0, 2.0, y) wrt y) }",
       "(3.0, 3.0, 0.0)"},
  });
}
