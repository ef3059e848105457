// `dpc grad` of what is no plain arithmetic: loops, positions, updates, branches, routines, draws. The
// printed program gives the bits of `grad`.

#include <catch2/catch.hpp>

#include "tests/support/grad_source.h"

namespace dp::tests {
namespace {

const std::string square = "[[0.1, -0.7, 1.3], [2.0, 0.4, -0.2], [0.9, -1.1, 0.6]]";
const std::string tall = "[[0.3, 0.5, -0.4], [1.1, -0.6, 0.2], [0.8, 0.1, 0.9], [-0.2, 0.7, 0.35]]";
const std::string row = "[0.3, -0.5, 0.8]";

}  // namespace

TEST_CASE("a printed gradient gives the bits of grad: scans") {
  const std::vector<std::string> wrt{"w", "u"};
  const std::vector<NamedValue> values{{"xs", tall}, {"w", square}, {"u", square}};
  const std::string given = "xs: real[t, n], w: real[n, h], u: real[h, h]";
  SECTION("what every step leaves")
  check_same_bits(sample_of(given,
                            "  s = zeros([h])\n  hs = for x in xs { s = tanh(x @ w + s @ u); s }\n"
                            "  sum(hs ^ 2)",
                            wrt, values));
  SECTION("what the last step leaves")
  check_same_bits(sample_of(
      given, "  s = zeros([h])\n  for x in xs { s = sigmoid(x @ w + s @ u) }\n  sum(s ^ 3)", wrt, values));
  SECTION("two values change places")
  check_same_bits(sample_of(given,
                            "  a = zeros([h])\n  b = ones([h])\n"
                            "  for x in xs {\n    c = a\n    a = b + x @ w\n    b = c * sin(b @ u)\n  }\n"
                            "  sum(a * b)",
                            wrt, values));
  SECTION("a scan in a scan")
  check_same_bits(sample_of(given,
                            "  s = zeros([h])\n  for x in xs {\n    y = x @ w\n"
                            "    for i in 0..3 { y = tanh(y @ u + s) }\n    s = s + y\n  }\n  sum(s)",
                            wrt, values));
}

TEST_CASE("a printed gradient gives the bits of grad: a cell with gates") {
  const std::string body =
      "  s = zeros([d])\n  c = zeros([d])\n"
      "  for x in xs {\n    z = concat([x, s]) @ w + b\n    i = sigmoid(z[0..d])\n"
      "    o = sigmoid(z[d..2 * d])\n    g = tanh(z[2 * d..3 * d])\n    c = (1 - i) * c + i * g\n"
      "    s = o * tanh(c)\n  }\n  sum(s ^ 2)";
  const std::string line = "[0.1, -0.2, 0.3, 0.5, -0.7, 0.11]";
  check_same_bits(sample_of("xs: real[t, 3], w: real[d + 3, 3 * d], b: real[3 * d]", body, {"w", "b"},
                            {{"xs", square},
                             {"w", "[" + line + "," + line + "," + line + "," + line + "," + line + "]"},
                             {"b", line}}));
}

TEST_CASE("a printed gradient gives the bits of grad: steps whose number counts") {
  check_same_bits(sample_of("x: real[n]",
                            "  s = 1.0\n  for i in 0..n { s = s * x[i] + real(i) * sin(s) }\n  s", {"x"},
                            {{"x", row}}));
  check_same_bits(sample_of("x: real[n]) where n >= 1",
                            "  s = x\n  for i in 1..n { s[i] = s[i] * s[i - 1] }\n  sum(s)", {"x"},
                            {{"x", row}}));
}

TEST_CASE("a printed gradient gives the bits of grad: while") {
  check_same_bits(sample_of("x: real",
                            "  y = x\n  k = 0\n"
                            "  while y < 100.0 and k < 9 upto 12 { y = y * x + 1.0; k += 1 }\n  y",
                            {"x"}, {{"x", "1.7"}}));
  check_same_bits(
      sample_of("x: real[n]",
                "  ys = for i in 0..n { y = x[i]; while y < 3.0 upto 8 { y = y * 1.5 + 0.1 }; y }\n"
                "  sum(ys ^ 2)",
                {"x"}, {{"x", "[0.3, 0.5, 2.9]"}}));
}

TEST_CASE("a printed gradient gives the bits of grad: gathers") {
  const std::vector<NamedValue> values{{"E", tall}, {"tokens", "[2, 0, 2, 1, 3]"}};
  check_same_bits(sample_of("E: real[v, d], tokens: i32<v>[t]", "  sum(sin(E[tokens]) ^ 2)", {"E"}, values));
  check_same_bits(sample_of("E: real[v, d], tokens: i64[t]", "  sum(sin(E[tokens]) ^ 2)", {"E"}, values));
  check_same_bits(sample_of("E: real[v, d], tokens: i64[a, b]", "  sum(exp(E[tokens]))", {"E"},
                            {{"E", tall}, {"tokens", "[[2, 0], [2, 1]]"}}));
  check_same_bits(sample_of("E: real[v, d], tokens: i64[t]", "  sum(exp(E[:, tokens]))", {"E"},
                            {{"E", tall}, {"tokens", "[2, 0, 2, 1, 1]"}}));
}

TEST_CASE("a printed gradient gives the bits of grad: elements at chosen positions") {
  check_same_bits(sample_of("x: real[n, m], q: i64[n]", "  sum i: x[i, q[i]] ^ 2", {"x"},
                            {{"x", tall}, {"q", "[2, 0, 1, 1]"}}));
  check_same_bits(sample_of("x: real[n], k: i64", "  sum(x[k .. k + 2] ^ 2) + x[k] * x[0]", {"x"},
                            {{"x", row}, {"k", "1"}}));
  check_same_bits(sample_of("x: real[n], w: real[k]) where k <= n",
                            "  y = for i: sum j: x[i + j] * w[j]\n  sum(y ^ 2)", {"x", "w"},
                            {{"x", "[0.1, 0.5, -0.3, 0.8, 0.6]"}, {"w", row}}));
}

TEST_CASE("a printed gradient gives the bits of grad: updates") {
  const std::vector<NamedValue> values{{"x", square}, {"q", "[1, 1, 0]"}, {"y", row}};
  const std::string given = "x: real[n, m], q: i64[n], y: real[m]";
  check_same_bits(sample_of(given, "  z = x\n  z[q[0]] = y * 2.0\n  sum(z ^ 3)", {"x", "y"}, values));
  check_same_bits(
      sample_of(given, "  z = x\n  for i in 0..n { z[q[i]] += y * x[i] }\n  sum(z ^ 3)", {"x", "y"}, values));
  check_same_bits(
      sample_of(given, "  z = x\n  for i in 0..n { z[q[i]] *= 1.5 }\n  sum(z ^ 3)", {"x"}, values));
}

TEST_CASE("a printed gradient gives the bits of grad: branches") {
  check_same_bits(sample_of("x: real, y: real", "  if x > y { x * y } else if x > 0.0 { sin(x) } else { y }",
                            {"x", "y"}, {{"x", "0.3"}, {"y", "0.7"}}));
  check_same_bits(sample_of(
      "x: real[n]", "  y = for i in 0..n: if i > 0 { x[i] * x[i - 1] } else { sqrt(x[i]) }\n  sum(y ^ 2)",
      {"x"}, {{"x", "[0.3, 0.5, 0.8]"}}));
  check_same_bits(sample_of("x: real[n], k: i64",
                            "  s = 0.0\n  if k > 0 { s = x[k] * real(7 / k) }\n  s + sum(x ^ 2)", {"x"},
                            {{"x", row}, {"k", "2"}}));
}

TEST_CASE("a printed gradient gives the bits of grad: what was not chosen before a product") {
  const std::vector<NamedValue> values{{"x", square}, {"w", square}};
  const std::string given = "x: real[n, m], w: real[m, k]";
  check_same_bits(sample_of(given, "  sum(where(x > 0.0, log(x), x) @ w)", {"x", "w"}, values));
  check_same_bits(sample_of(given, "  y = x @ w\n  sum(where(y > 0.0, sqrt(y), y * y))", {"x", "w"}, values));
}

TEST_CASE("a printed gradient gives the bits of grad: attention") {
  const std::string body =
      "  q = x @ wq\n  s = q @ x.T / sqrt(real(d))\n"
      "  m = for i in 0..t, j in 0..t: if j <= i { s[i, j] } else { -1e9 }\n"
      "  y = softmax(m) @ x\n  sum(y ^ 2)";
  check_same_bits(
      sample_of("x: real[t, d], wq: real[d, d]", body, {"x", "wq"}, {{"x", tall}, {"wq", square}}));
  const std::string heads =
      "  q = transpose(x as [t, 3, 1], [1, 0, 2])\n"
      "  a = softmax(for h, i: for j in 0..t: if j <= i { q[h, i] @ q[h, j] } else { -inf })\n"
      "  sum((a @ q) ^ 2)";
  check_same_bits(sample_of("x: real[t, 3]", heads, {"x"}, {{"x", tall}}));
}

TEST_CASE("a printed gradient gives the bits of grad: structs and layers in loops") {
  const std::string before =
      "struct Line { slope: real, at: real[n] }\nlayer Net(d) {\n  a: Linear(d, d)\n  n: LayerNorm(d)\n"
      "  fn (x: real[d]) -> real[d] = x + tanh(n(a(x)))\n}\n";
  Sample sample = sample_of("net: Net(d), xs: real[t, d]",
                            "  s = zeros([d])\n  for x in xs { s = net(s + x) }\n  sum(s ^ 2)", {"net"},
                            {{"net", "init:3"}, {"xs", tall}}, before.substr(before.find("layer")));
  const auto source = printed(sample.declarations, sample.wrt);
  INFO(sample.declarations);
  if (!source) UNSCOPED_INFO(source.error().message);
  REQUIRE(source);
  CHECK(source->find("s = s + x") == std::string::npos);
  CHECK(source->find("net_a_w: real[d, d]") != std::string::npos);
}

TEST_CASE("a printed gradient gives the bits of grad: routines") {
  const std::vector<NamedValue> values{{"a", square}, {"b", row}};
  const std::string given = "a: real[n, n], b: real[n]";
  const std::string definite = "  m = a @ a.T + 2.0 * eye(n)\n";
  check_same_bits(
      sample_of(given, definite + "  L = cholesky(m)\n  sum(L ^ 2 * 0.5) + sum(L[:, 0])", {"a"}, values));
  check_same_bits(sample_of(given, definite + "  sum(solve(m, b) ^ 2)", {"a", "b"}, values));
  check_same_bits(sample_of(given, definite + "  logdet(m)", {"a"}, values));
  check_same_bits(sample_of(given, "  det(a)", {"a"}, values));
  check_same_bits(sample_of(given, "  sum(triangular_solve(a + 3.0 * eye(n), b) ^ 2)", {"a", "b"}, values));
  check_same_bits(sample_of(given, definite + "  (values, vectors) = eigh(m)\n  values[0] + sum(values ^ 2)",
                            {"a"}, values));
}

TEST_CASE("a printed gradient gives the bits of grad: order") {
  check_same_bits(sample_of("x: real[n]", "  s = sort(x)\n  s[0] * 2.0 + s @ s", {"x"}, {{"x", row}}));
  check_same_bits(sample_of("x: real[n]", "  y = x[argsort(x)]\n  sum(for i in 0..n: y[i] * real(i))", {"x"},
                            {{"x", row}}));
  check_same_bits(sample_of("x: real[n, m]", "  sum(take_along(x, argmax(x)) ^ 2) + sum(max(x, over = 1))",
                            {"x"}, {{"x", tall}}));
}

TEST_CASE("a printed gradient gives the bits of grad: random draws") {
  check_same_bits(sample_of("x: real[n]",
                            "  k = key(7)\n  sum(x * normal(k, [n])) + sum(x ^ 2 * uniform(fold(k, 1), [n]))",
                            {"x"}, {{"x", row}}));
  check_same_bits(
      sample_of("x: real[n], k: key", "  sum(dropout(x, 0.5, k) ^ 2)", {"x"}, {{"x", row}, {"k", "3"}}));
  check_same_bits(sample_of("x: real[n]", "  ks = split(key(1), n)\n  sum i: x[i] * sum(uniform(ks[i], [2]))",
                            {"x"}, {{"x", row}}));
}

TEST_CASE("a printed gradient gives the bits of grad: what happens in order") {
  check_same_bits(sample_of("x: real[n]",
                            "  s = 0.0\n  for i in 0..n {\n    assert x[i] > -1.0, \"too small\"\n"
                            "    s = s * 0.5 + x[i] ^ 2\n  }\n  s",
                            {"x"}, {{"x", row}}));
}

TEST_CASE("a printed gradient keeps the names of loops") {
  const auto source = printed(
      "fn f(x: real[n]) -> real {\n  total = 0.0\n  for place in 0..n { total = total * x[place] + 1.0 }\n"
      "  total ^ 2\n}\n",
      {"x"});
  REQUIRE(source);
  INFO(*source);
  CHECK(source->find("for place in 0..n {") != std::string::npos);
  CHECK(source->find("    total = total * ") != std::string::npos);
}

TEST_CASE("a printed gradient adds up what was gathered") {
  const auto source = printed("fn f(E: real[v, d], tokens: i32<v>[t]) -> real = sum(E[tokens] ^ 2)\n", {"E"});
  REQUIRE(source);
  CHECK(*source ==
        "## The gradient of `f` with respect to `E`.\n"
        "fn f_gradient(E: real[v, d], tokens: i32<v>[t]) -> real[v, d] {\n"
        "  t1 = E[tokens]\n"
        "  t2 = t1 + t1\n"
        "  d_E = full([v, d], 0.0)\n"
        "  for i in 0..t { d_E[tokens[i]] += t2[i] }\n"
        "  d_E  # d f / d E\n"
        "}\n");
}

}  // namespace dp::tests
