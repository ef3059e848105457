// Printing and reading back: every op, every kind of line, and text from people who do not mean well.

#include "ir/print.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include <bit>
#include <limits>

#include "ir/parse_ir.h"
#include "ir/verify.h"
#include "tests/support/op_samples.h"

namespace dp {
namespace {

Result<Graph> parsed(const std::string& text) {
  Sources sources;
  const FileId file = sources.add("test.ir", text);
  return parse_graph(sources, file);
}

std::string error_of(const std::string& text) {
  Sources sources;
  const FileId file = sources.add("test.ir", text);
  const Result<Graph> result = parse_graph(sources, file);
  if (result) return "no error";
  const Diagnostic& error = result.error();
  const Position place = sources.position(file, error.at.begin);
  return fmt::format("{}:{} {} {}", place.line, place.column, error.code, error.message);
}

/// Reads the text, which must print as itself again.
Graph round_trip(const std::string& text) {
  Result<Graph> graph = parsed(text);
  if (!graph) FAIL(error_of(text));
  CHECK(print(*graph) == text);
  return std::move(graph).take();
}

TEST_CASE("every op prints and reads back to the identical graph", "[print]") {
  for (const test::OpSample& sample : test::all_op_samples()) {
    CAPTURE(sample.label);
    const std::string text = print(sample.graph);
    const Result<Graph> again = parsed(text);
    if (!again) FAIL(text + error_of(text));
    CHECK(print(*again) == text);
    CHECK(identical(sample.graph, *again));
    CHECK(violation(*again, Stage::graph).empty());
  }
}

TEST_CASE("every op has samples of several shapes", "[print]") {
  for (const OpInfo& row : all_ops()) {
    CAPTURE(row.name);
    const std::vector<test::OpSample> samples = test::op_samples(row.op);
    CHECK(samples.size() >= (row.op == Op::dim_value ? 1u : 2u));
    for (const test::OpSample& sample : samples) {
      const Graph& graph = sample.graph;
      const std::vector<Id> live = live_nodes(graph);
      CHECK(std::any_of(live.begin(), live.end(), [&](Id id) { return graph[id].op == row.op; }));
    }
  }
}

TEST_CASE("a graph reads as text", "[print]") {
  const Graph graph = round_trip(
      "graph loss(x: f32[batch, 4], w: f32[4, 3], \"odd name\": i32[batch]) {\n"
      "  %0 = constant 0.5 : f32[batch, 3]\n"
      "  %logits = dot(x, w) sum_x=[1] sum_y=[0] : f32[batch, 3]  # @digits.dp:12\n"
      "  %1 = mul(%logits, %0) : f32[batch, 3]  # \"a name\" @digits.dp:13\n"
      "  %2 = mul(%0, %1) : f32[batch, 3]  # same\n"
      "  %3 = mul(%1, %2) : f32[batch, 3]  # same\n"
      "  %4 = gather(w, \"odd name\") axis=0 : f32[batch, 3]\n"
      "  %5 = add(%3, %4) : f32[batch, 3]\n"
      "  %6 = reduce_sum(%5) axes=[0, 1] : f32\n"
      "  %7 = isnan(%6) : bool\n"
      "  %8 = assert(%7) message=\"a \\\"b\\\"\\x00\\n\" : bool\n"
      "  effect %8\n"
      "  donate w to 1\n"
      "  return %6, \"w\": w, \"y\": \"odd name\"\n"
      "}\n");
  CHECK(graph.name == "loss");
  CHECK(graph.outputs[1].name == "w");
  CHECK(graph.outputs[1].node == graph.inputs[1]);
  CHECK(graph.donated == std::map<std::size_t, std::size_t>{{1, 1}});
  CHECK(graph.note(graph.outputs[0].node).name.empty());
  CHECK(violation(graph, Stage::graph).empty());
}

TEST_CASE("kernels and plans are part of the text", "[print]") {
  const Graph graph = round_trip(
      "graph f(x: f32[4]) at planned {\n"
      "  %0 = exp(x) : f32[4]\n"
      "  %1 = reduce_sum(%0) axes=[0] : f32\n"
      "  return %1\n"
      "  kernel 0 map -> %0  # one op\n"
      "  kernel 1 reduce -> %1\n"
      "  plan arena 64 {\n"
      "    x input+0 16\n"
      "    %0 arena+0 16\n"
      "    %1 output+0 4\n"
      "  }\n"
      "}\n");
  CHECK(graph.kernels[0].comment == "one op");
  CHECK(graph.plan->buffers.size() == 3);
  CHECK(violation(graph, Stage::planned).empty());
}

TEST_CASE("names and lines come from the sources", "[print]") {
  Sources sources;
  const FileId file = sources.add("model.dp", "fn f(x: real) -> real {\n  y = exp(x)\n  y\n}\n");
  Graph graph;
  graph.name = "f";
  const Id y = graph.add(Op::exp, {graph.input("x", {Dtype::f32, {}})});
  graph.annotate(y, {"y", {file, 28, 35}, {}});
  graph.outputs = {{"", y}};
  const std::string text = print(graph, &sources);
  CHECK(text == "graph f(x: f32) {\n  %y = exp(x) : f32  # @model.dp:2\n  return %y\n}\n");
  round_trip(text);
}

TEST_CASE("reals print as the shortest text of the same bits", "[print]") {
  const auto text_of = [](double value, Dtype dtype) {
    Graph graph;
    graph.name = "f";
    graph.outputs = {
        {"", graph.add(Op::constant, {}, {{"value", Literal{std::vector{value}}}}, {dtype, {}})}};
    const std::string text = print(graph);
    CHECK(identical(round_trip(text), graph));
    const std::size_t begin = text.find("constant ") + 9;
    return text.substr(begin, text.find(" :") - begin);
  };
  using limits = std::numeric_limits<double>;
  CHECK(text_of(0.1f, Dtype::f32) == "0.1");
  CHECK(text_of(0.1, Dtype::f64) == "0.1");
  CHECK(text_of(1, Dtype::f64) == "1.0");
  CHECK(text_of(-0.0, Dtype::f32) == "-0.0");
  CHECK(text_of(limits::infinity(), Dtype::f32) == "inf");
  CHECK(text_of(-limits::infinity(), Dtype::f64) == "-inf");
  CHECK(text_of(limits::quiet_NaN(), Dtype::f32) == "nan");
  CHECK(text_of(-limits::quiet_NaN(), Dtype::f64) == "-nan");
  CHECK(text_of(std::bit_cast<double>(0x7ff8000000000001u), Dtype::f64) == "nan:7ff8000000000001");
  CHECK(text_of(limits::denorm_min(), Dtype::f64) == "5e-324");
  CHECK(text_of(1e22, Dtype::f64) == "1e+22");
}

TEST_CASE("comments, blank lines and other spacing are passed over", "[print]") {
  const Result<Graph> graph = parsed(
      "# dpc emit loss\n\ngraph f(\n    x: f32[4],  # the input\n    y: f32[4]) {\n\n  # all of it\n"
      "\t%0=add(x,y):f32[4] # this adds the two\r\n  return %0\n}\n# end");
  REQUIRE(graph);
  CHECK(print(*graph) == "graph f(x: f32[4], y: f32[4]) {\n  %0 = add(x, y) : f32[4]\n  return %0\n}\n");
}

TEST_CASE("a broken dump is refused with its place", "[print]") {
  const auto [body, expected] = GENERATE(table<std::string, std::string>({
      {"%0 = exq(x) : f32[4]", "2:6 E2004 there is no op `exq`"},
      {"%0 = input() name=\"y\" : f32", "2:6 E2004 there is no op `input`"},
      {"%0 = exp(z) : f32[4]", "2:10 E2002 `z` is not defined above"},
      {"%0 = exp(%1) : f32[4]", "2:10 E2002 `%1` is not defined above"},
      {"%0 = exp(x, x) : f32[4]", "2:1 E2005 `exp` takes 1 operands, not 2"},
      {"%0 = exp(x) : f32[5]", "2:1 E2005 `exp` gives f32[4], not f32[5]"},
      {"%0 = exp(x) axis=0 : f32[4]", "2:13 E2005 `exp` has no attribute `axis`"},
      {"%0 = argmax(x) : i64", "2:1 E2005 `argmax` lacks the attribute `axis`"},
      {"%0 = argmax(x) axis=\"0\" : i64",
       "2:21 E2001 this is no dump of a graph: expected an integer of 64 bits"},
      {"%0 = exp(x) : f32[4] extra", "2:22 E2001 this is no dump of a graph: expected the end of the line"},
      {"%0 = exp(x) : f33[4]",
       "2:15 E2001 this is no dump of a graph: expected a scalar type (f32, f64, i32, i64, bool or key)"},
      {"%0 = exp(x) : f32[4 +]", "2:19 E2001 this is no dump of a graph: expected an extent such as `2*n`"},
      {"%0 = exp(x) : f32[4]\n%0 = exp(x) : f32[4]", "3:1 E2003 `%0` is defined twice"},
      {"%0 = constant [1.0, 2.0] : f32[3]", "2:1 E2005 `constant` holds 2 elements for shape [3]"},
      {"%0 = constant 1e999 : f64", "2:1 E2001 this is no dump of a graph: expected elements of type f64"},
      {"%0 = constant 1.5 : i64", "2:1 E2001 this is no dump of a graph: expected elements of type i64"},
      {"effect %5", "2:8 E2002 `%5` is not defined above"},
      {"donate %5 to 0", "2:8 E2002 `%5` is not defined above"},
      {"kernel 1 map -> x", "2:9 E2001 this is no dump of a graph: expected kernels in order"},
      {"plan arena 4 {\n x nowhere+0 4\n}",
       "3:4 E2001 this is no dump of a graph: expected `input`, `output`, `arena` or `constant`"},
      {"nonsense",
       "2:1 E2001 this is no dump of a graph: expected a value `%name = …`, `effect`, `return`, `donate`, "
       "`kernel`, `plan` or `}`"},
      {"return x\nreturn x", "3:7 E2001 this is no dump of a graph: expected one line `return …` only"},
  }));
  CHECK(error_of("graph f(x: f32[4]) {\n" + body + "\n}\n") == expected);
}

TEST_CASE("a dump that ends or begins wrongly is refused", "[print]") {
  CHECK(error_of("") == "1:1 E2001 this is no dump of a graph: expected `graph`");
  CHECK(error_of("graph f(x: f32, x: f32) {\n return x\n}") == "1:17 E2003 `x` is defined twice");
  CHECK(error_of("graph f() at home {\n}") ==
        "1:14 E2001 this is no dump of a graph: expected the name of a stage");
  CHECK(error_of("graph f() {\n}") ==
        "2:2 E2001 this is no dump of a graph: expected a line `return …` before the end of the graph");
  CHECK(error_of("graph f() {\n return\n}\ngraph g() {\n return\n}") ==
        "1:1 E2001 this is no dump of a graph: expected one graph, not 2");
}

TEST_CASE("no beginning of a dump and no changed byte brings the parser down", "[print]") {
  std::string text;
  for (const test::OpSample& sample : test::all_op_samples()) {
    if (text.size() < 20000) text = print(sample.graph);
    Sources sources;
    for (std::size_t length = 0; length + 1 < text.size(); length += 7) {
      const Result<Graph> cut = parsed(text.substr(0, length));
      CHECK_FALSE(cut);
    }
    std::uint32_t state = 12345;
    for (int round = 0; round < 20; ++round) {
      std::string changed = text;
      state = state * 1664525u + 1013904223u;
      changed[state % changed.size()] = static_cast<char>(state >> 24);
      const Result<Graph> graph = parsed(changed);
      if (graph) CHECK(identical(*graph, *parsed(print(*graph))));
    }
  }
}

TEST_CASE("hostile sizes are refused, not computed", "[print]") {
  std::string axes = "1";
  for (int k = 0; k < 100; ++k) axes += ", 1";
  CHECK(error_of("graph f(x: f32[" + axes + "]) {\n return x\n}").find("expected fewer axes") !=
        std::string::npos);
  CHECK(error_of("graph f(x: f32[" + std::string(100000, '(') + "]) {\n return x\n}").find("E2001") !=
        std::string::npos);
  CHECK(error_of("graph f() {\n %0 = constant 1.0 : f32[4611686018427387904, 4]\n return %0\n}") ==
        "no error");
}

TEST_CASE("a graph of a million nodes is read, one of more is refused", "[print][.slow]") {
  std::string text = "graph f(x: f32) {\n";
  for (int k = 0; k < 999'999; ++k)
    text += fmt::format(" %{} = neg({}) : f32\n", k, k == 0 ? "x" : fmt::format("%{}", k - 1));
  CHECK(error_of(text + " return x\n}") == "no error");
  CHECK(error_of(text + " %y = exp(x) : f32\n return x\n}").find("E4201") != std::string::npos);
}

}  // namespace
}  // namespace dp
