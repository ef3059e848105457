// What becomes of loops that everybody writes: tests/golden/vectorize/NAME.ir, made tensors and simplified,
// is NAME.txt.

#include "passes/vectorize.h"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "ir/parse_ir.h"
#include "ir/print.h"
#include "ir/rewrite.h"
#include "ir/verify.h"
#include "passes/prune_loops.h"
#include "passes/simplify.h"
#include "tests/support/vectorized.h"

namespace dp {
namespace {

namespace fs = std::filesystem;

const fs::path golden = fs::path(DP_SOURCE_DIR) / "tests/golden/vectorize";

std::string read(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

Graph parsed(const std::string& text) {
  Sources sources;
  const FileId file = sources.add("test.ir", text);
  Result<Graph> graph = parse_graph(sources, file);
  if (!graph) FAIL(text + graph.error().message + " at " + sources.where(graph.error().at));
  return std::move(graph).take();
}

Graph finished(const Graph& graph) { return simplify(prune_loops(vectorize(graph)), {}); }

Graph sample(const std::string& name) { return parsed(read(golden / (name + ".ir"))); }

/// The same with small sizes for the names of dimensions.
Graph sized(const Graph& graph) { return substitute(graph, {{"m", Dim(3)}, {"n", Dim(2)}, {"p", Dim(4)}}); }

TEST_CASE("well-known loops", "[vectorize][golden]") {
  for (const auto& entry : fs::directory_iterator(golden)) {
    if (entry.path().extension() != ".ir") continue;
    CAPTURE(entry.path().stem().string());
    const Graph graph = parsed(read(entry.path()));
    const Graph result = finished(graph);
    CHECK(violation(result, Stage::simplified) == "");
    const fs::path expected = fs::path(entry.path()).replace_extension(".txt");
    const std::string text = print(result);
    if (std::getenv("DP_UPDATE_GOLDEN")) std::ofstream(expected) << text;
    CHECK(text == read(expected));
    CHECK(test::difference(test::run_in_quad(sized(graph), 1), test::run_in_quad(sized(result), 1)) == "");
  }
}

TEST_CASE("a product written as loops is the product", "[vectorize]") {
  const auto same = [](const std::string& name, const std::string& product) {
    const Graph direct = simplify(parsed(product), {});
    CHECK(print(finished(sample(name))) == print(direct));
  };
  same("matmul",
       "graph f(a: f32[m, p], b: f32[p, n]) {\n  %0 = dot(a, b) sum_x=[1] sum_y=[0] : f32[m, n]\n  return "
       "%0\n}\n");
  same("inner_product",
       "graph f(a: f32[4], b: f32[4]) {\n  %0 = dot(a, b) sum_x=[0] sum_y=[0] : f32\n  return %0\n}\n");
  same("batched_matmul",
       "graph f(a: f32[3, 4, 5], b: f32[3, 5, 2]) {\n  %0 = dot(a, b) batch_x=[0] batch_y=[0] sum_x=[2] "
       "sum_y=[1] "
       ": f32[3, 4, 2]\n  return %0\n}\n");
}

TEST_CASE("a step costs what it changes: a part added to a carried value is added in place", "[vectorize]") {
  const Graph graph = finished(parsed(
      "graph f(x: f32[9], v: f32[5]) {\n  %t = index() id=0 dim=[5] : i64\n  %c = carry(x) id=0 slot=0 : "
      "f32[9]\n"
      "  %0 = at(v, %t) axes=[0] : f32\n  %1 = put(%0, %t) axes=[0] : f32[9]\n  %2 = add(%c, %1) : f32[9]\n"
      "  %3 = scan(x, %2) id=0 dim=[5] carries=1 : i64\n  %4 = result(%3) slot=0 : f32[9]\n  return "
      "%4\n}\n"));
  const std::string text = print(graph);
  CHECK(text.find("scatter_add(carried0, number") != std::string::npos);
  CHECK(text.find(" add(") == std::string::npos);
}

TEST_CASE("graphs without loops stay as they are", "[vectorize]") {
  const Graph graph = parsed("graph f(x: f32[3]) {\n  %0 = exp(x) : f32[3]\n  return %0\n}\n");
  CHECK(identical(vectorize(graph), graph));
  CHECK(identical(prune_loops(graph), graph));
}

}  // namespace
}  // namespace dp
