// What random programs have found, made small: each was once refused by an assertion, crashed, or gave one
// thing interpreted and another compiled.

#include <catch2/catch.hpp>

#include "tests/random/run_sample.h"

namespace dp::random {
namespace {

struct Found {
  const char* about;
  const char* text;
  std::vector<NamedValue> values;
};

const Found all_found[] = {
    {"an assertion that always holds leaves the steps of a scan",
     "fn main(x: real[2]) {\n  c = 0.0\n  for e in x { assert true or true; c = c + e }\n  c\n}\n",
     {{"x", "[1, 2]"}}},
    {"a tensor from outside is printed in a loop",
     "fn main(x: i64[2], y: real) {\n  c = y\n  for i in 0..2 { print(\"x\", x); c = c * 0.5 }\n  c\n}\n",
     {{"x", "[3, 4]"}, {"y", "2"}}},
    {"a constant tensor is printed in a loop in a loop",
     "fn main(x: real) {\n  v = full([3], 1.0)\n"
     "  for i in 0..2 { c = x; for j in 0..2 { print(\"v\", i64(5 * sin(v))); c = c + x }; v = v; v }\n}\n",
     {{"x", "1"}}},
    {"a loop that a gradient makes younger prints before the loops after it",
     "fn main(x: real, y: real) {\n  d = jvp y * y wrt y along x\n  c = d\n"
     "  for i in 0..2 { print(\"first\", c); c = c + tanh(d) }\n  b = x\n"
     "  for i in 0..2 { print(\"second\", i); b = b + tanh(x) }\n"
     "  s = vjp where(b > 0, d, d) + y wrt y with c\n  grad d + tanh(x) * s wrt x\n}\n",
     {{"x", "0.5"}, {"y", "-1.5"}}},
    {"the same line is printed as often as the program says",
     "fn f(x: real) -> real { print(\"a\", x); x }\nfn main(x: real) { a = f(x); b = f(x); a + b }\n",
     {{"x", "1"}}},
    {"bits of literals are integers, whoever converts them",
     "fn main(x: real[2]) = x[argmax(real(bit_xor(full([2], 1), full([2], 3))))]\n",
     {{"x", "[1, 2]"}}},
    {"kernels are joined only if the order of effects leaves them one",
     "fn det(a: real[n, n]) -> real where n >= 1 {\n  if n == 1 { a[0, 0] } else {\n"
     "    sum j: (if j % 2 == 0 { 1.0 } else { -1.0 }) * a[0, j] * "
     "det(for p in 0..n-1, q in 0..n-1: a[p + 1, if q < j { q } else { q + 1 }])\n  }\n}\n"
     "fn main(x: real[3, 3]) { assert det(x) ~= -5.0; assert det(2.0 * x) ~= -40.0; det(x) }\n",
     {{"x", "[[2, 0, 1], [1, 3, 2], [3, 1, 0]]"}}},
    {"a value computed before one check and after another has its kernel between them",
     "fn main(x: real[4], k: i64[2]) {\n  a = tanh(x)\n  assert sum(a) < 9\n"
     "  b = tanh(2 * x)\n  c = x\n  for i in 0..2 { print(\"c\", c[0]); c = c * b[i] }\n  d = exp(c) + a\n"
     "  assert sum(d) < 99\n  d[k[0]] + sum(a)\n}\n",
     {{"x", "[1, 2, 3, 4]"}, {"k", "[1, 2]"}}},
    {"the place of a loop whose number of steps is a result is free after it",
     "fn main(x: real[3]) {\n  s = 0.0\n  for e in x {\n    n = 0; v = e\n"
     "    while v < 5 upto 9 { v = 2 * v + 1; n = n + 1 }\n"
     "    w = for i in 0..7 { v = tanh(v) + real(n); v }\n    s = s + sum(w)\n  }\n  grad s wrt x\n}\n",
     {{"x", "[1, 2, 3]"}}},
    {"a loop in a loop prints in each step though it does not depend on it",
     "fn main(x: real) {\n  c = 0.0\n"
     "  for i in 0..2 { d = x; for j in 0..3 { print(\"x\", x); d = 2 * d }; c = c + d }\n  c\n}\n",
     {{"x", "1"}}},
    {"of a loop's scans one may wait for another",
     "fn main(x: real[2], y: real, w: real[2]) {\n"
     "  y = mean((for i in 0..2 {\n"
     "    a = jvp y + sum(x) wrt x along x\n"
     "    b = a\n"
     "    for j in 0..2 {\n"
     "      c = a\n"
     "      for k in 0..2 { print(\"b\", b); d = w[i]; for l in 0..2 { d = 0.5 * d + tanh(d) }; c = d }\n"
     "      b = 0.5 * b + tanh(c)\n"
     "    }\n"
     "    b\n"
     "  }))\n"
     "  z = y\n"
     "  e = 1.0\n"
     "  f = for i in 0..3 { e = 0.5 * e + tanh(e); z }\n"
     "  p = (1.25 + y * y) * (e + e * e)\n"
     "  (g, _g) = grad p wrt (y, e)\n"
     "  q = (e + tanh(y) * 2.0) * (p + p * z)\n"
     "  (h, _h) = grad q wrt (y, p)\n"
     "  r = h + z * g\n"
     "  s = grad r wrt z\n"
     "  t = for i in 0..2 { s = 0.5 * s + tanh(s); h }\n"
     "  u = 0.5 + sum(tanh(x) * f[0..2] * t * x * z)\n"
     "  v = grad u wrt x\n"
     "  (jvp u wrt x along t, sum(v * t), sum(abs(v * t)))\n"
     "}\n",
     {{"x", "[-0.6, -1.1]"}, {"y", "1"}, {"w", "[0.6, -0.4]"}}},
    {"a gradient in a function of numbers is one for each element",
     "fn f(x: real, y: real) -> real { d = jvp x * y wrt y along -0.7; grad d + tanh(y) * d wrt y }\n"
     "fn main(x: real[2, 3], y: real) = (f(x, full([2, 3], 0.3)), f(x, y))\n",
     {{"x", "[[1, 2, 3], [4, 5, 6]]"}, {"y", "0.5"}}},
};

}  // namespace

TEST_CASE("what random programs have found stays mended", "[random]") {
  for (const Found& each : all_found) {
    INFO(each.about);
    CHECK(mistake_in({each.text, each.values}, Thorough::yes, 0) == "");
  }
}

}  // namespace dp::random
