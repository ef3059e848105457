// Scans whose steps do not select all that they compute, and what of scans cannot be differentiated.

#include <catch2/catch.hpp>
#include <cmath>

#include "passes/differentiate.h"
#include "tests/support/gradient_check.h"
#include "tests/support/loop_functions.h"

namespace dp::test {
namespace {

Expression real(const Expression& number) { return convert(number, Dtype::f64); }

}  // namespace

TEST_CASE("where: what was not selected in a step never reaches a gradient",
          "[differentiate][scans][where]") {
  const auto check = [](const Builder& y, const Values& x, const std::vector<double>& expected) {
    const std::vector<double> reverse = gradients(y, x)[0].values;
    REQUIRE(reverse.size() == expected.size());
    for (std::size_t k = 0; k < expected.size(); ++k) {
      INFO("element " << k);
      CHECK(reverse[k] == Approx(expected[k]).epsilon(1e-12).margin(1e-15));
      Values direction = x;
      for (Tensor<double>& values : direction) values.values.assign(values.values.size(), 0);
      direction[0].values[k] = 1;
      double sum = 0;
      for (const double part : tangent(y, x, direction).values) sum += part;
      CHECK(sum == Approx(expected[k]).epsilon(1e-12).margin(1e-15));
    }
  };
  const double inf = HUGE_VAL;
  SECTION("in a loop that stacks") {
    check(
        [](const auto& at) {
          Graph& graph = *at[0].graph;
          return sum_of(graph, 3, [&](const auto& i) {
            const Expression part = element(at[0], {i});
            return select(part > 0.0, log(part), 0.0);
          });
        },
        {tensor({3}, {0, 2, -1})}, {0, 0.5, 0});
  }
  SECTION("the value is computed outside of the loop that selects") {
    check(
        [](const auto& at) {
          Graph& graph = *at[0].graph;
          const Expression logs = log(at[0]);
          return sum_of(graph, 3, [&](const auto& i) {
            return select(element(at[0], {i}) > 0.0, element(logs, {i}), 0.0);
          });
        },
        {tensor({3}, {0, 2, -inf})}, {0, 0.5, 0});
  }
  SECTION("a later step selects what an earlier one has computed") {
    check(
        [](const auto& at) {  // c = √x, then what is carried is dropped where x is 0
          Graph& graph = *at[0].graph;
          return scan_of(graph, 3, {at[0]}, [&](const auto& step, const auto& c) {
            const Expression is_first = broadcast(step == integer_at(graph, 0), {}, {2});
            const Expression kept = select(at[0] > 0.0, c[0] * 2.0, 0.0);
            return Step{{select(is_first, sqrt(at[0]), kept)}, {}};
          })[0];
        },
        {tensor({2}, {0, 4})}, {0, 1});  // 4·√x
  }
  SECTION("the loss selects among the last values") {
    check(
        [](const auto& at) {
          Graph& graph = *at[0].graph;
          const Expression last = scan_of(
              graph, 2, {at[0]}, [&](const auto&, const auto& c) { return Step{{1.0 / c[0]}, {}}; })[0];
          return select(at[0] == 0.0, 1.0, last);
        },
        {tensor({2}, {0, 4})}, {0, 1});
  }
  SECTION("the loss selects among what was stacked, of a weight") {
    check(
        [](const auto& at) {  // Σ over steps with w·c finite of 1/(w·c), c = 0, 1, 2
          Graph& graph = *at[0].graph;
          const auto results = scan_of(graph, 3, {zero(at[0])}, [&](const auto&, const auto& c) {
            return Step{{c[0] + 1.0}, {1.0 / (at[0] * c[0])}};
          });
          return select(results[1] < 1e9, results[1], 0.0);
        },
        {tensor({}, {2})}, {-0.375});
  }
  SECTION("steps that were not run") {
    check(
        [](const auto& at) {
          Graph& graph = *at[0].graph;
          const auto more = [](const std::vector<Expression>& c) { return c[0] > 10.0; };
          const auto results = while_of(graph, 4, {at[0]}, more, [&](const auto&, const auto& c) {
            return Step{{log(c[0]) * at[0]}, {at[0] / c[0]}};
          });
          return results[0] + reduce(Op::reduce_sum, results[1], {0});
        },
        {tensor({}, {2})}, {1});
  }
}

TEST_CASE("what cannot be differentiated in a scan is refused at its place", "[differentiate][scans]") {
  Graph graph;
  const Expression input{&graph, graph.input("x", {Dtype::f64, {}})};
  const Expression x{&graph, graph.add(Op::mark, {input.id}, {{"id", std::int64_t{0}}})};
  const auto refused = [&](const Expression& y) {
    graph.outputs = {{"", graph.add(Op::vjp, {y.id, x.id, one(y).id})}};
    const Result<Graph> result = differentiate(graph);
    REQUIRE_FALSE(result);
    return result.error();
  };
  SECTION("an op without a derivative") {
    const Expression y = scan_of(graph, 3, {x}, [&](const auto&, const auto& c) {
      const Expression next = trigamma(c[0]);
      graph.annotate(next.id, {"", {0, 3, 9}});
      return Step{{next}, {}};
    })[0];
    CHECK(refused(y).code == "E0401");
    CHECK(refused(y).at == Span{0, 3, 9});
  }
  SECTION("an integer in the circle") {
    const Expression y = scan_of(graph, 3, {zero(input)}, [&](const auto&, const auto& c) {
      const Expression whole = convert(c[0] + x, Dtype::i64);
      graph.annotate(whole.id, {"", {0, 5, 8}});
      return Step{{real(whole)}, {}};
    })[0];
    CHECK(refused(y).code == "E0402");
    CHECK(refused(y).at == Span{0, 5, 8});
  }
  SECTION("a loop without a limit") {
    const auto goes_on = [](const std::vector<Expression>& c) { return c[0] < 100.0; };
    const Expression y = while_of(graph, Dim(std::int64_t{1} << 62), {x}, goes_on,
                                  [&](const auto&, const auto& c) { return Step{{c[0] * c[0]}, {}}; })[0];
    graph.annotate(graph[y.id].operands[0], {"", {0, 2, 4}});
    CHECK(refused(y).code == "E0411");
    CHECK(refused(y).at == Span{0, 2, 4});
  }
  SECTION("a value before the loop, from inside") {
    const Expression h = scan_of(graph, 3, {one(input), zero(input)}, [&](const auto&, const auto& c) {
      const Expression next = c[0] * x;
      const Expression slope{&graph, graph.add(Op::vjp, {next.id, x.id, one(next).id})};
      graph.annotate(slope.id, {"", {0, 1, 6}});
      return Step{{next, c[1] + slope}, {}};
    })[1];
    graph.outputs = {{"", h.id}};
    const Result<Graph> result = differentiate(graph);
    REQUIRE_FALSE(result);
    CHECK(result.error().code == "E0412");
    CHECK(result.error().at == Span{0, 1, 6});
  }
}

}  // namespace dp::test
