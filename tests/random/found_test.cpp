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
};

}  // namespace

TEST_CASE("what random programs have found stays mended", "[random]") {
  for (const Found& each : all_found) {
    INFO(each.about);
    CHECK(mistake_in({each.text, each.values}, Thorough::yes, 0) == "");
  }
}

}  // namespace dp::random
