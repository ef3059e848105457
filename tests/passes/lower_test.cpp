#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "ir/loops.h"
#include "passes/expression.h"
#include "passes/fuse.h"
#include "passes/lower_index.h"
#include "passes/vectorize.h"
#include "tests/support/lowering.h"
#include "tests/support/op_samples.h"

using namespace dp;
using namespace dp::test;

TEST_CASE("every op, lowered, gives the interpreter's bits", "[lower]") {
  for (const OpSample& sample : all_op_samples()) {
    if (info(sample.op).form == Form::level) continue;
    INFO(sample.label);
    const Graph graph = vectorize(sample.graph);
    const std::vector<Array> inputs = example_inputs(graph, sample.domains);
    const loops::Module alone = lowered(unfused(graph));
    INFO(loops::print(alone));
    CHECK(difference(graph, alone, inputs) == "");
    const loops::Module fused = lowered(fuse(graph));
    INFO(loops::print(fused));
    CHECK(difference(graph, fused, inputs) == "");
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
  struct Case {
    Op check;
    Dtype dtype;
    Attributes attributes;
    std::vector<double> bad;
    const char* code;
  };
  const Attributes to_narrow{{"dtype", Dtype::i32}}, to_wide{{"dtype", Dtype::i64}};
  const Case cases[] = {
      {Op::check_index, Dtype::i64, {{"axis", std::int64_t{1}}, {"dim", Shape{5}}}, {-1, 5}, "E3003"},
      {Op::check_index, Dtype::i32, {{"axis", std::int64_t{0}}, {"dim", Shape{0}}}, {0}, "E3003"},
      {Op::check_divisor, Dtype::i64, {}, {0}, "E3004"},
      {Op::check_range, Dtype::f32, to_narrow, {0x1p31, -0x1.000002p31, NAN, INFINITY}, "E3005"},
      {Op::check_range, Dtype::f64, to_narrow, {0x1p31, -0x1p31 - 1}, "E3005"},
      {Op::check_range, Dtype::f64, to_wide, {0x1p63, NAN}, "E3005"},
  };
  for (const Case& one : cases) {
    Graph graph;
    const Id x = graph.input("x", {one.dtype, {2, 3}}),
             taken = graph.input("taken", {Dtype::boolean, {2, 3}});
    graph.effects = {graph.add(one.check, {x, taken}, one.attributes)};
    graph.annotate(graph.effects[0], {"", {0, 3, 4}, ""});
    const loops::Module module = lowered(fuse(graph));
    for (const double bad : one.bad) {
      Array values(one.dtype, {2, 3}), first(Dtype::boolean, {2, 3});
      for (std::int64_t k = 0; k < 6; ++k)
        is_real(one.dtype) ? values.set_real(k, k == 4 ? bad : 1) : values.set_integer(k, k == 4 ? bad : 1);
      for (std::int64_t k = 0; k < 6; ++k) first.set_integer(k, k < 4 && one.bad != std::vector{0.0} ? 1 : 0);
      INFO(name(one.check) << " " << bad);
      CHECK(difference(graph, module, {values, first}) == "");
      CHECK(loops::interpret(module, {{values, first}}));
      first.set_integer(4, 1);
      CHECK(difference(graph, module, {values, first}) == "");
      const auto failed = loops::interpret(module, {{values, first}});
      REQUIRE_FALSE(failed);
      CHECK(failed.error().code == one.code);
      CHECK(failed.error().at == Span{0, 3, 4});
    }
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

TEST_CASE("ops are total", "[lower]") {
  Graph divided;
  const Expression a = integers(divided, "a", 4), b = integers(divided, "b", 4);
  for (const Op op : {Op::floor_div, Op::mod, Op::rem})
    divided.outputs.push_back({std::string(name(op)), pointwise(op, {a, b}).id});
  const std::vector<Array> by_zero{array_of({7, -8, INT64_MIN, INT64_MIN}), array_of({0, 0, -1, 0})};
  CHECK(difference(divided, lowered(fuse(divided)), by_zero) == "");

  for (const std::int64_t extent : {5, 0}) {
    Graph moved;
    const Expression x{&moved, moved.input("x", {Dtype::f32, {3, extent}})};
    const Expression v{&moved, moved.input("v", {Dtype::f32, {3, 4}})};
    const Expression at = integers(moved, "at", 4), each = integers(moved, "each", 3);
    const Attributes axis{{"axis", std::int64_t{1}}};
    moved.outputs = {{"gather", moved.add(Op::gather, {x.id, at.id}, axis)},
                     {"take", moved.add(Op::take, {x.id, each.id}, axis)},
                     {"add", moved.add(Op::scatter_add, {x.id, at.id, v.id}, axis)},
                     {"set", moved.add(Op::scatter_set, {x.id, at.id, v.id}, axis)}};
    std::vector<Array> inputs = example_inputs(moved);
    inputs[2] = array_of({-7, 4, INT64_MAX, 4});
    inputs[3] = array_of({-1, 5, INT64_MIN});
    CHECK(difference(moved, lowered(fuse(moved)), inputs) == "");
    CHECK(difference(moved, lowered(unfused(moved)), inputs) == "");
  }
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
