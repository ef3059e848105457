// What `simplify` makes of graphs, as text before and after.

#include "passes/simplify.h"

#include <catch2/catch.hpp>

#include "ir/infer.h"
#include "ir/parse_ir.h"
#include "ir/print.h"
#include "ir/verify.h"
#include "tests/support/op_samples.h"

namespace dp {
namespace {

Graph parsed(const std::string& text) {
  Sources sources;
  const FileId file = sources.add("test.ir", text);
  Result<Graph> graph = parse_graph(sources, file);
  if (!graph) FAIL(text + graph.error().message + " at " + sources.where(graph.error().at));
  return std::move(graph).take();
}

/// The lines of a graph over common inputs, simplified, without the frame: "return y".
std::string simplified(const std::string& body, const SimplifyOptions& options = {}) {
  const std::string head =
      "graph f(x: f32[2, 3], y: f32[2, 3], v: f32[3], s: f32, p: bool[2, 3], i: i64[2, 3], n: f32[m, 4], e: "
      "f32[0, 3]) {\n";
  const Graph graph = simplify(parsed(head + body + "\n}\n"), options);
  CHECK(violation(graph, Stage::graph) == "");
  std::string text = print(graph);
  text = text.substr(text.find(" {\n") + 3);
  text = text.substr(0, text.rfind("\n}"));
  std::string lines;
  for (std::size_t k = 0; k < text.size(); ++k) {
    lines += text[k];
    if (text[k] == '\n') k += 2;
  }
  return lines.substr(2);
}

constexpr SimplifyOptions meaning = {.meaning = true};
constexpr SimplifyOptions fast = {.fast_math = true};

TEST_CASE("what is not exact stays", "[simplify]") {
  const std::string line = GENERATE(as<std::string>(), "add(x, %c)", "mul(x, %c)", "sub(x, x)", "div(x, x)",
                                    "sub(%c, x)", "div(%c, x)", "eq(x, x)", "max(x, %c)");
  const std::string type = line.starts_with("eq") ? "bool[2, 3]" : "f32[2, 3]";
  const std::string constant = line.find("%c") == std::string::npos ? "" : "%c = constant 0.0 : f32[2, 3]\n";
  const std::string text = constant + "%r = " + line + " : " + type + "\nreturn %r";
  CHECK(simplified(text) == text);
  CHECK(simplified(text, meaning) == text);
}

TEST_CASE("chains of moves become one", "[simplify]") {
  CHECK(simplified("%0 = transpose(x) permutation=[1, 0] : f32[3, 2]\n"
                   "%1 = transpose(%0) permutation=[1, 0] : f32[2, 3]\nreturn %1") == "return x");
  CHECK(simplified("%0 = reshape(x) : f32[6]\n%1 = reshape(%0) : f32[2, 3]\nreturn %1") == "return x");
  CHECK(simplified("%0 = reshape(x) : f32[6]\n%1 = reshape(%0) : f32[3, 2]\nreturn %1") ==
        "%0 = reshape(x) : f32[3, 2]\nreturn %0");
  CHECK(simplified("%0 = broadcast(v) axes=[1] : f32[2, 3]\n%1 = broadcast(%0) axes=[0, 2] : f32[2, 5, "
                   "3]\nreturn %1") == "%0 = broadcast(v) axes=[2] : f32[2, 5, 3]\nreturn %0");
  CHECK(simplified("%0 = broadcast(x) axes=[0, 1] : f32[2, 3]\nreturn %0") == "return x");
  CHECK(simplified("%0 = broadcast(x) axes=[0, 2] : f32[2, 4, 3]\n"
                   "%1 = transpose(%0) permutation=[2, 1, 0] : f32[3, 4, 2]\nreturn %1") ==
        "%0 = transpose(x) permutation=[1, 0] : f32[3, 2]\n"
        "%1 = broadcast(%0) axes=[0, 2] : f32[3, 4, 2]\nreturn %1");
  CHECK(simplified("%0 = flip(x) axes=[0] : f32[2, 3]\n%1 = flip(%0) axes=[0, 1] : f32[2, 3]\nreturn %1") ==
        "%0 = flip(x) axes=[1] : f32[2, 3]\nreturn %0");
  CHECK(simplified("%0 = flip(x) axes=[0] : f32[2, 3]\n%1 = flip(%0) axes=[0] : f32[2, 3]\nreturn %1") ==
        "return x");
}

TEST_CASE("windows see through each other", "[simplify]") {
  CHECK(simplified("%0 = slice(x) start=[0, 0] : f32[2, 3]\nreturn %0") == "return x");
  CHECK(simplified(
            "%0 = slice(x) start=[0, 1] : f32[2, 2]\n%1 = slice(%0) start=[1, 1] : f32[1, 1]\nreturn %1") ==
        "%0 = slice(x) start=[1, 2] : f32[1, 1]\nreturn %0");
  CHECK(simplified("%0 = pad(v) low=[2] stride=[2] : f32[9]\n%1 = slice(%0) start=[2] stride=[2] : "
                   "f32[3]\nreturn %1") == "return v");
  CHECK(simplified("%0 = pad(v) low=[1] : f32[5]\n%1 = pad(%0) low=[1] stride=[2] : f32[10]\nreturn %1") ==
        "%0 = pad(v) low=[3] stride=[2] : f32[10]\nreturn %0");
  CHECK(simplified(
            "%0 = broadcast(v) axes=[1] : f32[2, 3]\n%1 = slice(%0) start=[1, 0] : f32[1, 3]\nreturn %1") ==
        "%0 = broadcast(v) axes=[1] : f32[1, 3]\nreturn %0");
  CHECK(simplified(
            "%0 = concat(x, y) axis=0 : f32[4, 3]\n%1 = slice(%0) start=[2, 0] : f32[2, 3]\nreturn %1") ==
        "return y");
  CHECK(simplified("%0 = concat(x, y) axis=0 : f32[4, 3]\n%1 = slice(%0) start=[1, 0] : f32[2, 3]\nreturn %1")
            .starts_with("%0 = concat(x, y)"));
  CHECK(simplified("%0 = constant 1.0 : f32[3]\n%1 = pad(%0) low=[1] : f32[50]\nreturn %1").find("pad") !=
        std::string::npos);
  CHECK(simplified("%0 = constant 0.0 : f32[3]\n%1 = pad(%0) low=[1] : f32[5]\nreturn %1") ==
        "%0 = constant 0.0 : f32[5]\nreturn %0");
  CHECK(simplified("%0 = constant -0.0 : f32[3]\n%1 = pad(%0) low=[1] : f32[50]\nreturn %1").find("pad") !=
        std::string::npos);
}

TEST_CASE("concatenations lose what is empty or nested", "[simplify]") {
  CHECK(simplified("%0 = concat(x, e) axis=0 : f32[2, 3]\nreturn %0") == "return x");
  CHECK(
      simplified("%0 = concat(x, y) axis=0 : f32[4, 3]\n%1 = concat(%0, x) axis=0 : f32[6, 3]\nreturn %1") ==
      "%0 = concat(x, y, x) axis=0 : f32[6, 3]\nreturn %0");
}

TEST_CASE("known positions are slices", "[simplify]") {
  CHECK(simplified("%0 = constant 1 : i64\n%1 = gather(x, %0) axis=1 : f32[2]\nreturn %1") ==
        "%0 = slice(x) start=[0, 1] : f32[2, 1]\n%1 = reshape(%0) : f32[2]\nreturn %1");
  CHECK(simplified("%0 = constant 7 : i64\n%1 = gather(x, %0) axis=1 : f32[2]\nreturn %1").find("gather") !=
        std::string::npos);
  CHECK(simplified("%0 = iota() axis=0 : i64[3]\n%1 = gather(x, %0) axis=1 : f32[2, 3]\nreturn %1") ==
        "return x");
  CHECK(simplified("%0 = constant 2 : i64[2]\n%1 = take(x, %0) axis=1 : f32[2]\nreturn %1")
            .starts_with("%0 = slice(x) start=[0, 2] : f32[2, 1]"));
}

TEST_CASE("reductions over nothing and over one element vanish", "[simplify]") {
  CHECK(simplified("%0 = reduce_sum(x) : f32[2, 3]\nreturn %0") == "return x");
  CHECK(simplified("%0 = reshape(v) : f32[3, 1]\n%1 = reduce_sum(%0) axes=[1] : f32[3]\nreturn %1") ==
        "return v");
  CHECK(simplified("%0 = constant 0.0 : f32[3]\n%1 = reduce_sum(%0) axes=[0] : f32\nreturn %1") ==
        "%0 = constant 0.0 : f32\nreturn %0");
  CHECK(simplified(
            "%0 = broadcast(v) axes=[1] : f32[2, 3]\n%1 = reduce_max(%0) axes=[0] : f32[3]\nreturn %1") ==
        "return v");
  // The sum of equal values has its own rounding.
  CHECK(simplified("%0 = broadcast(v) axes=[1] : f32[2, 3]\n%1 = reduce_sum(%0) axes=[0] : f32[3]\nreturn %1")
            .find("reduce_sum") != std::string::npos);
  // A maximum over no elements is not the element.
  CHECK(simplified("%0 = broadcast(v) axes=[1] : f32[m, 3]\n%1 = reduce_max(%0) axes=[0] : f32[3]\nreturn %1")
            .find("reduce_max") != std::string::npos);
}

TEST_CASE("products read transposed operands where they lie", "[simplify]") {
  CHECK(simplified("%0 = transpose(y) permutation=[1, 0] : f32[3, 2]\n%1 = dot(x, %0) sum_x=[1] sum_y=[0] : "
                   "f32[2, 2]\nreturn %1") == "%0 = dot(x, y) sum_x=[1] sum_y=[1] : f32[2, 2]\nreturn %0");
  // Without free axes of y the order of the sum depends on where the axes lie.
  const std::string vector =
      "%0 = transpose(x) permutation=[1, 0] : f32[3, 2]\n"
      "%1 = dot(%0, v) sum_x=[0] sum_y=[0] : f32[2]\nreturn %1";
  CHECK(simplified(vector) == vector);
  CHECK(simplified("%0 = constant true : bool[2, 3]\n%1 = guarded_dot(x, y, %0, %0) sum_x=[1] sum_y=[1] : "
                   "f32[2, 2]\nreturn %1") == "%0 = dot(x, y) sum_x=[1] sum_y=[1] : f32[2, 2]\nreturn %0");
  const std::string zero =
      "%0 = constant 0.0 : f32[2, 3]\n%1 = dot(x, %0) sum_x=[1] sum_y=[1] : f32[2, 2]\nreturn %1";
  CHECK(simplified(zero) == zero);
  CHECK(simplified(zero, fast) == "%0 = constant 0.0 : f32[2, 2]\nreturn %0");
}

TEST_CASE("pointwise work is done before values are repeated", "[simplify]") {
  CHECK(simplified("%0 = broadcast(v) axes=[1] : f32[2, 3]\n%1 = exp(%0) : f32[2, 3]\nreturn %1") ==
        "%0 = exp(v) : f32[3]\n%1 = broadcast(%0) axes=[1] : f32[2, 3]\nreturn %1");
  CHECK(simplified("%0 = broadcast(s) : f32[2, 3]\n%1 = constant 2.5 : f32[2, 3]\n%2 = mul(%0, %1) : f32[2, "
                   "3]\nreturn %2") ==
        "%0 = constant 2.5 : f32\n%1 = mul(s, %0) : f32\n%2 = broadcast(%1) : f32[2, 3]\nreturn %2");
  const std::string mixed = "%0 = broadcast(s) : f32[2, 3]\n%1 = mul(%0, x) : f32[2, 3]\nreturn %1";
  CHECK(simplified(mixed) == mixed);
}

TEST_CASE("conversions that lose nothing are passed through", "[simplify]") {
  CHECK(simplified("%0 = convert(x) : f64[2, 3]\n%1 = convert(%0) : f32[2, 3]\nreturn %1") == "return x");
  CHECK(simplified("%0 = convert(p) : i32[2, 3]\n%1 = convert(%0) : f32[2, 3]\nreturn %1") ==
        "%0 = convert(p) : f32[2, 3]\nreturn %0");
  CHECK(simplified("%0 = convert(i) : f32[2, 3]\n%1 = convert(%0) : i64[2, 3]\nreturn %1")
            .find("f32[2, 3]\n") != std::string::npos);
  CHECK(simplified("%0 = constant 4.0 : f32[2, 3]\n%1 = div(x, %0) : f32[2, 3]\nreturn %1") ==
        "%0 = constant 0.25 : f32[2, 3]\n%1 = mul(x, %0) : f32[2, 3]\nreturn %1");
  const std::string thirds = "%0 = constant 3.0 : f32[2, 3]\n%1 = div(x, %0) : f32[2, 3]\nreturn %1";
  CHECK(simplified(thirds) == thirds);
  CHECK(simplified(thirds, fast).starts_with("%0 = constant 0.33333334 : f32[2, 3]\n%1 = mul(x, %0)"));
}

TEST_CASE("what the language promises to simplify", "[simplify]") {
  const std::string norm =
      "%0 = mul(v, v) : f32[3]\n%1 = reduce_sum(%0) axes=[0] : f32\n%2 = norm_root(%1) : f32\n";
  CHECK(simplified(norm + "%3 = power(%2) exponent=2 : f32\nreturn %3", meaning) ==
        "%0 = mul(v, v) : f32[3]\n%1 = reduce_sum(%0) axes=[0] : f32\nreturn %1");
  CHECK(simplified(norm + "%3 = mul(%2, %2) : f32\nreturn %3", meaning).ends_with("return %1"));
  CHECK(simplified(norm + "%3 = mul(%2, %2) : f32\nreturn %3").find("norm_root") != std::string::npos);
  CHECK(simplified("%0 = power(s) exponent=2 : f32\n%1 = sqrt(%0) : f32\nreturn %1", meaning) ==
        "%0 = abs(s) : f32\nreturn %0");
  CHECK(simplified("%0 = exp(x) : f32[2, 3]\n%1 = log(%0) : f32[2, 3]\nreturn %1", meaning) == "return x");
  CHECK(
      simplified(
          "%0 = constant 1.0 : f32\n%1 = exp(s) : f32\n%2 = add(%1, %0) : f32\n%3 = log(%2) : f32\nreturn %3",
          meaning) == "%0 = softplus(s) : f32\nreturn %0");
}

TEST_CASE("the logarithm of a softmax is computed as log_softmax", "[simplify]") {
  const std::string shifted =
      "%0 = reduce_max(x) axes=[1] : f32[2]\n%1 = stop(%0) : f32[2]\n%2 = broadcast(%1) axes=[0] : f32[2, "
      "3]\n"
      "%3 = sub(x, %2) : f32[2, 3]\n%4 = exp(%3) : f32[2, 3]\n%5 = reduce_sum(%4) axes=[1] : f32[2]\n";
  const std::string softmax =
      shifted + "%6 = broadcast(%5) axes=[0] : f32[2, 3]\n%7 = div(%4, %6) : f32[2, 3]\n";
  const std::string expected = shifted +
                               "%6 = log(%5) : f32[2]\n%7 = broadcast(%6) axes=[0] : f32[2, 3]\n"
                               "%8 = sub(%3, %7) : f32[2, 3]\n";
  CHECK(simplified(softmax + "%8 = log(%7) : f32[2, 3]\nreturn %8", meaning) == expected + "return %8");
  CHECK(simplified(softmax + "%8 = log(%7) : f32[2, 3]\nreturn %8").find("div") != std::string::npos);
  CHECK(simplified(softmax + "%8 = slice(%7) start=[0, 1] : f32[2, 1]\n%9 = log(%8) : f32[2, 1]\nreturn %9",
                   meaning) == expected + "%9 = slice(%8) start=[0, 1] : f32[2, 1]\nreturn %9");
}

TEST_CASE("assertions that always hold are dropped, others and prints stay", "[simplify]") {
  CHECK(simplified("%0 = constant true : bool\n%1 = assert(%0) message=\"no\" : bool\neffect %1\nreturn s") ==
        "return s");
  const std::string kept =
      "%0 = isnan(s) : bool\n%1 = assert(%0) message=\"no\" : bool\n%2 = print(%0, s) message=\"s\" : bool\n"
      "effect %1\neffect %2\nreturn s";
  CHECK(simplified(kept) == kept);
}

TEST_CASE("a mark keeps its value apart", "[simplify]") {
  const std::string marked = "%0 = exp(s) : f32\n%1 = mark(%0) id=1 : f32\n%2 = log(%1) : f32\nreturn %2";
  CHECK(simplified(marked, meaning) == marked);
}

TEST_CASE("sizes that are known are numbers", "[simplify]") {
  CHECK(simplified("%0 = dim_value() dim=[5] : i64\nreturn %0") == "%0 = constant 5 : i64\nreturn %0");
  CHECK(simplified("%0 = dim_value() dim=[m] : i64\nreturn %0") ==
        "%0 = dim_value() dim=[m] : i64\nreturn %0");
}

TEST_CASE("constants are folded", "[simplify]") {
  CHECK(simplified("%0 = constant 2.0 : f32[70000]\n%1 = sqrt(%0) : f32[70000]\nreturn %1") ==
        "%0 = constant 1.4142135 : f32[70000]\nreturn %0");
  CHECK(simplified("%0 = constant [1.0, 2.0, 4.0] : f32[3]\n%1 = reduce_sum(%0) axes=[0] : f32\n%2 = mul(%1, "
                   "s) : f32\n"
                   "return %2") == "%0 = constant 7.0 : f32\n%1 = mul(%0, s) : f32\nreturn %1");
  CHECK(simplified(
            "%0 = constant 2.0 : f32\n%1 = lt(%0, %0) : bool\n%2 = select(%1, s, %0) : f32\nreturn %2") ==
        "%0 = constant 2.0 : f32\nreturn %0");
  // Ops are total; what stops the program is a check beside them.
  CHECK(simplified("%0 = constant 1 : i64\n%1 = constant 0 : i64\n%2 = floor_div(%0, %1) : i64\nreturn %2") ==
        "%0 = constant 0 : i64\nreturn %0");
  CHECK(simplified("%0 = constant [1, 2] : i64[2]\n%1 = constant [1, 0] : i64[2]\n"
                   "%2 = mod(%0, %1) : i64[2]\nreturn %2") == "%0 = constant 0 : i64[2]\nreturn %0");
  CHECK(simplified("%0 = constant 1e+20 : f32\n%1 = convert(%0) : i32\nreturn %1") ==
        "%0 = constant 2147483647 : i32\nreturn %0");
}

TEST_CASE("names and places are kept", "[simplify]") {
  const std::string named = "%kept = exp(x) : f32[2, 3]  # @model.dp:3\n";
  CHECK(simplified(named +
                   "%0 = neg(%kept) : f32[2, 3]\n%1 = neg(%0) : f32[2, 3]  # twice @model.dp:4\nreturn %1") ==
        "%kept = exp(x) : f32[2, 3]  # @model.dp:3\nreturn %kept");
  CHECK(simplified(
            "%0 = broadcast(v) axes=[1] : f32[2, 3]\n%1 = exp(%0) : f32[2, 3]  # y @model.dp:4\nreturn %1") ==
        "%0 = exp(v) : f32[3]  # @model.dp:4\n%y = broadcast(%0) axes=[1] : f32[2, 3]  # @model.dp:4\nreturn "
        "%y");
}

TEST_CASE("simplified graphs are valid and in simplest form", "[simplify]") {
  for (const test::OpSample& sample : test::all_op_samples()) {
    for (const SimplifyOptions& options : {SimplifyOptions{}, meaning, fast}) {
      CAPTURE(sample.label);
      const Graph once = simplify(sample.graph, options);
      CHECK(violation(once, Stage::graph) == "");
      CHECK(print(simplify(once, options)) == print(once));
      if (sample.graph.outputs.empty()) continue;
      CHECK(once[once.outputs[0].node].type == sample.graph[sample.graph.outputs[0].node].type);
    }
  }
}

}  // namespace
}  // namespace dp
