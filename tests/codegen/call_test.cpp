// Routines in compiled code, against the interpreter of graphs: the same bits, in every batch.

#include <catch2/catch.hpp>

#include "passes/fuse.h"
#include "tests/support/lowering.h"
#include "tests/support/op_samples.h"
#include "tests/support/run_loops.h"

namespace dp::test {

TEST_CASE("every routine, compiled, gives the interpreter's bits", "[codegen][call]") {
  for (const OpInfo& row : all_ops()) {
    if (!is_routine(row.op)) continue;
    for (const OpSample& sample : op_samples(row.op)) {
      INFO(sample.label);
      const std::vector<Array> inputs = example_inputs(sample.graph, sample.domains);
      const loops::Module module = lowered(fuse(sample.graph));
      CHECK(difference(sample.graph, module, inputs) == "");
      CHECK(dp::testing::difference(module, inputs, {}) == "");
    }
  }
}

TEST_CASE("an operand that is a constant or computed is stored for its routine", "[codegen][call]") {
  Graph graph;
  const Id x = graph.input("x", {Dtype::f64, {3, 3}});
  const Literal one{std::vector<double>{1.0}};
  const Id ones = graph.add(Op::constant, {}, {{"value", one}}, {Dtype::f64, {3, 2}});
  const Id twice = graph.add(Op::add, {x, x});
  const Id solved = graph.add(Op::triangular_solve, {twice, ones},
                              {{"lower", std::int64_t{1}}, {"transposed", std::int64_t{0}}});
  graph.outputs = {{"", graph.add(Op::exp, {solved})},
                   {"1", graph.add(Op::sort, {solved}, {{"descending", std::int64_t{1}}})}};
  const std::vector<Array> inputs = example_inputs(graph);
  const loops::Module module = lowered(fuse(graph));
  CHECK(difference(graph, module, inputs) == "");
  CHECK(dp::testing::difference(module, inputs, {}) == "");
}

}  // namespace dp::test
