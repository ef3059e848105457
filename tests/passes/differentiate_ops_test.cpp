// Every op of the op table that has a derivative, against central differences of the op itself.

#include <catch2/catch.hpp>

#include "ir/rewrite.h"
#include "passes/differentiate.h"
#include "tests/support/gradient_check.h"
#include "tests/support/sample_functions.h"

namespace dp::test {
namespace {

Expression apply(Op op, const std::vector<Expression>& x, Attributes attributes = {}) {
  std::vector<Id> ids;
  for (const Expression& operand : x) ids.push_back(operand.id);
  return {x[0].graph, x[0].graph->add(op, ids, std::move(attributes))};
}

void require_small(const Errors& errors) {
  CHECK(errors.reverse <= 1e-9);
  CHECK(errors.second <= 1e-7);
  CHECK(errors.forward_reverse <= 1e-12);
}

bool takes_reals(const OpInfo& row) { return row.types == TypeClass::real || row.types == TypeClass::number; }

}  // namespace

TEST_CASE("pointwise derivatives of the op table", "[differentiate]") {
  std::mt19937_64 random(1);
  for (const OpInfo& row : all_ops()) {
    if (row.form != Form::eval || !takes_reals(row) || row.derivative != DerivativeKind::expression) continue;
    INFO("op " << row.name);
    Values x;
    for (const Range& range : row.domain) x.push_back(random_tensor({4}, range.low, range.high, random));
    const bool second_order = row.op != Op::digamma;  // trigamma has none
    require_small(check_derivatives([&](const auto& at) { return apply(row.op, at); }, x, second_order));
  }
}

TEST_CASE("every op with a derivative, on its samples", "[differentiate]") {
  std::mt19937_64 random(10);
  for (const OpSample& sample : all_op_samples()) {
    if (!has_derivative(sample)) continue;
    INFO(sample.label);
    const bool second_order = sample.op != Op::digamma && is_small(sample);  // trigamma has none
    require_small(check_derivatives(builder_of(sample, random), real_inputs(sample, random), second_order));
  }
}

TEST_CASE("the same operand twice", "[differentiate]") {
  std::mt19937_64 random(2);
  for (const OpInfo& row : all_ops()) {
    if (row.form != Form::eval || row.arity != 2 || !takes_reals(row)) continue;
    if (row.derivative != DerivativeKind::expression) continue;
    if (row.op == Op::max || row.op == Op::min || row.op == Op::mod || row.op == Op::rem) continue;  // kinks
    INFO("op " << row.name);
    const Values x{random_tensor({3}, 0.5, 1.5, random)};
    require_small(check_derivatives([&](const auto& at) { return apply(row.op, {at[0], at[0]}); }, x));
  }
}

TEST_CASE("powers", "[differentiate]") {
  std::mt19937_64 random(3);
  for (const std::int64_t exponent : {-3, -1, 0, 1, 2, 3, 7}) {
    INFO("exponent " << exponent);
    const Values x{random_tensor({4}, 0.5, 1.5, random)};
    require_small(check_derivatives(
        [&](const auto& at) { return apply(Op::power, at, {{"exponent", exponent}}) * at[0]; }, x));
  }
}

TEST_CASE("moves", "[differentiate]") {
  std::mt19937_64 random(4);
  const Values cube{random_tensor({2, 3, 4}, 0.5, 1.5, random)};
  const auto check = [&](const Values& x, const Builder& y) {
    // squared, so that the second order is not 0
    require_small(check_derivatives(
        [&](const auto& at) {
          const Expression r = y(at);
          return r * r;
        },
        x));
  };
  const auto index = [](const Expression& like, std::vector<std::int64_t> shape, std::vector<double> values) {
    return constant(*like.graph, Dtype::i64, tensor(std::move(shape), std::move(values)));
  };
  SECTION("broadcast") {
    check(cube, [](const auto& x) { return broadcast(x[0], {0, 2, 4}, {2, 5, 3, 2, 4}); });
    check({random_tensor({}, 1, 2, random)}, [](const auto& x) { return broadcast(x[0], {}, {2, 3}); });
  }
  SECTION("reshape") {
    check(cube, [](const auto& x) { return reshape(x[0], {4, 6}); });
  }
  SECTION("transpose") {
    check(cube, [](const auto& x) { return transpose(x[0], {2, 0, 1}); });
  }
  SECTION("slice") {
    check(cube, [](const auto& x) { return slice(x[0], {0, 1, 1}, {2, 2, 2}, {1, 1, 2}); });
  }
  SECTION("pad") {
    check(cube, [](const auto& x) { return pad(x[0], {1, 0, 2}, {4, 3, 15}, {2, 1, 3}); });
  }
  SECTION("flip") {
    check(cube, [](const auto& x) { return flip(x[0], {0, 2}); });
  }
  SECTION("concat") {
    const Values parts{random_tensor({2, 1}, 0, 1, random), random_tensor({2, 3}, 0, 1, random)};
    check(parts, [](const auto& x) { return concat({x[1], x[0], x[1]}, 1) + 1.0; });
  }
  SECTION("take") {
    check(cube, [&](const auto& x) {
      return apply(Op::take, {x[0], index(x[0], {2, 4}, {0, 1, 2, 0, 2, 2, 1, 0})},
                   {{"axis", std::int64_t{1}}});
    });
  }
  SECTION("gather") {
    check(cube, [&](const auto& x) {
      return apply(Op::gather, {x[0], index(x[0], {2, 2}, {1, 1, 2, 1})}, {{"axis", std::int64_t{1}}});
    });
  }
  SECTION("scatter_add") {
    const Values operands{random_tensor({2, 3}, 0, 1, random), random_tensor({2, 4}, 0, 1, random)};
    check(operands, [&](const auto& x) {
      return apply(Op::scatter_add, {x[0], index(x[0], {4}, {0, 2, 0, 0}), x[1]},
                   {{"axis", std::int64_t{1}}});
    });
    check({operands[1]}, [&](const auto& x) {
      const Expression none = splat(*x[0].graph, 1.0, {Dtype::f64, {2, 3}});
      return apply(Op::scatter_add, {none, index(x[0], {4}, {0, 2, 0, 0}), x[0]},
                   {{"axis", std::int64_t{1}}});
    });
  }
  SECTION("scatter_set") {
    const Values operands{random_tensor({2, 3}, 0, 1, random), random_tensor({2, 2, 2}, 0, 1, random),
                          random_tensor({3}, 0, 1, random)};
    check({operands[0], operands[1]}, [&](const auto& x) {  // position 0 is set twice, 1 by the last part
      return apply(Op::scatter_set, {x[0], index(x[0], {2, 2}, {0, 2, 0, 1}), x[1]},
                   {{"axis", std::int64_t{1}}});
    });
    check({operands[0], operands[2]}, [&](const auto& x) {
      return apply(Op::scatter_set, {x[0], index(x[0], {}, {1}), x[1]}, {{"axis", std::int64_t{0}}});
    });
    check({operands[0]}, [&](const auto& x) {
      const Expression none = splat(*x[0].graph, 1.0, {Dtype::f64, {3}});
      return apply(Op::scatter_set, {x[0], index(x[0], {}, {1}), none}, {{"axis", std::int64_t{0}}});
    });
  }
}

TEST_CASE("reductions", "[differentiate]") {
  std::mt19937_64 random(5);
  const Values cube{random_tensor({2, 3, 4}, 0.5, 1.5, random)};
  for (const Op op : {Op::reduce_sum, Op::reduce_prod, Op::reduce_max, Op::reduce_min}) {
    for (const Axes& axes : {Axes{0}, Axes{1}, Axes{2}, Axes{0, 2}, Axes{0, 1, 2}, Axes{}}) {
      INFO("op " << name(op) << " over " << axes.size() << " axes");
      require_small(check_derivatives(
          [&](const auto& x) {
            const Expression r = apply(op, {x[0]}, {{"axes", axes}});
            return r * r;
          },
          cube));
    }
  }
}

TEST_CASE("products with zeros", "[differentiate]") {
  const Builder product = [](const auto& x) { return reduce(Op::reduce_prod, x[0], {0}); };
  for (const std::vector<double>& values :
       {std::vector<double>{2, 0, 3, 5}, {0, 2, 0, 3, 7}, {0, 0, 0}, {0}, {2, 3}, {}}) {
    const Values x{tensor({static_cast<std::int64_t>(values.size())}, values)};
    require_small(check_derivatives(product, x));
  }
  CHECK(gradients(product, {tensor({4}, {2, 0, 3, 5})})[0].values == std::vector<double>{0, 30, 0, 0});
}

TEST_CASE("sizes that are not known yet", "[differentiate]") {
  const Dim n = Dim::name("n");
  Graph graph;
  const Expression input{&graph, graph.input("x", {Dtype::f64, {n, 2}})};
  const Expression x{&graph, graph.add(Op::mark, {input.id}, {{"id", std::int64_t{0}}})};
  const Expression both = concat({flip(x, {0}), x * x}, 0);
  const Expression y = reduce(Op::reduce_prod, reduce(Op::reduce_max, both, {1}), {0});
  graph.outputs = {{"", graph.add(Op::vjp, {y.id, x.id, one(y).id})}};
  const Result<Graph> result = differentiate(graph);
  REQUIRE(result);
  const Graph sized = substitute(*result, {{"n", Dim(2)}});
  // the largest of the rows are 5, 3, 9, 25: 5·3·3²·5²
  const auto values = evaluate<double>(sized, {{"x", tensor({2, 2}, {1, 3, 5, 2})}})[0].values;
  CHECK(values == std::vector<double>{0, 3 * 3375 / 3.0, 3 * 3375 / 5.0, 0});
}

TEST_CASE("contractions", "[differentiate]") {
  std::mt19937_64 random(6);
  const auto check = [&](std::vector<std::int64_t> a, std::vector<std::int64_t> b, const Attributes& axes) {
    const Values x{random_tensor(std::move(a), 0.5, 1.5, random),
                   random_tensor(std::move(b), 0.5, 1.5, random)};
    require_small(check_derivatives(
        [&](const auto& at) {
          const Expression r = apply(Op::dot, at, axes);
          return r * r;
        },
        x));
  };
  const auto axes = [](Axes batch_x, Axes batch_y, Axes sum_x, Axes sum_y) {
    return Attributes{{"batch_x", batch_x}, {"batch_y", batch_y}, {"sum_x", sum_x}, {"sum_y", sum_y}};
  };
  check({2, 3}, {3, 4}, axes({}, {}, {1}, {0}));                      // matrix · matrix
  check({3, 2}, {4, 3}, axes({}, {}, {0}, {1}));                      // both transposed
  check({3}, {3}, axes({}, {}, {0}, {0}));                            // vector · vector
  check({2, 3}, {3}, axes({}, {}, {1}, {0}));                         // matrix · vector
  check({3}, {3, 2}, axes({}, {}, {0}, {0}));                         // vector · matrix
  check({2}, {3}, axes({}, {}, {}, {}));                              // outer product
  check({2, 3, 2}, {2, 2, 4}, axes({0}, {1}, {2}, {0}));              // a batch axis, in other places
  check({3, 2, 2, 3}, {2, 3, 3, 2}, axes({1}, {3}, {2, 0}, {0, 2}));  // several sums, in another order
  check({2, 3, 2}, {3, 2, 2}, axes({2, 0}, {1, 2}, {1}, {0}));        // two batch axes, no rest
  check({2, 0}, {0, 3}, axes({}, {}, {1}, {0}));                      // sums of nothing
}

TEST_CASE("contractions with guards", "[differentiate]") {
  std::mt19937_64 random(8);
  const Values x{random_tensor({3, 4}, 0.5, 1.5, random), random_tensor({4, 2}, 0.5, 1.5, random)};
  const Builder y = [](const auto& at) {
    Graph& graph = *at[0].graph;
    const Expression gx =
        constant(graph, Dtype::boolean, tensor({3, 4}, {1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 0, 1}));
    const Expression gy = constant(graph, Dtype::boolean, tensor({4, 2}, {1, 0, 1, 1, 0, 1, 1, 1}));
    const Expression r =
        apply(Op::guarded_dot, {select(gx, at[0], 0.0), select(gy, at[1], 0.0), gx, gy},
              {{"batch_x", Axes{}}, {"batch_y", Axes{}}, {"sum_x", Axes{1}}, {"sum_y", Axes{0}}});
    return r * r;
  };
  require_small(check_derivatives(y, x));
}

TEST_CASE("selections and conversions", "[differentiate]") {
  std::mt19937_64 random(9);
  const Values x{random_tensor({4}, 0.5, 1.5, random), tensor({4}, {0.5, 1, 1.25, 1.5})};  // exact in f32
  const auto condition = [](const Expression& like) {
    return constant(*like.graph, Dtype::boolean, tensor({4}, {1, 0, 0, 1}));
  };
  require_small(check_derivatives(
      [&](const auto& at) { return exp(select(condition(at[0]), at[0] * at[1], sin(at[1]))); }, x));
  require_small(check_derivatives([&](const auto& at) { return select(condition(at[0]), at[0], 3.0); }, x));
  CHECK(
      gradients([](const auto& at) { return convert(convert(at[0], Dtype::f32), Dtype::f64) * at[1]; }, x)[0]
          .values == x[1].values);
}

TEST_CASE("an op of the table with no derivative is refused by its name", "[differentiate]") {
  Graph graph;
  const Id x = graph.input("x", {Dtype::f64, {}});
  const Id mark = graph.add(Op::mark, {x}, {{"id", std::int64_t{0}}});
  const Id y = graph.add(Op::trigamma, {mark});
  graph.annotate(y, {"", {0, 3, 9}});
  graph.outputs = {{"", graph.add(Op::vjp, {y, mark, splat(graph, 1, {Dtype::f64, {}}).id})}};
  const Result<Graph> result = differentiate(graph);
  REQUIRE_FALSE(result);
  CHECK(result.error().code == "E0401");
  CHECK(result.error().message == "`trigamma` has no derivative");
  CHECK(result.error().at == Span{0, 3, 9});
}

}  // namespace dp::test
