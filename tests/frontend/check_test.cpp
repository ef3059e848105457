// Rules of the checker, one row each.

#include <catch2/catch.hpp>

#include "tests/frontend/check_samples.h"

using namespace dp;
using tests::check_codes;
using tests::type_of;

namespace {

/// The type of an expression of x: real[batch, d], v: real[d], s: real, m: real[n, n], i: i32<10>[batch], c:
/// bool[d].
std::string typed_as(const std::string& expression) {
  return type_of(
      "fn main(x: real[batch, d], v: real[d], u: real[batch], s: real, m: real[n, n], i: i32<10>[batch], "
      "c: bool[d], k: real[8]) = " +
      expression);
}
using Codes = std::vector<std::string>;

}  // namespace

TEST_CASE("broadcasting fits axes in one way", "[check]") {
  CHECK(typed_as("x - v") == "real[batch, d]");
  CHECK(typed_as("x - u") == "real[batch, d]");
  CHECK(typed_as("u * x") == "real[batch, d]");
  CHECK(typed_as("x - mean(x, over = d)") == "real[batch, d]");
  CHECK(type_of("fn main(a: real[n, 1], b: real[n]) = a * b") == "real[n, 1]");
  CHECK(type_of("fn main(a: real[b, h, t, t], k: real[t, t]) = a + k") == "real[b, h, t, t]");
  CHECK(check_codes("fn main(a: real[n, 1], b: real[1, n]) = a - b") == Codes{"E0202"});
  CHECK(check_codes("fn main(a: real[n, n], b: real[n]) = a - b") == Codes{"E0204"});
  CHECK(check_codes("fn main(a: real[n], b: real[m]) = a - b") == Codes{"E0202"});
  CHECK(type_of("fn main(x: real[.., n], v: real[n]) = x * v") == "real[.., n]");
  CHECK(type_of("fn main(x: real[.., n], v: real[..]) = x * v") == "real[.., n]");
}

TEST_CASE("literals and dimensions take the type that the context asks for", "[check]") {
  CHECK(typed_as("2") == "i64");
  CHECK(typed_as("2.0") == "real");
  CHECK(typed_as("x * 2") == "real[batch, d]");
  CHECK(typed_as("sum(x) / d") == "real");
  CHECK(typed_as("(1 / d) * s") == "real");
  CHECK(typed_as("d / 2") == "i64");
  CHECK(typed_as("[1, 2, 3]") == "i64[3]");
  CHECK(typed_as("[1, 2.5]") == "real[2]");
  CHECK(typed_as("[[1, 2], [3, 4]] * s") == "real[2, 2]");
  CHECK(typed_as("f64(2) * 3") == "f64");
  CHECK(typed_as("2 ^ -1") == "real");
  CHECK(typed_as("i == 3") == "bool[batch]");
  CHECK(typed_as("argmax(x) == i") == "bool[batch]");
  CHECK(check_codes("fn main(x: f32, y: f64) = x + y") == Codes{"E0205"});
  CHECK(check_codes("fn main(x: i32, y: i64) = x + y") == Codes{"E0205"});
  CHECK(type_of("const half = 1 / 2.0\nfn main(x: f64) = x * half") == "f64");
}

TEST_CASE("matrix products", "[check]") {
  CHECK(type_of("fn main(x: real[.., n, k], y: real[k, m]) = x @ y") == "real[.., n, m]");
  CHECK(type_of("fn main(x: real[.., n, k], y: real[.., k, m]) = x @ y") == "real[.., n, m]");
  CHECK(type_of("fn main(x: real[.., n, k], y: real[k]) = x @ y") == "real[.., n]");
  CHECK(type_of("fn main(x: real[k], y: real[k, m]) = x @ y") == "real[m]");
  CHECK(type_of("fn main(x: real[k], y: real[k]) = x @ y") == "real");
  CHECK(type_of("fn main(x: real[b, h, t, d], y: real[b, h, t, d]) = x @ y.T") == "real[b, h, t, t]");
  CHECK(check_codes("fn main(x: real[n, k], y: real[m, k]) = x @ y") == Codes{"E0203"});
}

TEST_CASE("indexing and slices", "[check]") {
  CHECK(typed_as("x[0]") == "real[d]");
  CHECK(typed_as("x[:, 0]") == "real[batch]");
  CHECK(typed_as("x[.., 0]") == "real[batch]");
  CHECK(typed_as("k[2..5]") == "real[3]");
  CHECK(typed_as("k[2..]") == "real[6]");
  CHECK(typed_as("k[..3]") == "real[3]");
  CHECK(check_codes("fn main(x: real[3]) = x[1..5]") == Codes{"E0213"});
  CHECK(check_codes("fn main(x: real[3]) = x[-1]") == Codes{"E0213"});
  CHECK(type_of("fn main(x: real[n], y: real[m]) -> real[m] where m <= n = x[0..m]") == "real[m]");
}

TEST_CASE("an integer tensor gathers along its axis", "[check]") {
  CHECK(type_of("fn main(e: real[v, d], t: i32<v>[batch, time]) = e[t]") == "real[batch, time, d]");
  CHECK(type_of("fn main(e: real[v, d], t: i32<v>[..]) = e[t]") == "real[.., d]");
  CHECK(type_of("fn main(x: real[a, v, d], t: i32<v>[n]) = x[:, t]") == "real[a, n, d]");
  CHECK(type_of("fn main(x: real[a, v, d], t: i32<v>[n]) = x[0, t]") == "real[n, d]");
  CHECK(type_of("fn main(e: real[v, d], t: i32<w>[n]) = e[t]") == "real[n, d]");
}

TEST_CASE("reductions and over", "[check]") {
  CHECK(typed_as("sum(x)") == "real");
  CHECK(typed_as("sum(x, over = batch)") == "real[d]");
  CHECK(typed_as("sum(x, 0)") == "real[d]");
  CHECK(typed_as("max(x, over = (0, 1))") == "real");
  CHECK(typed_as("max(x, s)") == "real[batch, d]");
  CHECK(typed_as("argmax(x)") == "i64[batch]");
  CHECK(typed_as("mean(x)") == "real");
  CHECK(typed_as("mean(x, over = batch)") == "real[d]");
  CHECK(typed_as("mean(x, -1)") == "real[batch]");
  CHECK(typed_as("softmax(x)") == "real[batch, d]");
  CHECK(typed_as("softmax(x, over = 0)") == "real[batch, d]");
  CHECK(typed_as("x |> softmax(over = batch)") == "real[batch, d]");
  CHECK(typed_as("logsumexp(x, over = batch)") == "real[d]");
  CHECK(type_of("fn main(x: real[..]) = mean(x)") == "real");
  CHECK(type_of("fn main(a: real[b, h, w, c]) = softmax(a, over = (1, 2))") == "real[b, h, w, c]");
}

TEST_CASE("calls solve the callee's dimensions", "[check]") {
  CHECK(type_of("fn pair(x: real[2 * n]) -> real[n] where 2 * n <= 100 = x as [2, n] |> sum(over = 0)\n"
                "fn main(x: real[10]) = pair(x)") == "real[5]");
  CHECK(type_of("fn f(x: real[.., n], w: real[n, m]) -> real[.., m] = x @ w\n"
                "fn main(x: real[a, b, 3], w: real[3, 4]) = f(x, w)") == "real[a, b, 4]");
  CHECK(type_of("fn f(x: real) -> (real, bool) = (x, x > 0)\nfn main(x: real[n]) = f(x)") ==
        "(real[n], bool[n])");
  CHECK(type_of("fn f(x: real, by: real = 2) -> real = x * by\nfn main(x: f64[n]) = f(x)") == "f64[n]");
  CHECK(type_of("fn f(a: real[n], b: real[n]) -> real[n] = a + b\ndim h = 4, k = 4\n"
                "fn main(a: real[h], b: real[4]) = f(a, b)") == "real[h]");
  CHECK(check_codes("fn f(a: real[n], b: real[n]) -> real[n] = a + b\ndim h = 4, k = 4\n"
                    "fn main(a: real[h], b: real[k]) = f(a, b)") == Codes{"E0201"});
}

TEST_CASE("clauses are proven, refuted or asked for", "[check]") {
  const std::string split =
      "fn heads_of(x: real[.., d], w: real[heads, dk]) -> real[.., heads, dk] where heads * dk == d = x as "
      "[.., heads, dk]\n";
  CHECK(type_of(split + "fn main(x: real[t, 12], w: real[3, 4]) = heads_of(x, w)") == "real[t, 3, 4]");
  CHECK(check_codes(split + "fn main(x: real[t, 12], w: real[3, 5]) = heads_of(x, w)") == Codes{"E0711"});
  CHECK(check_codes(split + "fn main(x: real[t, n], w: real[3, 4]) = heads_of(x, w)") == Codes{"E0702"});
  CHECK(type_of(split +
                "fn main(x: real[t, n], w: real[a, b]) -> real[t, a, b] where a * b == n = heads_of(x, w)") ==
        "real[t, a, b]");
}

TEST_CASE("layers are called, their fields named", "[check]") {
  const std::string layers =
      "dim pixels = 64, classes = 10\n"
      "layer Net(hidden) { fc1: Linear(pixels, hidden); fc2: Linear(hidden, classes)\n"
      "  fn features(x: real[.., pixels]) -> real[.., hidden] = relu(fc1(x))\n"
      "  fn (x: real[.., pixels]) -> real[.., classes] = fc2(features(x)) }\n";
  CHECK(type_of(layers + "fn main(net: Net(32), x: real[n, 64]) = net(x)") == "real[n, classes]");
  CHECK(type_of(layers + "fn main(net: Net(32), x: real[n, 64]) = net.features(x)") == "real[n, 32]");
  CHECK(type_of(layers + "fn main(net: Net(h)) = net.fc1.w") == "real[pixels, h]");
  CHECK(type_of(layers + "fn main(net: Net(h), g: Net(h)) = net - 0.1 * g") == "Net(h)");
  CHECK(
      type_of(layers + "fn main(net: Net(h), x: real[n, pixels]) = grad sum(net(x)) wrt (net.fc1.w, net)") ==
      "(real[pixels, h], Net(h))");
}

TEST_CASE("gradients", "[check]") {
  CHECK(typed_as("grad sum(x * v) wrt v") == "real[d]");
  CHECK(typed_as("vjp x * v wrt v with x") == "real[d]");
  CHECK(typed_as("jvp x * v wrt v along v") == "real[batch, d]");
  CHECK(type_of("fn main(x: real) { y = x * x; grad y * y wrt y }") == "real");
  CHECK(check_codes("fn main(x: real, y: real) { b = x; grad x * y wrt b }") == Codes{"W0401"});
  CHECK(check_codes("fn f(x: real[n]) -> real = sum(x)\nfn main(x: real[n]) = grad f(x) wrt x").empty());
}

TEST_CASE("a name that failed does not report again", "[check]") {
  CHECK(check_codes("fn main(x: real) { y = x + nothing; z = y * 2; z + y }") == Codes{"E0301"});
  CHECK(check_codes("fn f(x: what) -> real = x\nfn main(x: real) = f(x) + f(x)") == Codes{"E0307"});
  CHECK(check_codes("fn main(x: real) { a = x + p; b = x + q; a + b }") == (Codes{"E0301", "E0301"}));
}

TEST_CASE("the whole library checks", "[check]") {
  Sources sources;
  Diagnostics diagnostics;
  ast::Module all;
  for (const LibraryFile& each : library_files()) {
    auto parsed = parse(sources.add(std::string(each.name), std::string(each.text)), sources, diagnostics);
    REQUIRE(parsed);
    for (auto& declaration : parsed->declarations) all.declarations.push_back(std::move(declaration));
  }
  const auto module = check_library(all, sources, diagnostics);
  INFO(render(diagnostics, sources));
  CHECK(module);
}
