#include "passes/fuse.h"

#include <catch2/catch.hpp>

#include "passes/plan_memory.h"
#include "tests/support/lowering.h"
#include "tests/support/models.h"

using namespace dp;
using namespace dp::test;

TEST_CASE("a training step is about ten kernels", "[fuse]") {
  const Graph fused = fuse(digits_step());
  CHECK(kernels_text(fused) == "");
  const loops::Module module = lowered(fused);
  CHECK(loops::print(module) == "");
  CHECK(plan_memory(fused).donated.size() == 13);
}

TEST_CASE("models, fused or not, give the interpreter's bits", "[fuse]") {
  const auto check = [](const Graph& graph) {
    const std::vector<Array> inputs = example_inputs(graph, {{0.1, 2}});
    CHECK(difference(graph, lowered(unfused(graph)), inputs) == "");
    const loops::Module fused = lowered(fuse(graph));
    INFO(loops::print(fused));
    CHECK(difference(graph, fused, inputs) == "");
  };
  check(digits_step(5, 4, 6, 3));
  check(digits_step(1, 1, 1, 1));
  for (const std::int64_t rows : {0, 1, 3, 70}) {
    for (const std::int64_t columns : {1, 5, 130}) {
      if (rows > 0) check(cross_entropy(rows, columns));
      check(layer_norm(rows, columns));
      check(column_sums(rows, columns));
      check(attention(2, rows, columns));
    }
  }
  check(adam_update({{3, 4}, {}, {5}, {0, 2}, {4, 3}}));
}
