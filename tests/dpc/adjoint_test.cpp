// Written derivatives: what gradients give through them, and how `dpc test` holds them to differences.

#include <catch2/catch.hpp>

#include "dpc/test_adjoint.h"
#include "tests/dpc/run_text.h"

using dp::tests::check_rows;

TEST_CASE("adjoints take the place of what would be derived", "[programs]") {
  check_rows({
      {"fn f(x: real) -> real = x * x\nadjoint f(x; y, dy) = 100 * dy\n"
       "fn main() { x = 3.0; (f(x), grad 2 * f(x) wrt x) }",
       "(9.0, 200.0)"},
      {"fn f(x: real) -> real = x * x\nadjoint f(x; y, dy) = 100 * dy\n"
       "fn main() { x = [3.0, 4.0]; (f(x), grad sum(x * f(x)) wrt x) }",
       "([9.0, 16.0], [309.0, 416.0])"},
      {"fn f(a: real, b: real) -> real = a * b\nadjoint f(a, b; y, dy) = (10 * dy, y * dy)\n"
       "fn main() { a = 3.0; b = 4.0; grad f(a, b) wrt (a, b) }",
       "(10.0, 12.0)"},
      {"fn f(a: real, b: real) -> real = a * b\nadjoint f(a, b; y, dy) = (b * dy, a * dy)\n"
       "fn main() { a = [3.0, 5.0]; b = 4.0; grad sum(f(a, b)) wrt (a, b) }",
       "([4.0, 4.0], 8.0)"},
      // The adjoint's own derivative: y is the function's result, with its own adjoint.
      {"fn f(x: real) -> real = exp(x)\nadjoint f(x; y, dy) = y * dy\n"
       "fn main() { x = 0.0; g = grad f(x) wrt x; h = grad g wrt x; i = grad h wrt x; (g, h, i) }",
       "(1.0, 1.0, 1.0)"},
      {"fn s(x: real) -> real = sin(x)\nadjoint s(x; y, dy) = c(x) * dy\n"
       "fn c(x: real) -> real = cos(x)\nadjoint c(x; y, dy) = -s(x) * dy\n"
       "fn main() { x = 0.0; a = grad s(x) wrt x; b = grad a wrt x; d = grad b wrt x; (a, b, d) }",
       "(1.0, -0.0, -1.0)"},
      {"fn f(x: real[n]) -> real[n] = round(x)\nadjoint unchecked f(x; y, dy) = dy\n"
       "fn main() { x = [1.2, 2.7]; (f(x), grad sum(f(x) * x) wrt x) }",
       "([1.0, 3.0], [2.2, 5.7])"},
      {"fn f(x: real) -> real = x * x\nadjoint f(x; y, dy) = 100 * dy\n"
       "fn main() { x = 3.0; jvp 2 * f(x) wrt x along 0.5 }",
       "100.0"},
      {"fn f(x: real) -> real = x * x\nadjoint f(x; y, dy) = 100 * dy\nfn main() { x = 3.0; grad f(f(x)) wrt "
       "x }",
       "10000.0"},
      {"fn f(x: real, n: i64) -> real = x * real(n)\nadjoint f(x, n; y, dy) = 7 * dy\n"
       "fn main() { x = 3.0; grad f(x, 2) wrt x }",
       "7.0"},
      {"fn f(x: real) -> (real, real) = (x, 2 * x)\nadjoint f(x; y, dy) { (a, b) = dy; 10 * a + 100 * b }\n"
       "fn main() { x = 3.0; (a, b) = f(x); grad a + 2 * b wrt x }",
       "210.0"},
      {"struct P { a: real, b: real }\nfn f(p: P) -> real = p.a\n"
       "adjoint f(p; y, dy) = P(a = 2 * dy, b = 3 * dy)\nfn main() { p = P(a = 1, b = 2); g = grad f(p) wrt "
       "p; (g.a, g.b) }",
       "(2.0, 3.0)"},
      // What was not selected stays apart from what the adjoint does with it.
      {"fn f(x: real) -> real = sqrt(x)\nadjoint f(x; y, dy) = dy / (2 * y)\n"
       "fn main() { x = [0.0, 4.0]; grad sum(where(x > 0, f(x), 0)) wrt x }",
       "[0.0, 0.25]"},
  });
}

namespace {

/// What the check of the adjoint of `f` says: a code, or nothing.
std::string adjoint_check(const std::string& text) {
  const auto program = dp::load_text("test.dp", text, {});
  REQUIRE(program->module);
  const dp::typed::Function* function = program->module->find_function("f");
  REQUIRE(function);
  REQUIRE(function->adjoint);
  const auto said = dp::check_adjoint(*program, *function);
  return said ? std::string(said->code) : "";
}

}  // namespace

TEST_CASE("adjoints are held to finite differences", "[programs]") {
  CHECK(adjoint_check("fn f(x: real) -> real = x^3\nadjoint f(x; y, dy) = 3 * x^2 * dy") == "");
  CHECK(adjoint_check("fn f(x: real) -> real = x^3\nadjoint f(x; y, dy) = 2 * x^2 * dy") == "E0455");
  CHECK(adjoint_check("fn f(x: real[n], w: real[n, m]) -> real[m] = x @ w\n"
                      "adjoint f(x, w; y, dy) = (w @ dy, (x as [n, 1]) @ (dy as [1, m]))") == "");
  CHECK(adjoint_check("fn f(x: real[n], w: real[n, m]) -> real[m] = x @ w\n"
                      "adjoint f(x, w; y, dy) = (w @ dy, 2 * ((x as [n, 1]) @ (dy as [1, m])))") == "E0455");
  CHECK(adjoint_check("fn f(x: real[2 * n], k: i32<n>) -> real[2 * n] = x * real(k)\n"
                      "adjoint f(x, k; y, dy) = real(k) * dy") == "");
  CHECK(adjoint_check("fn f(x: real) -> (real, real) = (x, x * x)\n"
                      "adjoint f(x; y, dy) { (a, b) = dy; a + 2 * x * b }") == "");
  CHECK(adjoint_check("fn f(x: real) -> real = log(-1 - x^2)\nadjoint f(x; y, dy) = dy") == "E0456");
}
