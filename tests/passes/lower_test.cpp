#include <catch2/catch.hpp>

#include <algorithm>

#include "ir/loops.h"
#include "passes/expression.h"
#include "passes/fuse.h"
#include "passes/lower_index.h"
#include "tests/support/lowering.h"
#include "tests/support/op_samples.h"

using namespace dp;
using namespace dp::test;

namespace {

/// Levels and bound variables are gone before `fuse`.
bool reaches_lowering(Op op) {
  const Form form = info(op).form;
  const bool is_check = form == Form::effect && op != Op::assert_ && op != Op::print;
  return form != Form::level && form != Form::binder && form != Form::loop && !is_check &&
         op != Op::scatter_set;
}

}  // namespace

TEST_CASE("every op, lowered, gives the interpreter's bits", "[lower]") {
  for (const OpSample& sample : all_op_samples()) {
    if (!reaches_lowering(sample.op)) continue;
    INFO(sample.label);
    const std::vector<Array> inputs = example_inputs(sample.graph, sample.domains);
    const loops::Module alone = lowered(unfused(sample.graph));
    INFO(loops::print(alone));
    CHECK(difference(sample.graph, alone, inputs) == "");
    const loops::Module fused = lowered(fuse(sample.graph));
    INFO(loops::print(fused));
    CHECK(difference(sample.graph, fused, inputs) == "");
  }
}

namespace {

Expression integers(Graph& graph, const char* name, std::int64_t count) {
  return {&graph, graph.input(name, {Dtype::i64, {count}})};
}

Array array_of(std::vector<std::int64_t> values) {
  Array array(Dtype::i64, {static_cast<std::int64_t>(values.size())});
  std::ranges::copy(values, array.as<std::int64_t>().begin());
  return array;
}

}  // namespace

TEST_CASE("what stops the interpreter stops the loops, with the same words", "[lower]") {
  Graph divided;
  const Expression a = integers(divided, "a", 2), b = integers(divided, "b", 2);
  divided.outputs = {{"", pointwise(Op::floor_div, {a, b}).id}};
  const std::vector<Array> by_zero{array_of({7, 8}), array_of({2, 0})};
  CHECK(difference(divided, lowered(fuse(divided)), by_zero) == "");
  CHECK(loops::interpret(lowered(fuse(divided)), by_zero).error().code == "E3004");
  CHECK(difference(divided, lowered(fuse(divided)), {array_of({7, -8}), array_of({2, 3})}) == "");

  Graph gathered;
  const Expression x{&gathered, gathered.input("x", {Dtype::f32, {3, 5}})};
  const Expression at = integers(gathered, "at", 4);
  const Expression part{&gathered, gathered.add(Op::gather, {x.id, at.id}, {{"axis", std::int64_t{1}}})};
  gathered.outputs = {{"", reduce(Op::reduce_sum, exp(part), {1}).id}};
  std::vector<Array> inputs = example_inputs(gathered);
  for (const std::int64_t bad : {-1, 5}) {
    inputs[1] = array_of({0, 4, bad, 1});
    CHECK(difference(gathered, lowered(fuse(gathered)), inputs) == "");
    CHECK(loops::interpret(lowered(fuse(gathered)), inputs).error().code == "E3003");
  }

  Graph asserted;
  const Expression y{&asserted, asserted.input("y", {Dtype::f32, {3}})};
  asserted.effects = {asserted.add(Op::assert_, {(y < 0.5).id}, {{"message", std::string("small")}})};
  asserted.outputs = {{"", exp(y).id}};
  Array values(Dtype::f32, {3});
  CHECK(difference(asserted, lowered(fuse(asserted)), {values}) == "");
  values.set_real(2, 0.5);
  CHECK(difference(asserted, lowered(fuse(asserted)), {values}) == "");
  CHECK(loops::interpret(lowered(fuse(asserted)), {{values}}).error().code == "E3002");
}

TEST_CASE("an index taken apart and put together again is what it was", "[lower]") {
  loops::Module module;
  Expressions expressions(module);
  Indices indices(expressions);
  const Affine i = indices.variable(expressions.new_variable("i", 1), 120);
  const Index parts = indices.along(i, {4, 5, 6});
  CHECK(indices.linear(parts, {4, 5, 6}) == i);
  CHECK(indices.linear({parts[0], parts[1]}, {4, 5}) == indices.floor_div(i, 6));
  const Index others = indices.along(indices.linear(parts, {4, 5, 6}), {2, 60});
  CHECK(others[0] == indices.floor_div(i, 60));
  const Affine j = indices.variable(expressions.new_variable("j", 1), 6);
  CHECK(indices.along(i * 6 + j, {120, 6}) == Index{i, j});
  CHECK(indices.along(indices.mod(i, 5) * 6 + j, {5, 6}) == Index{indices.mod(i, 5), j});
  CHECK(indices.floor_div(indices.mod(i, 5) * 6 + j, 30) == whole(0));
  CHECK(indices.range(indices.mod(i, 7) - whole(2)).high == 4);
  CHECK_FALSE(indices.slope(parts[2], 0).has_value());
  CHECK(indices.slope(i * 3 + j, 0) == 3);
}

TEST_CASE("neighbouring axes that are read as one are one loop", "[lower]") {
  const auto loops_of = [](bool is_turned) {
    Graph graph;
    const Expression x{&graph, graph.input("x", {Dtype::f32, {2, 3, 4}})};
    const Expression y{&graph, graph.input("y", {Dtype::f32, {4}})};
    const Expression both = is_turned ? transpose(x, {1, 0, 2}) + broadcast(y, {2}, {3, 2, 4}) : exp(x) * 2.0;
    graph.outputs = {{"", both.id}};
    const std::string text = loops::print(lowered(fuse(graph)));
    std::size_t count = 0;
    for (std::size_t at = text.find(" in 0.."); at != std::string::npos; at = text.find(" in 0..", at + 1))
      ++count;
    return count;
  };
  CHECK(loops_of(false) == 1);
  CHECK(loops_of(true) == 3);
}
