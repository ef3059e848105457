// Random loops mean the same before and after `vectorize`, `prune_loops` and `simplify`; the interpreter in
// quad precision is the judge, since sums may run in another order.

#include <catch2/catch.hpp>

#include "ir/print.h"
#include "ir/verify.h"
#include "passes/prune_loops.h"
#include "passes/simplify.h"
#include "passes/vectorize.h"
#include "tests/support/random_loops.h"
#include "tests/support/vectorized.h"

namespace dp {
namespace {

constexpr unsigned seeds = 600;

TEST_CASE("random loops keep their values and checks", "[vectorize]") {
  for (unsigned seed = 0; seed < seeds; ++seed) {
    CAPTURE(seed);
    const Graph graph = test::random_loops(seed);
    REQUIRE(violation(graph, Stage::grad) == "");
    const auto expected = test::run_in_quad(graph, seed);
    const Graph vectorized = vectorize(graph);
    REQUIRE(violation(vectorized, Stage::simplified) == "");
    CHECK(test::difference(expected, test::run_in_quad(vectorized, seed)) == "");
    const Graph pruned = prune_loops(vectorized);
    REQUIRE(violation(pruned, Stage::simplified) == "");
    CHECK(test::difference(expected, test::run_in_quad(pruned, seed)) == "");
    const Graph simplified = simplify(pruned, {});
    REQUIRE(violation(simplified, Stage::simplified) == "");
    CHECK(test::difference(expected, test::run_in_quad(simplified, seed)) == "");
  }
}

}  // namespace
}  // namespace dp
