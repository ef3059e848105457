// Closed loops lose what nobody asks for.

#include "passes/prune_loops.h"

#include <catch2/catch.hpp>

#include "ir/parse_ir.h"
#include "ir/print.h"
#include "ir/verify.h"

namespace dp {
namespace {

std::string pruned(const std::string& text) {
  Sources sources;
  Result<Graph> graph = parse_graph(sources, sources.add("test.ir", text));
  if (!graph) FAIL(text + graph.error().message + " at " + sources.where(graph.error().at));
  const Graph result = prune_loops(*graph);
  CHECK(violation(result, Stage::simplified) == "");
  return print(result);
}

TEST_CASE("slots without a use go, values that never change are read", "[prune_loops]") {
  const std::string text = pruned(
      "graph f(x: f32, y: f32, z: f32) {\n"
      "  %0 = constant 2.0 : f32\n"
      "  %1 = loop(x, y, z, %0) dim=[4] carries=3 stacked=1 body=graph step(t: i64, a: f32, b: f32, c: f32, "
      "two: f32) {\n"
      "    %0 = mul(a, b) : f32\n"
      "    %1 = mul(%0, two) : f32\n"
      "    %2 = exp(c) : f32\n"
      "    return \"a\": %1, \"b\": b, \"c\": %2, \"s\": %2\n"
      "  } : i64\n"
      "  %2 = result(%1) slot=0 : f32\n"
      "  %3 = result(%1) slot=1 : f32\n"
      "  return \"0\": %2, \"1\": %3\n"
      "}\n");
  CHECK(text ==
        "graph f(x: f32, y: f32, z: f32) {\n"
        "  %0 = loop(x, y) dim=[4] carries=1 body=graph step(t: i64, a: f32, b: f32) {\n"
        "    %0 = constant 2.0 : f32\n"
        "    %1 = mul(a, b) : f32\n"
        "    %2 = mul(%1, %0) : f32\n"
        "    return \"0\": %2\n"
        "  } : i64\n"
        "  %1 = result(%0) slot=0 : f32\n"
        "  return \"0\": %1, \"1\": y\n"
        "}\n");
}

TEST_CASE("what decides whether to go on stays, and what it needs", "[prune_loops]") {
  const std::string text = pruned(
      "graph f(go: bool, x: f32, y: f32) {\n"
      "  %0 = loop(go, x, y) dim=[4] carries=3 conditional=1 body=graph step(t: i64, go: bool, a: f32, b: "
      "f32) {\n"
      "    %0 = exp(a) : f32\n"
      "    %1 = exp(b) : f32\n"
      "    %2 = lt(%0, a) : bool\n"
      "    return \"go\": %2, \"a\": %0, \"b\": %1\n"
      "  } : i64\n"
      "  return %0\n"
      "}\n");
  CHECK(text.find("loop(go, x) dim=[4] carries=2") != std::string::npos);
  CHECK(text.find("exp(b)") == std::string::npos);
}

TEST_CASE("what is needed inside of an inner loop alone goes with it", "[prune_loops]") {
  const std::string text = pruned(
      "graph f(x: f32, y: f32) {\n"
      "  %0 = loop(x, y) dim=[4] carries=2 body=graph step(t: i64, a: f32, b: f32) {\n"
      "    %0 = loop(a, b) dim=[3] carries=2 body=graph step(t: i64, c: f32, d: f32) {\n"
      "      %0 = exp(c) : f32\n"
      "      %1 = exp(d) : f32\n"
      "      return \"c\": %0, \"d\": %1\n"
      "    } : i64\n"
      "    %1 = result(%0) slot=0 : f32\n"
      "    %2 = result(%0) slot=1 : f32\n"
      "    return \"a\": %1, \"b\": %2\n"
      "  } : i64\n"
      "  %1 = result(%0) slot=0 : f32\n"
      "  return %1\n"
      "}\n");
  CHECK(text.find("exp(d)") == std::string::npos);
  CHECK(text.find("carries=2") == std::string::npos);
}

}  // namespace
}  // namespace dp
