// Every op on its way through all passes: what holds at a stage holds there, and the stage can be printed and
// read.

#include "passes/pipeline.h"

#include <catch2/catch.hpp>

#include "ir/parse_ir.h"
#include "ir/print.h"
#include "ir/verify.h"
#include "tests/support/op_samples.h"

namespace dp {
namespace {

TEST_CASE("every op holds the invariants of every stage, and each stage reads back", "[pipeline]") {
  for (const test::OpSample& sample : test::all_op_samples()) {
    CAPTURE(sample.label);
    std::vector<std::string> stages;
    StageObserver observer;
    observer.on_stage = [&](std::string_view stage, const Graph& graph) {
      stages.emplace_back(stage);
      CHECK(verify(graph) == std::vector<std::string>{});
      Sources sources;
      const std::string text = print(graph);
      const Result<Graph> again = parse_graph(sources, sources.add("dump.ir", text));
      if (!again) FAIL(text + again.error().message);
      CHECK(identical(graph, *again));
      CHECK(print(*again) == text);
    };
    const Result<Graph> planned = run_pipeline(sample.graph, {.verify = true}, "", observer);
    REQUIRE(planned);
    CHECK(stages == std::vector<std::string>{"graph", "grad", "simplified", "fused", "planned"});
  }
}

TEST_CASE("the pipeline goes on from the stage that a graph is at", "[pipeline]") {
  Graph graph;
  graph.name = "f";
  graph.outputs = {{"", graph.add(Op::exp, {graph.input("x", {Dtype::f32, {3}})})}};
  const Result<Graph> simplified = run_pipeline(graph, {}, "simplified");
  REQUIRE(simplified);
  CHECK(simplified->stage == "simplified");
  const Result<Graph> planned = run_pipeline(*simplified, {}, "");
  REQUIRE(planned);
  CHECK(planned->plan.has_value());
  CHECK(identical(*planned, *run_pipeline(graph, {}, "")));
}

}  // namespace
}  // namespace dp
