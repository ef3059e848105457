// The op table as data, hash-consing, and what the graph refuses.

#include "ir/graph.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>
#include <set>

#include "ir/infer.h"

namespace dp {
namespace {

const Dim batch = Dim::name("batch");

Literal reals(std::vector<double> values) { return {std::move(values)}; }

TEST_CASE("every row of the op table is read", "[op]") {
  std::set<std::string_view> names;
  for (const OpInfo& row : all_ops()) {
    CAPTURE(row.name);
    CHECK(&row == &info(row.op));
    CHECK(op_from_name(row.name) == row.op);
    CHECK(names.insert(row.name).second);
    CHECK_FALSE(row.doc.empty());
    CHECK_FALSE(row.derivative_texts.empty());
    if (row.form != Form::eval) continue;
    CHECK(row.types != TypeClass::none);
    CHECK(static_cast<std::size_t>(row.arity) == row.operands.size());
    CHECK(row.derivative_texts.size() == row.operands.size());
    CHECK(row.domain.size() == row.operands.size());
    for (const Range& range : row.domain) CHECK(range.low < range.high);
  }
  CHECK(all_ops().size() > 70);
}

TEST_CASE("a row keeps its texts", "[op]") {
  CHECK(name(Op::and_) == "and");
  CHECK(name(Op::assert_) == "assert");
  CHECK_FALSE(op_from_name("and_"));
  CHECK(info(Op::mul).meaning_text == "x * y");
  CHECK(info(Op::mul).derivative_texts == std::vector<std::string_view>{"ct * y", "ct * x"});
  CHECK(info(Op::clamp).operands == std::vector<std::string_view>{"x", "y", "z"});
  CHECK(info(Op::slice).attributes == std::vector<std::string_view>{"start", "shape", "stride"});
  CHECK(info(Op::sign).derivative == DerivativeKind::zero);
  CHECK(info(Op::exp).derivative == DerivativeKind::expression);
  CHECK(info(Op::argmax).derivative == DerivativeKind::no_grad);
  CHECK(info(Op::transpose).derivative == DerivativeKind::linear);
  CHECK(info(Op::concat).arity == -1);
  CHECK(is_pointwise(Op::select));
  CHECK_FALSE(is_pointwise(Op::broadcast));
}

TEST_CASE("equal nodes are one node", "[graph]") {
  Graph graph;
  const Id x = graph.input("x", {Dtype::f32, {batch, 4}});
  const Id y = graph.input("y", {Dtype::f32, {batch, 4}});
  CHECK(x != y);
  CHECK(graph.add(Op::mul, {x, y}) == graph.add(Op::mul, {x, y}));
  CHECK(graph.add(Op::mul, {x, y}) != graph.add(Op::mul, {y, x}));
  const auto summed = [&](std::vector<std::int64_t> axes) {
    return graph.add(Op::reduce_sum, {x}, {{"axes", std::move(axes)}});
  };
  CHECK(summed({0}) == summed({0}));
  CHECK(summed({0}) != summed({1}));
  CHECK(graph.add(Op::mark, {x}, {{"id", std::int64_t{1}}}) !=
        graph.add(Op::mark, {x}, {{"id", std::int64_t{2}}}));
}

TEST_CASE("attributes may be given in any order", "[graph]") {
  Graph graph;
  const Id x = graph.input("x", {Dtype::f32, {8}});
  const Attribute start{"start", Shape{2}}, shape{"shape", Shape{3}},
      stride{"stride", std::vector<std::int64_t>{2}};
  const Id first = graph.add(Op::slice, {x}, {start, shape, stride});
  CHECK(first == graph.add(Op::slice, {x}, {stride, start, shape}));
  CHECK(graph[first].dims("start") == Shape{2});
  CHECK(graph[first].integers("stride") == std::vector<std::int64_t>{2});
  CHECK(graph[first].type == Type{Dtype::f32, {3}});
}

TEST_CASE("constants are told apart by their bits", "[graph]") {
  Graph graph;
  const auto constant = [&](std::vector<double> values, Dtype dtype = Dtype::f64) {
    const Shape shape = {static_cast<std::int64_t>(2)};
    return graph.add(Op::constant, {}, {{"value", reals(std::move(values))}}, {dtype, shape});
  };
  CHECK(constant({0.0}) != constant({-0.0}));
  CHECK(constant({std::nan("")}) == constant({std::nan("")}));
  CHECK(constant({1.5, 1.5}) == constant({1.5}));
  CHECK(constant({0.0, -0.0}) != constant({0.0}));
  CHECK(constant({0.1}, Dtype::f32) == constant({static_cast<double>(0.1f)}, Dtype::f32));
}

TEST_CASE("the first name and span of a node stay", "[graph]") {
  Graph graph;
  const Id x = graph.add(Op::exp, {graph.input("x", {Dtype::f32, {}})});
  graph.annotate(x, {"", {1, 2, 3}});
  graph.annotate(x, {"first", {1, 7, 8}});
  graph.annotate(x, {"second", {1, 9, 9}});
  CHECK(graph.note(x).name == "first");
  CHECK(graph.note(x).span == Span{1, 2, 3});
}

TEST_CASE("live nodes are what outputs, effects and inputs need, operands first", "[graph]") {
  Graph graph;
  const Id x = graph.input("x", {Dtype::f32, {}});
  const Id unused = graph.add(Op::exp, {x});
  const Id y = graph.add(Op::neg, {x});
  const Id check = graph.add(Op::assert_, {graph.add(Op::lt, {x, y})}, {{"message", std::string("no")}});
  graph.outputs.push_back({"", y});
  graph.effects.push_back(check);
  const std::vector<Id> live = live_nodes(graph);
  CHECK(live.size() == graph.size() - 1);
  CHECK(std::find(live.begin(), live.end(), unused) == live.end());
  CHECK(std::is_sorted(live.begin(), live.end()));
}

TEST_CASE("ill-typed nodes are our mistake, with the reason", "[infer]") {
  Graph graph;
  const Id x = graph.input("x", {Dtype::f32, {batch, 4}});
  const Id i = graph.input("i", {Dtype::i32, {batch, 4}});
  const Id v = graph.input("v", {Dtype::f32, {4}});
  using Catch::Matchers::Contains;
  const auto axes = [](std::vector<std::int64_t> list) { return Attributes{{"axes", std::move(list)}}; };
  const std::vector<std::int64_t> none, zero = {0}, one = {1};
  CHECK_THROWS_WITH(graph.add(Op::add, {x, v}), Contains("operands of one type"));
  CHECK_THROWS_WITH(graph.add(Op::exp, {i}), Contains("takes reals, not i32"));
  CHECK_THROWS_WITH(graph.add(Op::neg, {x, x}), Contains("takes 1 operands, not 2"));
  CHECK_THROWS_WITH(graph.add(Op::reduce_sum, {x}), Contains("lacks the attribute `axes`"));
  CHECK_THROWS_WITH(graph.add(Op::neg, {x}, axes({0})), Contains("an attribute it does not have"));
  CHECK_THROWS_WITH(graph.add(Op::reduce_sum, {x}, axes({2})), Contains("no axis 2"));
  CHECK_THROWS_WITH(graph.add(Op::reduce_sum, {x}, axes({1, 0})), Contains("ascending"));
  CHECK_THROWS_WITH(graph.add(Op::reduce_any, {x}, axes({1})), Contains("takes bools"));
  CHECK_THROWS_WITH(graph.add(Op::reshape, {x}, {{"shape", Shape{batch, 5}}}), Contains("cannot make"));
  CHECK_THROWS_WITH(graph.add(Op::broadcast, {v}, {{"axes", zero}, {"shape", Shape{batch, 4}}}),
                    Contains("an axis of 4 where batch is"));
  CHECK_THROWS_WITH(graph.add(Op::slice, {v}, {{"start", Shape{2}}, {"shape", Shape{3}}, {"stride", one}}),
                    Contains("beyond axis 0"));
  CHECK_THROWS_WITH(graph.add(Op::select, {x, x, x}), Contains("a bool as its condition"));
  CHECK_THROWS_WITH(
      graph.add(Op::dot, {x, v}, {{"batch_x", none}, {"batch_y", none}, {"sum_x", zero}, {"sum_y", zero}}),
      Contains("axes that differ"));
  CHECK_THROWS_WITH(graph.input("v", {Dtype::f32, {4}}), Contains("two inputs"));
}

TEST_CASE("types follow from the operands", "[infer]") {
  Graph graph;
  const Dim d = Dim::name("d"), m = Dim::name("m");
  const Id x = graph.input("x", {Dtype::f32, {batch, d, 4}});
  const Id w = graph.input("w", {Dtype::f32, {m, d, batch}});
  const Id i = graph.input("i", {Dtype::i32, {m, 2}});
  const auto list = [](std::initializer_list<std::int64_t> values) {
    return std::vector<std::int64_t>(values);
  };
  const Id dot =
      graph.add(Op::dot, {x, w},
                {{"batch_x", list({0})}, {"batch_y", list({2})}, {"sum_x", list({1})}, {"sum_y", list({1})}});
  CHECK(graph[dot].type == Type{Dtype::f32, {batch, 4, m}});
  CHECK(graph[graph.add(Op::gather, {x, i}, {{"axis", std::int64_t{1}}})].type ==
        Type{Dtype::f32, {batch, m, 2, 4}});
  CHECK(graph[graph.add(Op::transpose, {x}, {{"permutation", list({2, 0, 1})}})].type ==
        Type{Dtype::f32, {4, batch, d}});
  CHECK(graph[graph.add(Op::argmax, {x}, {{"axis", std::int64_t{1}}})].type == Type{Dtype::i64, {batch, 4}});
  CHECK(graph[graph.add(Op::concat, {x, x}, {{"axis", std::int64_t{1}}})].type ==
        Type{Dtype::f32, {batch, 2 * d, 4}});
  CHECK(graph[graph.add(Op::reshape, {x}, {{"shape", Shape{4 * batch, d}}})].type ==
        Type{Dtype::f32, {4 * batch, d}});
  CHECK(graph[graph.add(Op::lt, {x, x})].type == Type{Dtype::boolean, {batch, d, 4}});
}

}  // namespace
}  // namespace dp
