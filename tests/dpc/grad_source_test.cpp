// `dpc grad`: what is printed is a program, and gives the same bits as `grad` in the program it was made
// from.

#include <catch2/catch.hpp>

#include "tests/support/grad_source.h"

namespace dp::tests {
namespace {

const std::string square = "[[0.1, -0.7, 1.3], [2.0, 0.4, -0.2], [0.9, -1.1, 0.6]]";
const std::string row = "[0.3, -0.5, 0.8]";

}  // namespace

TEST_CASE("a printed gradient gives the bits of grad: choices") {
  check_same_bits(
      {"fn f(x: real[n], y: real[n]) -> real = sum(where(x > y, x * y, exp(y)) ^ 3)\n"
       "fn g(x: real[n], y: real[n]) -> (real[n], real[n]) {\n  l = f(x, y)\n  grad l wrt (x, y)\n}\n",
       {"x", "y"},
       {{"x", row}, {"y", "[0.2, 0.4, 0.8]"}},
       {}});
}

TEST_CASE("a printed gradient gives the bits of grad: softmax and two axes of one size") {
  check_same_bits(
      {"fn f(x: real[n, n], v: real[n]) -> real = sum(softmax(x @ x.T) * x) + v @ (x @ v)\n"
       "fn g(x: real[n, n], v: real[n]) -> (real[n, n], real[n]) {\n  l = f(x, v)\n  grad l wrt (x, v)\n}\n",
       {"x", "v"},
       {{"x", square}, {"v", row}},
       {}});
}

TEST_CASE("a printed gradient gives the bits of grad: parts of tensors") {
  check_same_bits(
      {"fn f(x: real[3, 3], y: real[3]) -> real {\n  a = x[1..3, 0..2]\n"
       "  c = concat([a, stack([x[0], y], over = 1)], over = 0)\n"
       "  sum(tanh(c) @ c.T) + sum(pad(a, [(1, 0), (0, 2)]) ^ 2)\n}\n"
       "fn g(x: real[3, 3], y: real[3]) -> (real[3, 3], real[3]) {\n  l = f(x, y)\n  grad l wrt (x, y)\n}\n",
       {"x", "y"},
       {{"x", square}, {"y", row}},
       {}});
}

TEST_CASE(
    "a printed gradient gives the bits of grad: norms, and what is simplified before gradients are taken") {
  check_same_bits(
      {"fn f(x: real[n, m], y: real[m]) -> real = sum(norm(x, over = 1)) + norm(y) ^ 3 + norm(y) ^ 4 + log(1 "
       "+ exp(y[0]))\n"
       "fn g(x: real[n, m], y: real[m]) -> (real[n, m], real[m]) {\n  l = f(x, y)\n  grad l wrt (x, y)\n}\n",
       {"x", "y"},
       {{"x", square}, {"y", row}},
       {}});
}

TEST_CASE("a printed gradient gives the bits of grad: broadcasting along either axis") {
  check_same_bits(
      {"fn f(x: real[n, m], a: real[n], b: real[m]) -> real =\n"
       "  sum((x - a) * sigmoid(x * b) + max(x, a)) + sum(min(b, 0.5) * a[0])\n"
       "fn g(x: real[n, m], a: real[n], b: real[m]) -> (real[n, m], real[n], real[m]) {\n"
       "  l = f(x, a, b)\n  grad l wrt (x, a, b)\n}\n",
       {"x", "a", "b"},
       {{"x", square}, {"a", row}, {"b", "[1.5, 0.5, -2.0]"}},
       {}});
}

TEST_CASE("a printed gradient gives the bits of grad: products with leading axes") {
  const std::string two = "[" + square + ", " + square + "]";
  check_same_bits(
      {"fn f(q: real[h, t, d], k: real[h, t, d]) -> real =\n"
       "  sum(softmax(q @ transpose(k, [0, 2, 1]) / sqrt(real(d))) @ k)\n"
       "fn g(q: real[h, t, d], k: real[h, t, d]) -> (real[h, t, d], real[h, t, d]) {\n"
       "  l = f(q, k)\n  grad l wrt (q, k)\n}\n",
       {"q", "k"},
       {{"q", two}, {"k", two}},
       {}});
}

TEST_CASE("the parameters of a layer become parameters of the printed function") {
  const Sample sample{
      "fn f(net: LayerNorm(d), x: real[b, d], y: i32<d>[b]) -> real = cross_entropy(net(x), y)\n"
      "fn g(net: LayerNorm(d), x: real[b, d], y: i32<d>[b]) -> (real[d], real[d]) {\n"
      "  l = f(net, x, y)\n  grad l wrt (net.scale, net.shift)\n}\n",
      {"net"},
      {{"net", "init"}, {"d", "3"}, {"x", square}, {"y", "[2, 0, 1]"}},
      {{"net_scale", "[1.0, 1.0, 1.0]"},
       {"net_shift", "[0.0, 0.0, 0.0]"},
       {"x", square},
       {"y", "[2, 0, 1]"}}};
  check_same_bits(sample);
  const auto source = printed(sample.declarations, {"net"});
  REQUIRE(source);
  CHECK(source->find("  net_shift: real[d],\n  x: real[b, d],\n  y: i32<d>[b]\n") != std::string::npos);
  CHECK(source->find("# d f / d net.scale, d f / d net.shift") != std::string::npos);
}

TEST_CASE("a printed gradient is short where the function is") {
  const auto source = printed("fn f(x: real[n], t1: real[n]) -> real = sum(sin(x) * t1)\n", {"x"});
  REQUIRE(source);
  CHECK(*source ==
        "## The gradient of `f` with respect to `x`.\n"
        "fn f_gradient(x: real[n], t1: real[n]) -> real[n] {\n"
        "  d_x = t1 * cos(x)\n"
        "  d_x  # d f / d x\n"
        "}\n");
}

TEST_CASE("`dpc grad` says what it cannot do") {
  const auto unknown = printed("fn f(net: LayerNorm(d), x: real[d]) -> real = sum(net(x))\n", {"net.scael"});
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().code == "E2220");
  REQUIRE(unknown.error().fixes.size() == 1);
  CHECK(unknown.error().fixes[0] == "net.scale");
  const auto whole = printed("fn f(i: i64, x: real) -> real = x\n", {"i"});
  REQUIRE_FALSE(whole);
  CHECK(whole.error().code == "E2220");
  const auto tensor = printed("fn f(x: real[n]) -> real[n] = x\n", {"x"});
  REQUIRE_FALSE(tensor);
  CHECK(tensor.error().code == "E2221");
  const auto leading = printed("fn f(x: real[.., n]) -> real = sum(x)\n", {"x"});
  REQUIRE_FALSE(leading);
  CHECK(leading.error().code == "E0901");
}

}  // namespace dp::tests
