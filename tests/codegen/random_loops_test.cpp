// Random loops through every pass to compiled code: the bits of the graph that the interpreter runs.

#include <catch2/catch.hpp>

#include "passes/fuse.h"
#include "passes/pipeline.h"
#include "tests/support/lowering.h"
#include "tests/support/random_loops.h"
#include "tests/support/run_loops.h"

namespace dp {
namespace {

constexpr unsigned seeds = 120;
constexpr unsigned compiled_every = 6;

TEST_CASE("random loops, lowered and compiled, give the interpreter's bits", "[loop]") {
  for (unsigned seed = 0; seed < seeds; ++seed) {
    CAPTURE(seed);
    const Result<Graph> graph = run_pipeline(test::random_loops(seed), {}, "simplified");
    REQUIRE(graph);
    const std::vector<Array> inputs = test::example_inputs(*graph, {}, 6);
    const loops::Module module = test::lowered(fuse(*graph));
    CHECK(test::difference(*graph, module, inputs) == "");
    CHECK(test::difference(*graph, test::lowered(test::unfused(*graph)), inputs) == "");
    if (seed % compiled_every != 0) continue;
    const CompileOptions options{.optimize = seed % 4 == 0 ? 0 : 2, .threads = 2};
    CHECK(testing::difference(module, inputs, options) == "");
  }
}

}  // namespace
}  // namespace dp
