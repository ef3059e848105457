// What was not selected never reaches a gradient, even where it is inf or NaN: the known traps, forward and
// reverse.

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "ir/print.h"
#include "passes/differentiate.h"
#include "tests/support/sample_functions.h"

namespace dp::test {
namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

void check_close(const std::vector<double>& computed, const std::vector<double>& expected) {
  REQUIRE(computed.size() == expected.size());
  for (std::size_t k = 0; k < expected.size(); ++k) {
    INFO("element " << k);
    CHECK(computed[k] == Approx(expected[k]).epsilon(1e-12).margin(1e-15));
  }
}

/// The gradient of the sum of y, by both modes.
void check_gradient(const Builder& y, const Values& x, const Values& expected) {
  const Values reverse = gradients(y, x);
  for (std::size_t k = 0; k < x.size(); ++k) {
    INFO("argument " << k);
    check_close(reverse[k].values, expected[k].values);
    for (std::size_t element = 0; element < x[k].values.size(); ++element) {
      Values direction = x;
      for (Tensor<double>& values : direction) values.values.assign(values.values.size(), 0);
      direction[k].values[element] = 1;
      double sum = 0;
      for (const double part : tangent(y, x, direction).values) sum += part;
      INFO("element " << element << ", forward");
      CHECK(sum == Approx(expected[k].values[element]).epsilon(1e-12).margin(1e-15));
    }
  }
}

Expression truths(const Expression& like, std::vector<std::int64_t> shape, std::vector<double> values) {
  return constant(*like.graph, Dtype::boolean, tensor(std::move(shape), std::move(values)));
}

Expression dot(const Expression& x, const Expression& y) {
  return {x.graph,
          x.graph->add(Op::dot, {x.id, y.id},
                       {{"batch_x", Axes{}}, {"batch_y", Axes{}}, {"sum_x", Axes{1}}, {"sum_y", Axes{0}}})};
}

Expression sum(const Expression& x) { return reduce(Op::reduce_sum, x, axes_between(0, x.type().rank())); }

std::size_t count(const Graph& graph, Op op) {
  std::size_t found = 0;
  for (const Id id : live_nodes(graph)) found += graph[id].op == op;
  return found;
}

}  // namespace

TEST_CASE("where: functions outside their domain", "[differentiate][where]") {
  const auto positive = [](const Expression& x) { return x > 0.0; };
  check_gradient([&](const auto& x) { return select(positive(x[0]), log(x[0]), 0.0); },
                 {tensor({4}, {0, -1, 2, -inf})}, {tensor({4}, {0, 0, 0.5, 0})});
  check_gradient([&](const auto& x) { return select(positive(x[0]), sqrt(x[0]), 0.0); },
                 {tensor({3}, {0, -1, 4})}, {tensor({3}, {0, 0, 0.25})});
  check_gradient([](const auto& x) { return select(x[0] == 0.0, 0.0, 1.0 / x[0]); }, {tensor({2}, {0, 2})},
                 {tensor({2}, {0, -0.25})});
  check_gradient([](const auto& x) { return select(x[0] == 0.0, 1.0, sin(x[0]) / x[0]); },
                 {tensor({2}, {0, 2})}, {tensor({2}, {0, std::cos(2.0) / 2 - std::sin(2.0) / 4})});
  check_gradient([](const auto& x) { return select(x[0] < 100.0, exp(x[0]), x[0]); },
                 {tensor({2}, {1000, 0})}, {tensor({2}, {1, 1})});
  check_gradient([](const auto& x) { return select(isnan(x[0]), 0.0, x[0] * x[0]); }, {tensor({2}, {nan, 3})},
                 {tensor({2}, {0, 6})});
  check_gradient([](const auto& x) { return select(abs(x[0]) < 1.0, acos(x[0]), 0.0); },
                 {tensor({2}, {2, 0})}, {tensor({2}, {0, -1})});
}

TEST_CASE("where: powers", "[differentiate][where]") {
  check_gradient([](const auto& x) { return select(x[0] > 0.0, pow(x[0], x[1]), 0.0); },
                 {tensor({3}, {0, -2, 2}), tensor({3}, {-1, 0.5, 3})},
                 {tensor({3}, {0, 0, 12}), tensor({3}, {0, 0, 8 * std::log(2.0)})});
}

TEST_CASE("where: the length of the zero vector", "[differentiate][where]") {
  const Builder length = [](const auto& x) {
    const Expression squares = sum(x[0] * x[0]);
    return select(squares > 0.0, sqrt(squares), 0.0);
  };
  check_gradient(length, {tensor({2}, {0, 0})}, {tensor({2}, {0, 0})});
  check_gradient(length, {tensor({2}, {3, 4})}, {tensor({2}, {0.6, 0.8})});
  const Builder direction = [](const auto& x) {
    const Expression squares = sum(x[0] * x[0]);
    const Expression safe = broadcast(squares > 0.0, {}, {2});
    return select(safe, x[0] / broadcast(sqrt(squares), {}, {2}), 0.0);
  };
  check_gradient(direction, {tensor({2}, {0, 0})}, {tensor({2}, {0, 0})});
}

TEST_CASE("where: softmax of scores masked with -inf", "[differentiate][where]") {
  const Builder softmax = [](const auto& x) {
    const Expression mask = truths(x[0], {2, 3}, {1, 0, 1, 0, 0, 0});
    const Expression scores = select(mask, x[0], -inf);
    const auto spread = [](const Expression& row) { return broadcast(row, {0}, {2, 3}); };
    const Expression shifted = exp(scores - spread(reduce(Op::reduce_max, scores, {1})));
    const Expression shares = shifted / spread(reduce(Op::reduce_sum, shifted, {1}));
    const Expression some = spread(reduce(Op::reduce_any, mask, {1}));
    const Expression weights = constant(*x[0].graph, Dtype::f64, tensor({2, 3}, {1, 2, 3, 4, 5, 6}));
    return select(some, shares, 0.0) * weights;
  };
  const double p = 1 / (1 + std::exp(-1.0)), slope = 2 * p * (1 - p);  // of 1·(1 − p) + 3·p
  check_gradient(softmax, {tensor({2, 3}, {0, 7, 1, inf, nan, -inf})},
                 {tensor({2, 3}, {-slope, 0, slope, 0, 0, 0})});
}

TEST_CASE("where: infinite factors of products that were not selected", "[differentiate][where]") {
  const Builder product = [](const auto& x) {
    return select(truths(x[0], {2, 2}, {1, 0, 0, 0}), dot(x[0], x[1]), 0.0);
  };
  check_gradient(product, {tensor({2, 2}, {1, 2, nan, inf}), tensor({2, 2}, {3, inf, 5, nan})},
                 {tensor({2, 2}, {3, 5, 0, 0}), tensor({2, 2}, {1, 0, 2, 0})});
  // and the operand of a product, which is 0 there and meets an inf
  const Builder masked = [](const auto& x) {
    return dot(select(truths(x[0], {1, 2}, {1, 0}), log(x[0]), 0.0), x[1]);
  };
  check_gradient(masked, {tensor({1, 2}, {2, 0}), tensor({2, 1}, {3, 4})},
                 {tensor({1, 2}, {1.5, 0}), tensor({2, 1}, {std::log(2.0), 0})});
}

TEST_CASE("where: nested", "[differentiate][where]") {
  const Builder nested = [](const auto& x) {
    const Expression inner = select(x[0] > 1.0, log(x[0] - 1.0), sqrt(x[0]));
    return select(x[0] > 0.0, inner, 1.0 / x[0]);
  };
  check_gradient(nested, {tensor({4}, {-2, 0.25, 1, 3})}, {tensor({4}, {-0.25, 1, 0.5, 0.5})});
  const Builder chained = [](const auto& x) {
    const Expression safe = select(x[0] > 0.0, log(x[0]), 0.0);
    return select(safe > 0.0, 1.0 / safe, exp(x[0]) * safe);
  };
  check_gradient(chained, {tensor({2}, {-1, 0})}, {tensor({2}, {0, 0})});
}

TEST_CASE("where: guards through moves and sums", "[differentiate][where]") {
  const auto guarded_log = [](const Expression& x) { return log(x); };
  const auto mask = [](const Expression& like, std::vector<double> values) {
    const auto size = static_cast<std::int64_t>(values.size());
    return truths(like, {size}, std::move(values));
  };
  const Values x{tensor({3}, {0, 2, 4})};
  const Tensor<double> none = tensor({3}, {0, 0, 0});
  SECTION("broadcast") {  // any copy that was selected counts
    check_gradient(
        [&](const auto& at) {
          const Expression rows = broadcast(guarded_log(at[0]), {1}, {2, 3});
          return select(truths(at[0], {2, 3}, {0, 1, 0, 0, 1, 0}), rows, 0.0);
        },
        x, {tensor({3}, {0, 1, 0})});
  }
  SECTION("sum") {
    const Builder y = [&](const auto& at) {
      return select(truths(at[0], {}, {0}), sum(guarded_log(at[0])), 0.0);
    };
    check_gradient(y, x, {none});
  }
  SECTION("product, largest, smallest") {
    for (const Op op : {Op::reduce_prod, Op::reduce_max, Op::reduce_min}) {
      const Builder y = [&](const auto& at) {
        return select(truths(at[0], {}, {0}), reduce(op, guarded_log(at[0]), {0}), 0.0);
      };
      check_gradient(y, x, {none});
    }
  }
  SECTION("reshape, transpose, flip") {
    check_gradient(
        [&](const auto& at) {
          const Expression moved = flip(transpose(reshape(guarded_log(at[0]), {1, 3}), {1, 0}), {0});
          return select(truths(at[0], {3, 1}, {1, 1, 0}), moved, 0.0);
        },
        x, {tensor({3}, {0, 0.5, 0.25})});
  }
  SECTION("slice and pad") {
    check_gradient(
        [&](const auto& at) {
          const Expression part = slice(guarded_log(at[0]), {0}, {2}, {2});
          return select(mask(at[0], {0, 1}), part, 0.0);
        },
        x, {tensor({3}, {0, 0, 0.25})});
    check_gradient(
        [&](const auto& at) {
          const Expression laid_in = pad(guarded_log(at[0]), {1}, {7}, {2});
          return select(mask(at[0], {1, 0, 1, 1, 1, 1, 1}), laid_in, 0.0);
        },
        x, {tensor({3}, {0, 0.5, 0.25})});
  }
  SECTION("concat") {
    check_gradient(
        [&](const auto& at) {
          const Expression both = concat({guarded_log(at[0]), at[0]}, 0);
          return select(mask(at[0], {0, 1, 1, 1, 1, 1}), both, 0.0);
        },
        x, {tensor({3}, {1, 1.5, 1.25})});
  }
  SECTION("gather") {
    check_gradient(
        [&](const auto& at) {
          const Expression index = constant(*at[0].graph, Dtype::i64, tensor({4}, {0, 1, 1, 0}));
          const Attributes axis{{"axis", std::int64_t{0}}};
          const Expression log_x = guarded_log(at[0]);
          const Expression read{at[0].graph, at[0].graph->add(Op::gather, {log_x.id, index.id}, axis)};
          return select(mask(at[0], {0, 1, 1, 0}), read, 0.0);
        },
        x, {tensor({3}, {0, 1, 0})});
  }
  SECTION("dot") {
    check_gradient(
        [&](const auto& at) {
          const Expression column = reshape(guarded_log(at[0]), {3, 1});
          const Expression row = splat(*at[0].graph, 2.0, {Dtype::f64, {1, 2}});
          return select(truths(at[0], {3, 2}, {0, 0, 1, 0, 1, 1}), dot(column, row), 0.0);
        },
        x, {tensor({3}, {0, 1, 1})});
  }
}

TEST_CASE("where: second order", "[differentiate][where]") {
  const auto second = [](const Builder& y, const std::vector<double>& x) {
    const auto size = static_cast<std::int64_t>(x.size());
    return second_gradients(y, {tensor({size}, x)}, {tensor({size}, std::vector<double>(x.size(), 1))})[0]
        .values;
  };
  check_close(second([](const auto& x) { return select(x[0] > 0.0, log(x[0]), 0.0); }, {0, -1, 2}),
              {0, 0, -0.25});
  check_close(second([](const auto& x) { return select(x[0] > 0.0, sqrt(x[0]), x[0] * x[0]); }, {0, -1, 4}),
              {2, 2, -1.0 / 32});
  check_close(second(
                  [](const auto& x) {
                    const Expression total = sum(x[0]);
                    return select(total > 0.0, pow(total, splat(*x[0].graph, 1.5, total.type())), 0.0);
                  },
                  {0, 0}),
              {0, 0});
  check_close(second([](const auto& x) { return norm_root(sum(x[0] * x[0])); }, {0, 0}), {0, 0});
}

TEST_CASE("where: every op, at arguments that are NaN where the result is not selected",
          "[differentiate][where]") {
  std::mt19937_64 random(12);
  for (const OpSample& sample : all_op_samples()) {
    if (!has_derivative(sample) || !is_small(sample) || sample.op == Op::gate)
      continue;  // gate is not a `where`: it has no guard
    INFO(sample.label);
    const Values in_domain = real_inputs(sample, random);
    const Builder op = builder_of(sample, random);
    // arguments x·√t with t = 1, or −1 here and there: where an element is NaN, so is its slope
    Values t = in_domain;
    for (Tensor<double>& values : t) {
      for (double& value : values.values) value = random() % 4 == 0 ? -1 : 1;
    }
    const Builder value = [&](const auto& at) {
      std::vector<Expression> operands;
      for (std::size_t k = 0; k < at.size(); ++k) {
        operands.push_back(constant(*at[k].graph, Dtype::f64, in_domain[k]) * sqrt(at[k]));
      }
      return op(operands);
    };
    Tensor<double> finite = value_of(value, t);
    for (double& element : finite.values) element = std::isfinite(element) ? 1 : 0;
    const Builder selected = [&](const auto& at) {
      return select(constant(*at[0].graph, Dtype::boolean, finite), value(at), 0.0);
    };
    const Errors errors = check_derivatives(selected, t, sample.op != Op::digamma);
    CHECK(errors.reverse <= 1e-9);
    CHECK(errors.second <= 1e-7);
    CHECK(errors.forward_reverse <= 1e-12);
  }
}

TEST_CASE("where: what is used outside as well counts everywhere", "[differentiate][where]") {
  const Values x{tensor({2}, {-2, 4})};
  const Values expected{tensor({2}, {-0.5, 0.5})};
  for (const bool outside_first : {true, false}) {
    const Builder y = [&](const auto& at) {
      const Expression h = log(at[0]);
      const Expression first = outside_first ? h * 1.0 : select(at[0] > 0.0, h, 0.0);
      const Expression last = outside_first ? select(at[0] > 0.0, h, 0.0) : h * 1.0;
      return first + last;
    };
    check_gradient(y, x, expected);
  }
}

TEST_CASE("where: a guard that both branches fill up is dropped", "[differentiate][where]") {
  const Values x{tensor({3}, {-1, 0, 2})};
  const Builder leaky = [](const auto& at) { return select(at[0] > 0.0, at[0], 0.01 * at[0]); };
  const Graph graph = gradient_graph([&](const auto& at) { return leaky({exp(at[0])}); }, x);
  CHECK(count(graph, Op::or_) + count(graph, Op::and_) + count(graph, Op::not_) == 0);
  CHECK(count(graph, Op::select) == 3);  // the value's, and one a branch: none around exp's derivative
  check_gradient(leaky, x, {tensor({3}, {0.01, 0.01, 1})});

  const Builder pieces = [](const auto& at) {
    const Expression upper = select(at[0] > 1.0, 2.0 * at[0], at[0]);
    return select(at[0] > 0.0, upper, 3.0 * at[0]);
  };
  const Graph three = gradient_graph([&](const auto& at) { return pieces({exp(at[0])}); }, x);
  CHECK(count(three, Op::or_) + count(three, Op::and_) + count(three, Op::not_) == 0);
}

TEST_CASE("where: no guard where nothing can be infinite", "[differentiate][where]") {
  const Values x{tensor({3}, {-1, 0, 2})};
  const Graph graph = gradient_graph(
      [](const auto& at) {
        const Expression rows = broadcast(at[0] * 2.0, {1}, {2, 3});
        return select(truths(at[0], {2, 3}, {1, 0, 1, 0, 1, 1}), relu(rows), 0.0);
      },
      x);
  CHECK(count(graph, Op::reduce_any) == 0);
  CHECK(count(graph, Op::select) == 2);
}

TEST_CASE("where: programs without it have no guards, at second order either", "[differentiate][where]") {
  Graph graph;
  const Type matrix{Dtype::f64, {3, 3}};
  const Expression input{&graph, graph.input("x", matrix)};
  const Expression x{&graph, graph.add(Op::mark, {input.id}, {{"id", std::int64_t{0}}})};
  const Expression loss = sum(dot(relu(dot(x, x)), x));
  const Expression first{&graph, graph.add(Op::vjp, {loss.id, x.id, one(loss).id})};
  const Expression slope = sum(first * first);
  graph.outputs = {{"", graph.add(Op::vjp, {slope.id, x.id, one(slope).id})}};
  const Result<Graph> result = differentiate(graph);
  REQUIRE(result);
  CHECK(count(*result, Op::guarded_dot) == 0);
  CHECK(count(*result, Op::select) == 0);
}

}  // namespace dp::test
