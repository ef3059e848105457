// What loops, branches, indices and updates mean: small programs and the numbers that they come to, by the
// interpreter on the graph as it is built.

#include <catch2/catch.hpp>

#include "tests/frontend/loop_programs.h"

using namespace dp;

namespace {

struct Row {
  std::string program;
  std::vector<double> expected;
};

void check_rows(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    const tests::Outcome outcome = tests::run_program(row.program);
    INFO(row.program << "\n" << outcome.said << outcome.stopped);
    CHECK(outcome.stopped.empty());
    REQUIRE(outcome.values.size() == row.expected.size());
    for (std::size_t k = 0; k < row.expected.size(); ++k) CHECK(outcome.values[k] == Approx(row.expected[k]));
  }
}

}  // namespace

TEST_CASE("a `for` is a tensor", "[loops]") {
  check_rows({
      {"fn main() { x = [1.0, 2.0, 3.0]; for i: x[i] * 2 }", {2, 4, 6}},
      {"fn main() { x = [1.0, 2.0, 3.0]; y = [10.0, 20.0]; for i, j: x[i] + y[j] }",
       {11, 21, 12, 22, 13, 23}},
      {"fn main() = for i in 0..4: i", {0, 1, 2, 3}},
      {"fn main() = for i in 2..5: i * i", {4, 9, 16}},
      {"fn main() = for i in 0..3, j in 0..3: if i >= j { 1 } else { 0 }", {1, 0, 0, 1, 1, 0, 1, 1, 1}},
      {"fn main() = for i in 0..2 { a = i + 1; b = a * a; a + b }", {2, 6}},
      {"fn main() = for i in 0..2: for j in 0..3: 10 * i + j", {0, 1, 2, 10, 11, 12}},
      {"fn main() { x = [[1.0, 2.0], [3.0, 4.0]]; for i, j: x[j, i] }", {1, 3, 2, 4}},
      {"fn main() { x = [[1.0, 2.0], [3.0, 4.0]]; for row in x: sum(row) }", {3, 7}},
      {"fn main() { x = [1.0, 2.0]; y = [3.0, 4.0, 5.0]; for a in x, b in y: a * b }", {3, 4, 5, 6, 8, 10}},
      {"fn main() { (a, b) = for i in 0..3: (i, 2 * i); a + b }", {0, 3, 6}},
      {"fn main() { x = [[1.0, 2.0], [3.0, 4.0]]; for i: x[i] }", {1, 2, 3, 4}},
      {"fn main() = for i in 0..3: 7.5", {7.5, 7.5, 7.5}},
      {"fn f(x: real[n]) = for i in 0..n: x[n - 1 - i]\nfn main() = f([1.0, 2.0, 3.0])", {3, 2, 1}},
      {"fn main() { x = [1.0, 2.0, 3.0]; y = for i in 0..2: x[i + 1] - x[i]; y }", {1, 1}},
      {"fn main() { x = [1.0, 2.0, 3.0, 4.0, 5.0]; for i in 0..3: x[2 * i] }", {1, 3, 5}},
      {"fn main() { x = [5.0, 6.0, 7.0]; s = 1; for i in s..s + 2: x[i] }", {6, 7}},
      {"struct P { a: real, b: real[2] }\nfn main() { p = P(a = 1.0, b = [2.0, 3.0]); for i in 0..2: p.a + "
       "p.b[i] }",
       {3, 4}},
      {"fn sq(x: real) = x * x\nfn main() { x = [1.0, 2.0, 3.0]; for i: sq(x[i]) }", {1, 4, 9}},
      {"fn main() { a = 1.0 + (sum i in 0..3: 2.0); a }", {7}},
      {"fn main() { x = zeros([0]); for i: x[i] }", {}},
      {"fn main() { x = [1.0, 2.0, 3.0]; for i: real(i) * x[i] }", {0, 2, 6}},
  });
}

TEST_CASE("ranges come from the axes that are indexed", "[loops]") {
  check_rows({
      {"fn conv(x: real[n], k: real[m]) -> real[n - m + 1] where m <= n + 1 = for i: sum a: x[i + a] * k[a]\n"
       "fn main() = conv([1.0, 2.0, 3.0, 4.0], [1.0, 10.0])",
       {21, 32, 43}},
      {"fn main() { x = [1.0, 2.0, 3.0, 4.0]; k = [1.0, 1.0, 1.0]; for i: sum a: x[i + a] * k[a] }", {6, 9}},
      {"fn main() { x = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]; k = [[1.0, 0.0], [0.0, 1.0]]\n"
       "for i, j: sum a, b: x[i + a, j + b] * k[a, b] }",
       {6, 8, 12, 14}},
      {"fn main() { x = [1.0, 2.0, 3.0]; y = [1.0, 2.0]; for i: (sum a: x[i + a]) * y[i] }", {3, 10}},
      {"fn main() { x = [1.0, 2.0, 3.0]; for i: (sum j if j < i: x[j]) + x[i] }", {1, 3, 6}},
      {"fn main() { x = [[1.0, 2.0], [3.0, 4.0]]; for j: x[.., j] }", {1, 3, 2, 4}},
      {"fn main() { x = [[1.0, 2.0], [3.0, 4.0]]; for j: sum(x[:, j]) }", {4, 6}},
      {"fn f(A: real[n, k], B: real[k, m]) = for i, j: sum k: A[i, k] * B[k, j]\n"
       "fn main() = f([[1.0, 2.0]], [[3.0], [4.0]])",
       {11}},
  });
}

TEST_CASE("reducers are functions of a `for`", "[loops]") {
  const std::string x = "fn main() { x = [[3.0, 1.0], [2.0, 6.0]]; ";
  check_rows({
      {x + "sum i, j: x[i, j] }", {12}},
      {x + "prod i, j: x[i, j] }", {36}},
      {x + "max i, j: x[i, j] }", {6}},
      {x + "min i, j: x[i, j] }", {1}},
      {x + "mean i, j: x[i, j] }", {3}},
      {x + "for i: max j: x[i, j] }", {3, 6}},
      {x + "for i: argmax j: x[i, j] }", {0, 1}},
      {x + "for i: argmin j: x[i, j] }", {1, 0}},
      {x + "any i, j: x[i, j] > 5 }", {1}},
      {x + "all i, j: x[i, j] > 1 }", {0}},
      {x + "count i, j: x[i, j] > 1.5 }", {3}},
      {x + "logsumexp i: 0.0 * x[i, 0] }", {0.69314718}},
      {x + "softmax i: 0.0 * x[i, 0] }", {0.5, 0.5}},
      {"fn twice(x: real[n]) = 2 * sum(x)\nfn main() { x = [1.0, 2.0]; twice i: x[i] }", {6}},
      {x + "sum i, j if x[i, j] > 1.5: x[i, j] }", {11}},
      {x + "prod i, j if x[i, j] > 2.5: x[i, j] }", {18}},
      {x + "max i, j if i == j: x[i, j] }", {6}},
      {x + "min i, j if i == j: x[i, j] }", {3}},
      {x + "mean i, j if x[i, j] > 1.5: x[i, j] }", {11.0 / 3}},
      {x + "any i, j if i != j: x[i, j] > 5 }", {0}},
      {x + "all i, j if i == j: x[i, j] > 2 }", {1}},
      {x + "count i, j if i == 0: x[i, j] > 2 }", {1}},
      {x + "logsumexp i, j if i == j: 0.0 * x[i, j] }", {0.69314718}},
      {x + "sum i if i > 5: x[i, 0] }", {0}},
      {"fn main() { x = [4, 7, 2]; max i if x[i] < 5: x[i] }", {4}},
      {"fn main() { l = [[2.0, 0.0], [3.0, 4.0]]; x = [1.0, 1.0]; for r: sum s if s < r: l[r, s] * x[s] }",
       {0, 3}},
      {"fn main() { x = [1.0, 2.0]; sum i in 0..2 if i < 1: x[i + 1] }", {2}},
      {"fn main() = sum i in 0..4: i", {6}},
      {"fn main() = 0.5 * (sum i in 0..4: 1)", {2}},
  });
}

TEST_CASE("what a loop rebinds is carried", "[loops]") {
  check_rows({
      {"fn main() { s = 0.0; for i in 0..4 { s = s + 1.5 }; s }", {6}},
      {"fn main() { s = 0; for i in 0..5 { s += i }; s }", {10}},
      {"fn main() { x = [1.0, 2.0, 3.0]; s = 0.0; c = for v in x { s = s + v; s }; c }", {1, 3, 6}},
      {"fn main() { x = [1.0, 2.0, 3.0]; s = 0.0; c = for v in x { s = s + v; s }; c + s }", {7, 9, 12}},
      {"fn main() { a = 0; b = 1; for i in 0..10 { t = a + b; a = b; b = t }; a }", {55}},
      {"fn main() { s = 0; for i in 0..3, j in 0..2 { s = 10 * s + i + j }; s }", {11223}},
      {"fn main() { s = 0; c = for i in 0..2, j in 0..2 { s = s + 1; s }; c }", {1, 2, 3, 4}},
      {"fn main() { h = [1.0, 0.0]; for i in 0..2 { h = [h[1], h[0] + h[1]] }; h }", {1, 1}},
      {"fn main() { x = 2.0; for i in 0..3 { x = 0 }; x }", {0}},
      {"fn main() { for i in 0..2 { x = [1.0, 2.0]; s = 0.0; for v in x { s = s + v }; s * real(i) } }",
       {0, 3}},
      {"fn main() { s = 0.0; for i in 0..2 { for j in 0..3 { s = s + real(j) } }; s }", {6}},
      {"fn main() { p = (0.0, 1); for i in 0..3 { (a, b) = p; p = (a + real(b), b * 2) }; p }", {7, 8}},
      {"fn f(s: real) { for i in 0..3 { s = s * 2 }; s }\nfn main() = f(1.0)", {8}},
      {"fn f(s: real) { for i in 0..3 { s = s * 2 }; s }\nfn main() = f([1.0, 2.0])", {8, 16}},
      {"fn main() { s = 0.0; for i in 0..0 { s = 5.0 }; s }", {0}},
      {"fn main() { s = 0; c = (for i in 0..3 { s = s + 1; s })[0] > s; c }", {0}},
      {"fn main() { s = 1; s += (sum i in 0..2: i) + (for i in 0..2 { s = s + 1; s })[1]; s }", {5}},
      {"fn main() { m = -inf; for v in [1.0, 5.0, 2.0] { m = max(m, v) }; m }", {5}},
      {"fn main() { x = [3.0, 1.0]; for i in 0..2 { (x[0], b) = (x[0] + 1, 2) }; x }", {5, 1}},
  });
}

TEST_CASE("`while` goes on as long as its condition holds", "[loops]") {
  check_rows({
      {"fn main() { x = 1; while x < 100 { x = x * 2 }; x }", {128}},
      {"fn main() { x = 1; while x < 100 upto 3 { x = x * 2 }; x }", {8}},
      {"fn main() { x = 1; n = 0; while x < 100 upto 50 { x = x * 2; n = n + 1 }; (x, n) }", {128, 7}},
      {"fn main() { x = 1; while x > 5 { x = x + 1 }; x }", {1}},
      {"fn collatz(n: i64) { c = 0; while n != 1 upto 1000 { n = if n % 2 == 0 { n / 2 } else { 3 * n + 1 }; "
       "c += 1 }; c }\n"
       "fn main() = (collatz(6), collatz(27))",
       {8, 111}},
      {"fn main() { x = [4, 9, 1, 7]; i = 0; while i < 4 and x[i] != 1 upto 4 { i = i + 1 }; i }", {2}},
      {"fn main() { x = [4, 9]; i = 0; while i < 2 and x[i] != 1 upto 2 { i = i + 1 }; i }", {2}},
      {"fn root(a: real) { x = a; while abs(x * x - a) > 0.0001 upto 50 { x = 0.5 * (x + a / x) }; x }\n"
       "fn main() = for a in [4.0, 9.0]: root(a)",
       {2, 3}},
      {"fn root(a: real) { x = a; while abs(x * x - a) > 0.0001 upto 50 { x = 0.5 * (x + a / x) }; x }\n"
       "fn main() = root([4.0, 16.0])",
       {2, 4}},
      {"fn main() { x = 3; y = 0; if x > 5 { while true { y = y + 1 } }; y }", {0}},
      {"fn main() { s = 0; for i in 0..3 { k = i; while k > 0 upto 5 { s = s + 1; k = k - 1 } }; s }", {3}},
  });
}

TEST_CASE("`if` by values", "[loops]") {
  check_rows({
      {"fn f(x: real) = if x > 0 { x } else { -x }\nfn main() = (f(2.0), f(-3.0))", {2, 3}},
      {"fn f(x: real) = if x > 0 { x } else { -x }\nfn main() = f([2.0, -3.0])", {2, 3}},
      {"fn f(x: real) = if x > 1 { 10.0 } else if x > 0 { 20.0 } else { 30.0 }\nfn main() = (f(2.0), f(0.5), "
       "f(-1.0))",
       {10, 20, 30}},
      {"fn f(x: real) { y = 1.0; if x > 0 { y = x * 2 }; y }\nfn main() = (f(2.0), f(-1.0))", {4, 1}},
      {"fn f(x: real) { y = 1.0; z = 0; if x > 0 { y = x } else { z = 7 }; (y, z) }\nfn main() = (f(2.0), "
       "f(-1.0))",
       {2, 0, 1, 7}},
      {"fn f(c: bool) = if c { (1, [2.0, 3.0]) } else { (4, [5.0, 6.0]) }\nfn main() { t = 1 < 2; (f(t), "
       "f(not t)) }",
       {1, 2, 3, 4, 5, 6}},
      {"fn f(x: real[n]) = if n == 1 { x[0] } else { sum(x) }\nfn main() = (f([5.0]), f([1.0, 2.0]))",
       {5, 3}},
      {"fn main() { x = [1, 2, 3]; i = 5; if i < 3 { x[i] } else { -1 } }", {-1}},
      {"fn main() { d = 0; if d != 0 and 10 / d > 1 { 1 } else { 2 } }", {2}},
      {"fn main() { d = 0; if d == 0 or 10 / d > 1 { 1 } else { 2 } }", {1}},
      {"fn main() { x = -1.0; y = 0; if x > 0 { assert x > 5; y = i64(x / 0) }; y }", {0}},
      {"fn main() { s = 0; for i in 0..4 { if i % 2 == 0 { s = s + i } else { s = s - 1 } }; s }", {0}},
      {"fn main() = for i in 0..3 { y = 0; if i == 1 { y = 5 }; y }", {0, 5, 0}},
      {"fn main() { x = 1; if x > 0 { if x > 5 { x = 10 } else { x = 20 } }; x }", {20}},
      {"fn main() { x = 2.0; c = 1.0; x * (if x > 1 { 3 } else { 4 }) }", {6}},
  });
}

TEST_CASE("positions that are computed", "[loops]") {
  const std::string x = "fn main() { x = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]; i = 1; j = 2; ";
  check_rows({
      {x + "x[i] }", {4, 5, 6}},
      {x + "x[i, j] }", {6}},
      {x + "x[:, j] }", {3, 6}},
      {x + "x[.., j] }", {3, 6}},
      {x + "x[0, j] }", {3}},
      {x + "x[i, 0..2] }", {4, 5}},
      {x + "x[i, i .. i + 2] }", {5, 6}},
      {x + "x[:, i .. i + 2] }", {2, 3, 5, 6}},
      {x + "x[[1, 0, 1]] }", {4, 5, 6, 1, 2, 3, 4, 5, 6}},
      {x + "x[:, [2, 0]] }", {3, 1, 6, 4}},
      {x + "x[i, [2, 0]] }", {6, 4}},
      {x + "t = [[0, 1], [2, 2]]; x[1, t] }", {4, 5, 6, 6}},
      {"fn f(E: real[v, d], t: i32<v>[n]) -> real[n, d] = E[t]\nfn main() = f([[1.0], [2.0]], [1, 0, 1])",
       {2, 1, 2}},
      {"fn main() { x = [1.0, 2.0, 3.0]; x[argmax(x)] }", {3}},
      {"fn main() { x = [5, 6, 7]; p = [2, 0]; x[p[0]] }", {7}},
      {"fn main() { x = [1.0, 2.0, 3.0, 4.0]; p = [1]; x[p[0] .. p[0] + 2] }", {2, 3}},
  });
}

TEST_CASE("updates are new values under the same name", "[loops]") {
  const std::string x = "fn main() { x = [1.0, 2.0, 3.0]; ";
  const std::string m = "fn main() { x = [[1.0, 2.0], [3.0, 4.0]]; i = 1; ";
  check_rows({
      {x + "x[1] = 9; x }", {1, 9, 3}},
      {x + "y = x; x[0] = 0; x + y }", {1, 4, 6}},
      {x + "i = 2; x[i] += 10; x }", {1, 2, 13}},
      {x + "x[0..2] *= 2; x }", {2, 4, 3}},
      {x + "x[1..] = [7.0, 8.0]; x }", {1, 7, 8}},
      {x + "i = 1; x[i .. i + 2] -= 1; x }", {1, 1, 2}},
      {m + "x[i, 0] = 9; x }", {1, 2, 9, 4}},
      {m + "x[i] = [7.0, 8.0]; x }", {1, 2, 7, 8}},
      {m + "x[:, i] = 0; x }", {1, 0, 3, 0}},
      {m + "x[i, 0..1] += 5; x }", {1, 2, 8, 4}},
      {m + "x[.., 0] /= 2; x }", {0.5, 2, 1.5, 4}},
      {"fn main() { x = zeros([4]); for i in 0..4 { x[i] = real(i) * real(i) }; x }", {0, 1, 4, 9}},
      {"fn main() { x = [1.0, 1.0, 0.0, 0.0]; for i in 2..4 { x[i] = x[i - 1] + x[i - 2] }; x }",
       {1, 1, 2, 3}},
      {"fn main() { h = [0, 0, 0]; for v in [2, 0, 2] { h[v] += 1 }; h }", {1, 0, 2}},
      {"fn main() { x = [1.0, 2.0]; x[[1, 0]] = [5.0, 6.0]; x }", {6, 5}},
  });
}

TEST_CASE("gradients in loops and of them", "[loops]") {
  check_rows({
      {"fn main() { x = [1.0, 2.0, 3.0]; grad (sum i: x[i] * x[i]) wrt x }", {2, 4, 6}},
      {"fn main() { x = [1.0, 2.0]; y = x * x; for i: grad y[i] wrt x }", {2, 0, 0, 4}},
      {"fn main() { x = [1.0, 2.0]; for i: grad x[i] * x[i] wrt x }", {2, 0, 0, 4}},
      {"fn main() { x = [1.0, 2.0]; for i { v = x[i]; grad v * v * v wrt v } }", {3, 12}},
      {"fn main() { x = [1.0, 2.0]; for v in x: grad v * v wrt v }", {2, 4}},
      {"fn main() { x = [8.0, 4.0]; for step in 0..2 { x = x - 0.25 * (grad sum(x * x) wrt x) }; x }",
       {2, 1}},
      {"fn main() { x = 3.0; while x > 1 upto 9 { x = x - 0.25 * (grad x * x wrt x) }; x }", {0.75}},
      {"fn f(x: real) = if x > 0 { x * x } else { -x }\nfn main() { x = 3.0; y = -3.0; (grad f(x) wrt x, "
       "grad f(y) wrt y) }",
       {6, -1}},
      {"fn main() { x = [1.0, 2.0, 3.0]; i = 1; grad x[i] * x[i + 1] wrt x }", {0, 3, 2}},
      {"fn main() { x = [1.0, 2.0]; grad (sum i if i == 1: x[i] * x[i]) wrt x }", {0, 4}},
      {"fn main() { x = [1.0, 2.0]; y = x * 2; y[0] = 5; grad sum(y * y) wrt y }", {10, 8}},
  });
}

TEST_CASE("prints come in order, and only where they are reached", "[loops]") {
  const auto printed = [](const std::string& text) {
    const tests::Outcome outcome = tests::run_program(text);
    INFO(text << "\n" << outcome.said << outcome.stopped);
    CHECK(outcome.stopped.empty());
    return outcome.printed;
  };
  CHECK(printed("fn main() { for i in 0..3 { print(\"i\", i) }; 0 }") == "i 0\ni 1\ni 2\n");
  CHECK(printed("fn main() { for i in 0..2, j in 0..2 { print(i, j) }; 0 }") == "0 0\n0 1\n1 0\n1 1\n");
  CHECK(printed("fn main() { for i in 0..3 { if i == 1 { print(\"one\") } else { print(i) } }; 0 }") ==
        "0\none\n2\n");
  CHECK(printed("fn say(i: i64) { print(i); i }\nfn main() = for i in 0..2: say(i)") == "0\n1\n");
  CHECK(printed("fn main() { x = 1; while x < 5 { x = x * 2; print(x) }; x }") == "2\n4\n8\n");
  CHECK(printed("fn say(x: real) { print(x); x }\nfn main() = say([1.5, 2.5])") == "1.5\n2.5\n");
  CHECK(printed("fn main() { x = 1; if x > 2 { print(\"no\") }; print(\"yes\"); x }") == "yes\n");
}

TEST_CASE("what stops a program with loops", "[loops]") {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"fn main() { x = [1, 2, 3]; i = 3; x[i] }", "E3003"},
      {"fn main() { x = [1, 2, 3]; i = -1; x[i] }", "E3003"},
      {"fn main() { x = [1, 2, 3]; for i in 0..4: x[i] }", "E3003"},
      {"fn main() { x = [1, 2, 3]; i = 2; x[i .. i + 2] }", "E3003"},
      {"fn main() { x = [1, 2, 3]; x[[0, 5]] }", "E3003"},
      {"fn main() { x = [1, 2, 3]; i = 4; x[i] = 0; x }", "E3003"},
      {"fn f(x: real[n]) = x[0]\nfn main() = f(zeros([0]))", "E3003"},
      {"fn main() { d = 0; 5 / d }", "E3004"},
      {"fn main() { d = 0; for i in 0..3: i % d }", "E3004"},
      {"fn main() { x = 1e20; i64(x) }", "E3005"},
      {"fn main() { for i in 0..5 { assert i < 3 }; 0 }", "E3002"},
      {"fn main() { for i in 0..5 { for j in 0..5 { assert i + j < 8, \"far\" } }; 0 }", "E3002"},
      {"fn main() { s = 0; for i in 0..5 { s = s + i; assert s < 5 }; s }", "E3002"},
      {"fn main() { x = 0; while x < 10 { assert x < 5; x = x + 1 }; x }", "E3002"},
      {"fn main() { for i in 0..3 { s = 0; for j in 0..3 { s = s + i; assert s < 6 } }; 0 }", "E3002"},
  };
  for (const auto& [program, code] : rows) {
    const tests::Outcome outcome = tests::run_program(program);
    INFO(program << "\n" << outcome.said);
    CHECK(outcome.stopped == code);
  }
}

TEST_CASE("an index that must lie in its axis is not checked", "[loops]") {
  for (const std::string program : {
           "fn main(x: real[n]) = for i: x[i]",
           "fn main(x: real[n]) = for i in 0..n: x[n - 1 - i]",
           "fn main(x: real[n], k: real[m]) where m <= n + 1 = for i: sum a: x[i + a] * k[a]",
           "fn main(E: real[v, d], t: i32<v>[n]) = E[t]",
           "fn main(x: real[n], y: real[m]) where m <= n = for i: x[i] + y[0] * 0",
           "fn main(x: real[2 * n]) = for i in 0..n: x[2 * i + 1]",
           "fn main(x: real[n, m]) = for i: x[i, argmax(x[i])]",
           "fn main(x: real[4, n], i: i64) = x[i % 4]",
           "fn main(x: real[n], t: i32<n>[k]) = for j: x[t[j]]",
           "fn main(x: real[3]) = for i in 0..2: x[i .. i + 2]",
       }) {
    const std::string text = tests::built_text(program);
    INFO(text);
    CHECK((text.find("check_index") == std::string::npos) == (program.find("y[0]") == std::string::npos));
    CHECK(text.find("graph") != std::string::npos);
  }
}
