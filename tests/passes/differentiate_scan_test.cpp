// Gradients through loops whose steps are in order.

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
  CHECK(violation(gradient_graph(y, x), Stage::grad).empty());
}

Expression dot(const Expression& x, const Expression& y) {
  const auto last = static_cast<std::int64_t>(x.type().rank()) - 1;
  return {
      x.graph,
      x.graph->add(Op::dot, {x.id, y.id},
                   {{"batch_x", Axes{}}, {"batch_y", Axes{}}, {"sum_x", Axes{last}}, {"sum_y", Axes{0}}})};
}

Expression real(const Expression& number) { return convert(number, Dtype::f64); }

std::size_t count(const Graph& graph, Op op) {
  std::size_t found = 0;
  for (const Id id : live_nodes(graph)) found += graph[id].op == op;
  return found;
}

}  // namespace

TEST_CASE("gradients of recurrences", "[differentiate][scans]") {
  std::mt19937_64 random(1);
  const Values x{random_tensor({}, 0.5, 1.5, random), random_tensor({4}, 0.5, 1.5, random),
                 random_tensor({}, -1, 1, random)};
  for (const std::int64_t extent : {0, 1, 4}) {
    INFO(extent << " steps");
    require_small(
        [&](const auto& at) {
          Graph& graph = *at[0].graph;
          const auto results =
              scan_of(graph, extent, {at[0]}, [&](const Expression& step, const std::vector<Expression>& c) {
                const Expression next = sin(c[0] * element(at[1], {step})) * at[2] + real(step);
                return Step{{next}, {c[0] * at[2], exp(next)}};
              });
          const Expression stacks = reduce(Op::reduce_sum, results[1] * results[2], {0});
          return results[0] * results[0] + stacks * at[0];
        },
        x);
  }
}

TEST_CASE("gradients of values that change places", "[differentiate][scans]") {
  std::mt19937_64 random(2);
  const Values x{random_tensor({}, 0.5, 1.5, random), random_tensor({}, 0.5, 1.5, random)};
  require_small(
      [&](const auto& at) {
        Graph& graph = *at[0].graph;
        const auto results = scan_of(graph, 3, {at[0], at[1], at[1]},
                                     [&](const Expression&, const std::vector<Expression>& c) {
                                       return Step{{c[1], c[0] * c[1] + c[2], at[0]}, {c[2], at[1], c[1]}};
                                     });
        return results[0] * results[1] + results[2] +
               reduce(Op::reduce_sum, results[3] * results[4] * results[5], {0});
      },
      x);
}

TEST_CASE("gradients of a recurrent network", "[differentiate][scans]") {
  std::mt19937_64 random(3);
  const Values x{random_tensor({4, 3}, -1, 1, random), random_tensor({3, 2}, -1, 1, random),
                 random_tensor({2, 2}, -1, 1, random), random_tensor({2}, -1, 1, random),
                 random_tensor({2}, -1, 1, random)};
  const Builder network = [](const auto& at) {
    Graph& graph = *at[0].graph;
    const auto results = scan_of(graph, 4, {at[3]}, [&](const auto& step, const auto& h) {
      const Expression next = tanh(dot(element(at[0], {step}), at[1]) + dot(h[0], at[2]) + at[4]);
      return Step{{next}, {next}};
    });
    return reduce(Op::reduce_sum, results[1] * results[1], {0, 1}) * reduce(Op::reduce_sum, results[0], {0});
  };
  require_small(network, x);
  const Graph graph = gradient_graph(network, x);
  CHECK(count(graph, Op::scan) == 2);  // forward and back, the forward one only once
}

TEST_CASE("gradients of loops in scans and scans in loops", "[differentiate][scans]") {
  std::mt19937_64 random(4);
  const Values x{random_tensor({3}, -1, 1, random), random_tensor({3, 3}, -1, 1, random)};
  SECTION("a loop that stacks, in a scan") {
    require_small(
        [](const auto& at) {
          Graph& graph = *at[0].graph;
          const auto results = scan_of(graph, 3, {at[0]}, [&](const auto& step, const auto& c) {
            const Expression next = for_of(graph, 3, [&](const auto& i) {
              return tanh(sum_of(graph, 3, [&](const auto& j) {
                return element(c[0], {j}) * element(at[1], {i, j}) * real(step + i);
              }));
            });
            return Step{{next}, {sum_of(graph, 3, [&](const auto& i) { return exp(element(next, {i})); })}};
          });
          return results[0] * results[1];
        },
        x);
  }
  SECTION("a scan in a loop that stacks") {
    require_small(
        [](const auto& at) {
          Graph& graph = *at[0].graph;
          return for_of(graph, 3, [&](const auto& i) {
            const auto results =
                scan_of(graph, 3, {element(at[0], {i})}, [&](const auto& step, const auto& c) {
                  const Expression factor = exp(element(at[0], {step}));  // not of the loop around
                  return Step{{sin(c[0]) * element(at[1], {i, step}) + factor}, {c[0] * factor}};
                });
            return results[0] * reduce(Op::reduce_sum, results[1], {0});
          });
        },
        x);
  }
  SECTION("a scan in a scan") {
    require_small(
        [](const auto& at) {
          Graph& graph = *at[0].graph;
          const auto results = scan_of(graph, 2, {at[0]}, [&](const auto& step, const auto& c) {
            const auto inner = scan_of(graph, 3, {element(c[0], {step})}, [&](const auto& k, const auto& d) {
              const Expression weight = element(at[1], {step, k}) * exp(element(at[1], {k, k}));
              return Step{{tanh(d[0] + weight) * element(c[0], {k})}, {sin(d[0]) * weight}};
            });
            return Step{{c[0] * broadcast(inner[0], {}, {3}) + inner[1]}, {inner[0]}};
          });
          return results[0] * broadcast(reduce(Op::reduce_sum, results[1], {0}), {}, {3});
        },
        x);
  }
}

TEST_CASE("gradients of steps that do not depend on each other", "[differentiate][scans]") {
  std::mt19937_64 random(5);
  const Values x{random_tensor({4}, 0.5, 1.5, random), random_tensor({}, 0.5, 1.5, random)};
  const Builder y = [](const auto& at) {
    Graph& graph = *at[0].graph;
    const auto results = scan_of(graph, 4, {integer_at(graph, 0)}, [&](const auto& step, const auto& c) {
      return Step{{c[0] + step}, {exp(element(at[0], {step}) * at[1]) * real(c[0])}};
    });
    return results[1] * at[0];
  };
  require_small(y, x);
  CHECK(count(gradient_graph(y, x), Op::scan) == 1);
}

TEST_CASE("gradients of loops that end by a condition", "[differentiate][scans]") {
  const Values x{tensor({}, {2}), tensor({}, {1.5})};
  const Builder newton = [](const auto& at) {  // the root of c² = x0 from x1 on, with what each step had
    Graph& graph = *at[0].graph;
    const auto far = [&](const std::vector<Expression>& c) { return abs(c[0] * c[0] - at[0]) > 1e-2; };
    const auto results = while_of(graph, 8, {at[1]}, far, [&](const auto&, const auto& c) {
      return Step{{(c[0] + at[0] / c[0]) * 0.5}, {log(c[0]) * at[1]}};
    });
    return results[0] + reduce(Op::reduce_sum, results[1] * results[1], {0});
  };
  require_small(newton, x);
  require_small(newton, {tensor({}, {2}), tensor({}, {std::sqrt(2.0) + 1e-4})});  // no step
  const Builder doubled = [](const auto& at) {                                    // to the limit
    Graph& graph = *at[0].graph;
    const auto small = [&](const std::vector<Expression>& c) { return c[0] < 1e9; };
    return while_of(graph, 3, {at[0]}, small,
                    [&](const auto&, const auto& c) { return Step{{c[0] * c[0] * at[1]}, {}}; })[0];
  };
  require_small(doubled, x);
}

TEST_CASE("gradients of tables that a scan fills", "[differentiate][scans]") {
  std::mt19937_64 random(6);
  const Values x{random_tensor({5}, 0.5, 1.5, random), random_tensor({5}, 0.5, 1.5, random)};
  require_small(
      [](const auto& at) {  // t[k + 1] = a · t[k] + sin(b · t[t's position])
        Graph& graph = *at[0].graph;
        const Expression order = constant(graph, Dtype::i64, tensor({4}, {0, 0, 1, 0}));
        const auto results = scan_of(graph, 4, {at[0]}, [&](const auto& step, const auto& table) {
          const Expression far = element(table[0], {element(order, {step})});
          const Expression next =
              element(at[1], {step}) * element(table[0], {step}) + sin(far * element(at[1], {step}));
          const Expression position = step + integer_at(graph, 1);
          return Step{{{&graph, graph.add(Op::scatter_set, {table[0].id, position.id, next.id},
                                          {{"axis", std::int64_t{0}}})}},
                      {}};
        });
        return results[0] * results[0];
      },
      x);
}

TEST_CASE("gradients through several scans, and of parts of what they give", "[differentiate][scans]") {
  std::mt19937_64 random(7);
  const Values x{random_tensor({3}, 0.5, 1.5, random), random_tensor({}, 0.5, 1.5, random)};
  require_small(
      [](const auto& at) {
        Graph& graph = *at[0].graph;
        const auto first = scan_of(graph, 3, {at[1]}, [&](const auto& step, const auto& c) {
          return Step{{c[0] * element(at[0], {step})}, {c[0] + at[1]}};
        });
        const auto second = scan_of(graph, 3, {first[0]}, [&](const auto& step, const auto& c) {
          return Step{{sin(c[0]) * element(first[1], {step})}, {}};
        });
        return for_of(graph, 3, [&](const auto& i) { return element(first[1], {i}) * second[0]; });
      },
      x);
}

TEST_CASE("a gradient in the steps of a scan, and the gradient of its result", "[differentiate][scans]") {
  std::mt19937_64 random(8);
  const Values x{random_tensor({2}, 0.5, 1.5, random), random_tensor({}, 0.1, 0.3, random)};
  for (const bool reverse : {true, false}) {
    require_small(
        [&](const auto& at) {  // steps of descent; the rate and where it begins are differentiated
          Graph& graph = *at[0].graph;
          return scan_of(graph, 3, {at[0]}, [&](const auto& step, const auto& c) {
            const Expression p{&graph, graph.add(Op::mark, {c[0].id}, {{"id", std::int64_t{100}}})};
            const Expression loss = reduce(
                Op::reduce_sum, exp(p) * p * broadcast(real(step + integer_at(graph, 1)), {}, {2}), {0});
            const Expression slope =
                reverse ? Expression{&graph, graph.add(Op::vjp, {loss.id, p.id, one(loss).id})}
                        : for_of(graph, 2, [&](const auto& i) {
                            const Expression unit = put(splat(graph, 1.0, {Dtype::f64, {}}), {i}, {0}, {2});
                            return Expression{&graph, graph.add(Op::jvp, {loss.id, p.id, unit.id})};
                          });
            return Step{{p - slope * broadcast(at[1], {}, {2})}, {}};
          })[0];
        },
        x);
  }
}

TEST_CASE("Jacobians of what a scan gives, by rows", "[differentiate][scans]") {
  for (const bool reverse : {true, false}) {
    Graph graph;  // y = x, x², x⁴; and of each the slope at its step
    const Expression input{&graph, graph.input("x", {Dtype::f64, {}})};
    const Expression x{&graph, graph.add(Op::mark, {input.id}, {{"id", std::int64_t{0}}})};
    const Expression y =
        scan_of(graph, 3, {x}, [&](const auto&, const auto& c) { return Step{{c[0] * c[0]}, {c[0]}}; })[1];
    const Expression rows = for_of(graph, 3, [&](const auto& i) {
      const Expression row = element(y, {i});
      const Expression along = reverse ? one(row) : one(x);
      return Expression{&graph, graph.add(reverse ? Op::vjp : Op::jvp, {row.id, x.id, along.id})};
    });
    graph.outputs = {{"", rows.id}};
    const Result<Graph> result = differentiate(graph);
    REQUIRE(result);
    CHECK(violation(*result, Stage::grad).empty());
    CHECK(evaluate<double>(*result, {{"x", tensor({}, {2})}})[0].values == std::vector<double>{1, 4, 32});
  }
}

}  // namespace dp::test
