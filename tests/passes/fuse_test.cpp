#include "passes/fuse.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "passes/expression.h"
#include "passes/plan_memory.h"
#include "passes/specialize.h"
#include "tests/support/lowering.h"
#include "tests/support/models.h"
#include "tests/support/random_graph.h"

using namespace dp;
using namespace dp::test;

namespace {

/// Kernels and loops of a graph, held against a file that reads as documentation of what is fused.
void check_golden(const std::string& name, const Graph& graph) {
  const Graph fused = fuse(graph);
  const std::string text = kernels_text(fused) + "\n" + loops::print(lowered(fused));
  const std::string path = DP_SOURCE_DIR "/tests/golden/loops/" + name + ".txt";
  if (std::getenv("DP_UPDATE_GOLDEN")) std::ofstream(path) << text;
  std::stringstream expected;
  expected << std::ifstream(path).rdbuf();
  CHECK(text == expected.str());
}

void check_bits(const Graph& graph, int integers = 3) {
  const std::vector<Array> inputs = example_inputs(graph, {}, integers);
  const loops::Module alone = lowered(unfused(graph));
  CHECK(difference(graph, alone, inputs) == "");
  const loops::Module fused = lowered(fuse(graph));
  INFO(loops::print(fused));
  CHECK(difference(graph, fused, inputs) == "");
}

}  // namespace

TEST_CASE("what is fused", "[fuse][golden]") {
  check_golden("digits_step", digits_step());
  check_golden("cross_entropy", cross_entropy(32, 10));
  check_golden("layer_norm", layer_norm(16, 64));
  check_golden("attention", attention(2, 16, 8));
  check_golden("column_sums", column_sums(300, 40));
  check_golden("adam_update", adam_update({{64, 10}, {64, 64}, {10}, {10, 64}}));
}

TEST_CASE("a training step is ten kernels, its state updated in place", "[fuse]") {
  const Graph planned = plan_memory(fuse(digits_step()));
  CHECK(planned.kernels.size() == 10);
  CHECK(planned.donated.size() == 13);
  std::size_t stored = 0;
  for (const Buffer& buffer : planned.plan->buffers) stored += buffer.place == Buffer::Place::arena ? 1 : 0;
  CHECK(stored == 6);  // before, h, logits, losses, d_logits, d_before
}

TEST_CASE("models, fused or not, give the interpreter's bits", "[fuse]") {
  check_bits(digits_step(5, 4, 6, 3));
  check_bits(digits_step(1, 1, 1, 1), 1);
  for (const std::int64_t rows : {0, 1, 3, 70}) {
    for (const std::int64_t columns : {1, 5, 130}) {
      if (rows > 0) check_bits(cross_entropy(rows, columns), 1);
      check_bits(layer_norm(rows, columns));
      check_bits(column_sums(rows, columns));
      check_bits(attention(2, rows, columns));
    }
  }
  check_bits(adam_update({{3, 4}, {}, {5}, {0, 2}, {4, 3}}));
}

TEST_CASE("random graphs, fused or not, give the interpreter's bits", "[fuse][lower]") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    INFO("seed " << seed);
    check_bits(random_graph(seed));
  }
}

TEST_CASE("sizes that are names are fused as well, and given later", "[fuse]") {
  Graph graph;
  const Dim batch = Dim::name("batch");
  const Expression x{&graph, graph.input("x", {Dtype::f32, {batch, 5}})};
  const Expression largest = reduce(Op::reduce_max, x, {1});
  const Expression raised = exp(x - broadcast(largest, {0}, x.shape()));
  graph.outputs = {{"", (raised / broadcast(reduce(Op::reduce_sum, raised, {1}), {0}, x.shape())).id}};
  const Graph fused = fuse(graph);
  CHECK(kernels_text(fused) == "row: reduce_max sub exp reduce_sum div (1)\n");
  const Graph known = specialize(fused, {{"batch", Dim(7)}});
  CHECK(text(known[known.outputs[0].node].type) == "f32[7, 5]");
  CHECK(difference(known, lowered(known), example_inputs(known)) == "");
}

TEST_CASE("no kernel waits for itself", "[fuse]") {
  // x feeds the sum and, beside it, what the sum's consumer reads: joining all would be a circle.
  Graph graph;
  const Expression a{&graph, graph.input("a", {Dtype::f32, {4, 4}})};
  const Expression x = exp(a);
  const Expression columns = reduce(Op::reduce_sum, x, {0});
  graph.outputs = {{"x", x.id}, {"y", (x * broadcast(columns, {1}, x.shape())).id}};
  check_bits(graph);
  CHECK(fuse(graph).kernels.size() == 3);
}
