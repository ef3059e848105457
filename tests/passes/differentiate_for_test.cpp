// Gradients through loops that stack, through what is read and written in them, and of what stands in them.

#include <catch2/catch.hpp>

#include "ir/verify.h"
#include "passes/differentiate.h"
#include "tests/support/gradient_check.h"
#include "tests/support/loop_functions.h"

namespace dp::test {
namespace {

void require_small(const Builder& y, const Values& x) {
  const Errors errors = check_derivatives(y, x);
  CHECK(errors.reverse <= 1e-9);
  CHECK(errors.second <= 1e-7);
  CHECK(errors.forward_reverse <= 1e-12);
  CHECK(errors.vectorized <= 1e-10);
}

Expression marked(const Expression& x, std::int64_t number) {
  return {x.graph, x.graph->add(Op::mark, {x.id}, {{"id", number}})};
}

Expression vjp(const Expression& y, const Expression& x) {
  return {x.graph, x.graph->add(Op::vjp, {y.id, x.id, one(y).id})};
}

Expression jvp(const Expression& y, const Expression& x, const Expression& dx) {
  return {x.graph, x.graph->add(Op::jvp, {y.id, x.id, dx.id})};
}

/// What a program gives whose gradients are written in it.
std::vector<double> values_of(Graph& graph, const Expression& y, const Arguments<double>& arguments) {
  graph.outputs = {{"", y.id}};
  const Result<Graph> result = differentiate(graph);
  REQUIRE(result);
  CHECK(violation(*result, Stage::grad).empty());
  return evaluate<double>(*result, arguments)[0].values;
}

}  // namespace

TEST_CASE("gradients of sums of products", "[differentiate][loops]") {
  std::mt19937_64 random(1);
  const Values x{random_tensor({3, 4}, -1, 1, random), random_tensor({4, 2}, -1, 1, random)};
  require_small(
      [](const auto& at) {
        Graph& graph = *at[0].graph;
        return for_of(graph, 3, [&](const auto& i) {
          return for_of(graph, 2, [&](const auto& j) {
            return tanh(sum_of(
                graph, 4, [&](const auto& k) { return element(at[0], {i, k}) * element(at[1], {k, j}); }));
          });
        });
      },
      x);
}

TEST_CASE("gradients of windows", "[differentiate][loops]") {
  std::mt19937_64 random(2);
  const Values x{random_tensor({6, 5}, -1, 1, random), random_tensor({3, 2}, -1, 1, random)};
  require_small(
      [](const auto& at) {
        Graph& graph = *at[0].graph;
        return for_of(graph, 4, [&](const auto& i) {
          return for_of(graph, 4, [&](const auto& j) {
            return sum_of(graph, 3, [&](const auto& a) {
              return sum_of(graph, 2, [&](const auto& b) {
                return exp(element(at[0], {i + a, j + b}) * element(at[1], {a, b}));
              });
            });
          });
        });
      },
      x);
}

TEST_CASE("gradients of parts at positions that are known when it runs", "[differentiate][loops]") {
  std::mt19937_64 random(3);
  const Values x{random_tensor({4, 3}, -1, 1, random)};
  const auto positions = [](const Expression& like) {
    return constant(*like.graph, Dtype::i64, tensor({5}, {2, 0, 2, 7, -1}));  // two of them outside
  };
  require_small(
      [&](const auto& at) {
        Graph& graph = *at[0].graph;
        return for_of(graph, 5, [&](const auto& i) {
          return sin(part_at(at[0], {element(positions(at[0]), {i})}, {0}));
        });
      },
      x);
  require_small(
      [&](const auto& at) {
        Graph& graph = *at[0].graph;
        return for_of(graph, 3, [&](const auto& i) {
          const Expression column = part_at(at[0], {i}, {1});
          return exp(put(column, {element(positions(at[0]), {i})}, {1}, {4, 3})) * at[0];
        });
      },
      x);
}

TEST_CASE("gradients of what a loop does not change, and of loops without steps", "[differentiate][loops]") {
  std::mt19937_64 random(4);
  const Values x{random_tensor({3}, -1, 1, random), random_tensor({}, -1, 1, random)};
  for (const std::int64_t extent : {0, 1, 3}) {
    require_small(
        [&](const auto& at) {
          Graph& graph = *at[0].graph;
          const Expression same = for_of(graph, extent, [&](const auto&) { return sin(at[1]); });
          return sum_of(graph, 3, [&](const auto& i) {
            const Expression inner = sum_of(graph, extent, [&](const auto& j) {
              return element(same, {j}) * element(at[0], {i}) * at[1];
            });
            return inner * inner;
          });
        },
        x);
  }
}

TEST_CASE("several values of one loop", "[differentiate][loops]") {
  std::mt19937_64 random(5);
  const Values x{random_tensor({3}, -1, 1, random)};
  require_small(
      [](const auto& at) {
        const Expression i = loop_index(*at[0].graph, 0, 3), part = element(at[0], {i});
        return for_each(sin(part), 0, 3) * for_each(exp(part) * part, 0, 3);
      },
      x);
}

TEST_CASE("Jacobians and Hessians are loops over gradients", "[differentiate][loops]") {
  Graph graph;
  const Expression x = marked({&graph, graph.input("x", {Dtype::f64, {2}})}, 0);
  const auto rows_of = [&](const Expression& y) {
    return for_of(graph, y.shape()[0], [&](const auto& i) { return vjp(element(y, {i}), x); });
  };
  const Arguments<double> arguments{{"x", tensor({2}, {2, 3})}};
  SECTION("of what a loop outside has computed") {
    const Expression y = for_of(graph, 3, [&](const auto& j) {
      return element(x, {constant(graph, Dtype::i64, tensor({}, {0}))}) * convert(j, Dtype::f64) +
             power(element(x, {constant(graph, Dtype::i64, tensor({}, {1}))}), 2);
    });
    CHECK(values_of(graph, rows_of(y), arguments) == std::vector<double>{0, 6, 1, 6, 2, 6});
  }
  SECTION("forward") {
    const Expression y = x * flip(x, {0});
    const Expression columns = for_of(graph, 2, [&](const auto& i) {
      return jvp(y, x, put(splat(graph, 1.0, {Dtype::f64, {}}), {i}, {0}, {2}));
    });
    CHECK(values_of(graph, columns, arguments) == std::vector<double>{3, 3, 2, 2});
  }
  SECTION("Hessian") {  // of x0² · x1³
    const auto at = [&](double k) { return element(x, {constant(graph, Dtype::i64, tensor({}, {k}))}); };
    const Expression s = power(at(0), 2) * power(at(1), 3);
    CHECK(values_of(graph, rows_of(vjp(s, x)), arguments) == std::vector<double>{54, 108, 108, 72});
  }
}

TEST_CASE("gradients by what stands in a loop", "[differentiate][loops]") {
  Graph graph;
  const Expression x{&graph, graph.input("x", {Dtype::f64, {3}})};
  const Expression slopes = for_of(graph, 3, [&](const auto& i) {
    const Expression h = marked(element(x, {i}), 0);
    return vjp(sum_of(graph, 3, [&](const auto& j) { return h * h * element(x, {j}); }), h);
  });
  CHECK(values_of(graph, slopes, {{"x", tensor({3}, {1, 2, 3})}}) == std::vector<double>{12, 24, 36});
}

TEST_CASE("levels inside loops are not confused", "[differentiate][loops]") {
  for (int modes = 0; modes < 4; ++modes) {
    Graph graph;  // for i: d/dx (x · d/dy (x + y_i)) = 1, and d/dx (x · d/dy_i (x · y_i)) = 2x
    const Expression x = marked({&graph, graph.input("x", {Dtype::f64, {}})}, 0);
    const Expression y = {&graph, graph.input("y", {Dtype::f64, {2}})};
    const auto slope = [&](bool reverse, const Expression& of, const Expression& by) {
      return reverse ? vjp(of, by) : jvp(of, by, one(by));
    };
    const Expression both = for_of(graph, 2, [&](const auto& i) {
      const Expression part = marked(element(y, {i}), 1);
      const Expression sum = slope(modes & 1, x + part, part), product = slope(modes & 1, x * part, part);
      return slope(modes & 2, x * sum, x) * 10.0 + slope(modes & 2, x * product, x);
    });
    CHECK(values_of(graph, both, {{"x", tensor({}, {3})}, {"y", tensor({2}, {5, 7})}}) ==
          std::vector<double>{16, 16});
    // the outer gradient of a sum over the loop
    const Expression total = reduce(Op::reduce_sum, both * broadcast(x, {}, {2}), {0});
    CHECK(
        values_of(graph, slope(modes & 2, total, x), {{"x", tensor({}, {3})}, {"y", tensor({2}, {5, 7})}}) ==
        std::vector<double>{44});  // 2 · (10x + 2x²)'
  }
}

TEST_CASE("a gradient inside the loop whose value is differentiated", "[differentiate][loops]") {
  std::mt19937_64 random(6);
  const Values x{random_tensor({3}, 0.5, 1.5, random), random_tensor({}, 0.5, 1.5, random)};
  require_small(
      [](const auto& at) {
        Graph& graph = *at[0].graph;
        return for_of(graph, 3, [&](const auto& i) {
          const Expression h = marked(element(at[0], {i}) * at[1], 100);
          return vjp(exp(h) * at[1] * h, h);
        });
      },
      x);
}

TEST_CASE("what is lost in an integer inside a loop is refused at its place", "[differentiate][loops]") {
  Graph graph;
  const Expression x = marked({&graph, graph.input("x", {Dtype::f64, {3}})}, 0);
  const Expression y = sum_of(graph, 3, [&](const auto& i) {
    const Expression whole = convert(element(x, {i}), Dtype::i64);
    graph.annotate(whole.id, {"", {0, 7, 12}});
    return convert(whole, Dtype::f64);
  });
  graph.outputs = {{"", vjp(y, x).id}};
  const Result<Graph> refused = differentiate(graph);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "E0402");
  CHECK(refused.error().at == Span{0, 7, 12});
}

}  // namespace dp::test
