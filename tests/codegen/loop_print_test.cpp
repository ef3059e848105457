// What the steps of a closed loop print, compiled as interpreted.

#include <algorithm>
#include <catch2/catch.hpp>

#include "ir/interpret.h"
#include "passes/fuse.h"
#include "tests/support/closed_loops.h"
#include "tests/support/lowering.h"
#include "tests/support/op_samples.h"
#include "tests/support/run_loops.h"

using namespace dp;
using namespace dp::test;

TEST_CASE("prints in steps come in order, where they are taken", "[loop]") {
  Graph graph;
  const Id x = graph.input("x", {Dtype::f32, {4, 2}});
  StepBuilder step;
  const Id all = step.input({Dtype::f32, {4, 2}});
  const Id own = step.part(all, step.number());
  const Id taken = step.op(Op::ne, {step.number(), step.constant(1, Dtype::i64)});
  const Id print =
      step.op(Op::print, {taken, step.number(), own}, {{"message", std::string("at \0: \0\0", 8)}});
  step.graph.effects = {print};
  const Id loop = add_loop(graph, std::move(step), {x}, {}, {}, {4, 0});
  graph.effects = {loop};
  graph.name.push_back('f');
  graph.outputs.push_back({std::to_string(0), loop});
  const std::vector<Array> inputs = example_inputs(graph);
  std::string expected, found;
  REQUIRE(interpret(graph, inputs, {.print = [&](std::string_view text) { expected += text; }}));
  const loops::Module module = lowered(fuse(graph));
  const auto code = compile(module, {}, [&](std::string_view text) { found += text; }, nullptr);
  REQUIRE(code);
  std::int64_t steps = 0;
  const void* in[] = {inputs[0].data()};
  void* out[] = {&steps};
  Array arena(Dtype::boolean, {module.arena_bytes});
  REQUIRE((*code)->run(in, out, arena.data()));
  CHECK(found == expected);
  CHECK(std::ranges::count(found, '\n') == 3);
  CHECK(steps == 4);
}
