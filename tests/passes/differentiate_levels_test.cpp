// Levels of gradients, what is and is not differentiated, kinks, and a small network.

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "ir/print.h"
#include "ir/verify.h"
#include "passes/differentiate.h"
#include "tests/support/gradient_check.h"

namespace dp::test {
namespace {

const Type scalar{Dtype::f64, {}};

/// A function of scalars that is written with its gradients in it.
struct Program {
  Graph graph;
  Arguments<double> arguments;
  std::int64_t marks = 0;

  Expression input(const std::string& name, double value) {
    arguments[name] = tensor({}, {value});
    return {&graph, graph.input(name, scalar)};
  }
  Expression mark(const Expression& x) { return {&graph, graph.add(Op::mark, {x.id}, {{"id", marks++}})}; }
  Expression stop(const Expression& x) { return {&graph, graph.add(Op::stop, {x.id})}; }
  Expression vjp(const Expression& y, const Expression& x) {
    return {&graph, graph.add(Op::vjp, {y.id, x.id, one(y).id})};
  }
  Expression jvp(const Expression& y, const Expression& x) {
    return {&graph, graph.add(Op::jvp, {y.id, x.id, one(x).id})};
  }
  void output(const Expression& y) { graph.outputs.push_back({std::to_string(graph.outputs.size()), y.id}); }
  Graph differentiated() const {
    Result<Graph> result = differentiate(graph);
    REQUIRE(result);
    CHECK(violation(*result, Stage::grad).empty());
    for (const Id id : live_nodes(*result)) CHECK(info((*result)[id].op).form != Form::level);
    return std::move(result).take();
  }
  std::vector<double> values() const {
    std::vector<double> result;
    for (const auto& value : evaluate<double>(differentiated(), arguments))
      result.push_back(value.values.at(0));
    return result;
  }
  Diagnostic error() const {
    const Result<Graph> result = differentiate(graph);
    REQUIRE_FALSE(result);
    return result.error();
  }
};

std::size_t count(const Graph& graph, Op op) {
  std::size_t found = 0;
  for (const Id id : live_nodes(graph)) found += graph[id].op == op;
  return found;
}

/// The slope of a function of one number.
double slope(const std::function<Expression(const Expression&)>& y, double at) {
  const Builder builder = [&](const auto& x) { return y(x[0]); };
  const double reverse = gradients(builder, {tensor({}, {at})})[0].values[0];
  const double forward = tangent(builder, {tensor({}, {at})}, {tensor({}, {1})}).values[0];
  CHECK(reverse == forward);
  return reverse;
}

}  // namespace

TEST_CASE("levels are not confused", "[differentiate]") {
  for (const bool inner_reverse : {true, false}) {
    for (const bool outer_reverse : {true, false}) {
      Program program;  // d/dx (x · d/dy (x + y)) = 1
      const Expression x = program.mark(program.input("x", 3)), y = program.mark(program.input("y", 5));
      const Expression inner = inner_reverse ? program.vjp(x + y, y) : program.jvp(x + y, y);
      program.output(outer_reverse ? program.vjp(x * inner, x) : program.jvp(x * inner, x));
      // d/dx (x · d/dy (x · y)) = 2x, the inner derivative being x
      const Expression product = inner_reverse ? program.vjp(x * y, y) : program.jvp(x * y, y);
      program.output(outer_reverse ? program.vjp(x * product, x) : program.jvp(x * product, x));
      CHECK(program.values() == std::vector<double>{1, 6});
    }
  }
}

TEST_CASE("derivatives of derivatives of derivatives", "[differentiate]") {
  for (int modes = 0; modes < 16; ++modes) {
    Program program;
    const Expression x = program.mark(program.input("x", 2));
    Expression y = x * x * x * x * x;
    for (int order = 0; order < 4; ++order) y = (modes >> order) & 1 ? program.vjp(y, x) : program.jvp(y, x);
    program.output(y);
    CHECK(program.values() == std::vector<double>{240});  // 5·4·3·2·x
  }
}

TEST_CASE("equal expressions with marks of their own stay apart", "[differentiate]") {
  Program program;
  const Expression x = program.input("x", 3);
  const Expression a = program.mark(x * 2.0), b = program.mark(x * 2.0);
  program.output(program.vjp(a * b, a));
  program.output(program.jvp(a * b, b));
  CHECK(program.values() == std::vector<double>{6, 6});
}

TEST_CASE("a gradient by an intermediate counts what was computed from it", "[differentiate]") {
  Program program;
  const Expression x = program.mark(program.input("x", 3)), h = program.mark(x * x), y = h * x;
  program.output(program.vjp(y, h));
  program.output(program.vjp(y, x));
  program.output(program.jvp(y, h));
  program.output(program.jvp(y, x));
  CHECK(program.values() == std::vector<double>{3, 27, 3, 27});
}

TEST_CASE("a gradient within the value that is differentiated", "[differentiate]") {
  Program program;  // Newton's step for x² = 2, x − f(x)/f'(x); its own slope is f·f''/f'² = (x² − 2)/(2x²)
  const Expression x = program.mark(program.input("x", 2)), f = x * x - 2.0;
  program.output(program.vjp(x - f / program.vjp(f, x), x));
  CHECK(program.values() == std::vector<double>{0.25});
}

TEST_CASE("stop is a constant to every gradient", "[differentiate]") {
  Program program;
  const Expression x = program.mark(program.input("x", 3)), y = x * program.stop(x * x);
  program.output(program.vjp(y, x));
  program.output(program.jvp(y, x));
  program.output(program.vjp(program.stop(y), x));
  CHECK(program.values() == std::vector<double>{9, 9, 0});
}

TEST_CASE("what does not depend has a gradient of zero, and no nodes", "[differentiate]") {
  Program program;
  const Expression x = program.mark(program.input("x", 3)), y = program.input("y", 5);
  const Expression later = program.mark(exp(y) * 2.0);
  program.output(program.vjp(y * y, x));
  program.output(program.jvp(y * y, x));
  program.output(program.vjp(y * y, later));
  program.output(program.vjp(floor(x), x));
  CHECK(program.values() == std::vector<double>{0, 0, 0, 0});
  CHECK(node_count(program.differentiated()) == 3);  // the inputs and a zero
}

TEST_CASE("a value that is its own variable", "[differentiate]") {
  Program program;
  const Expression x = program.mark(program.input("x", 3));
  program.output(program.vjp(x, x));
  program.output(program.jvp(x, x));
  CHECK(program.values() == std::vector<double>{1, 1});
}

TEST_CASE("contributions add up from the last user to the first", "[differentiate]") {
  Program program;
  const Expression x = program.mark(program.input("x", 1));
  const Expression first = x * 1.0, second = x * -1e16, third = x * 1e16;
  program.output(program.vjp(first + (second + third), x));
  CHECK(program.values() == std::vector<double>{1});  // (1e16 − 1e16) + 1; the other way it would be 0
}

TEST_CASE("only what is asked for is differentiated", "[differentiate]") {
  const Values x{tensor({4, 3}, std::vector<double>(12, 0.5)), tensor({3, 2}, std::vector<double>(6, 0.25))};
  const auto dot = [](const Expression& a, const Expression& b) {
    return Expression{
        a.graph,
        a.graph->add(Op::dot, {a.id, b.id},
                     {{"batch_x", Axes{}}, {"batch_y", Axes{}}, {"sum_x", Axes{1}}, {"sum_y", Axes{0}}})};
  };
  const Graph both = gradient_graph([&](const auto& at) { return tanh(dot(at[0], at[1])); }, x);
  CHECK(count(both, Op::dot) == 3);
  CHECK(count(both, Op::transpose) == 0);  // of the two orders of the factors, the one that needs none
  const Graph one_of_them = gradient_graph(
      [&](const auto& at) {
        const Expression frozen = splat(*at[0].graph, 0.5, {Dtype::f64, {4, 3}});
        return tanh(dot(frozen, at[0]));
      },
      {x[1]});
  CHECK(count(one_of_them, Op::dot) == 2);
  CHECK(count(one_of_them, Op::transpose) == 0);
}

TEST_CASE("a gradient that is lost in an integer is refused", "[differentiate]") {
  Graph graph;
  const Expression input{&graph, graph.input("x", {Dtype::f64, {3}})};
  const Expression x{&graph, graph.add(Op::mark, {input.id}, {{"id", std::int64_t{0}}})};
  const Expression position{&graph, graph.add(Op::argmax, {x.id}, {{"axis", std::int64_t{0}}})};
  graph.annotate(position.id, {"best", {0, 4, 13}});
  const auto gradient_of = [&](const Expression& y) {
    graph.outputs = {{"", graph.add(Op::vjp, {y.id, x.id, one(y).id})}};
    return differentiate(graph);
  };
  const Result<Graph> refused = gradient_of(convert(position, Dtype::f64) * 2.0);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "E0402");
  CHECK(refused.error().message == "the gradient is lost in `argmax` and would be 0 everywhere");
  CHECK(refused.error().at == Span{0, 4, 13});
  CHECK_FALSE(gradient_of(convert(convert(x, Dtype::i64), Dtype::f64)));

  // the largest element, found by its position: not lost
  const Expression largest{&graph, graph.add(Op::gather, {x.id, position.id}, {{"axis", std::int64_t{0}}})};
  const Result<Graph> found = gradient_of(largest);
  REQUIRE(found);
  CHECK(evaluate<double>(*found, {{"x", tensor({3}, {1, 5, 2})}})[0].values == std::vector<double>{0, 1, 0});
  CHECK(gradient_of(floor(reduce(Op::reduce_sum, x, {0}))));
  const Expression stopped{&graph, graph.add(Op::stop, {convert(position, Dtype::f64).id})};
  CHECK(gradient_of(stopped * 2.0));
}

TEST_CASE("kinks", "[differentiate]") {
  const double inf = std::numeric_limits<double>::infinity();
  CHECK(slope([](const auto& x) { return relu(x); }, 0) == 0);
  CHECK(slope([](const auto& x) { return abs(x); }, 0) == 0);
  CHECK(slope([](const auto& x) { return max(x, 0.0); }, 0) == 0.5);
  CHECK(slope([](const auto& x) { return min(0.0, x); }, 0) == 0.5);
  CHECK(slope([](const auto& x) { return max(x, x); }, 1) == 1);
  CHECK(slope([](const auto& x) { return clamp(x, 0.0, 1.0); }, 0) == 1);
  CHECK(slope([](const auto& x) { return clamp(x, 0.0, 1.0); }, 1) == 1);
  CHECK(slope([](const auto& x) { return clamp(x, 0.0, 1.0); }, 2) == 0);
  for (const Op op : {Op::sign, Op::floor, Op::ceil, Op::round, Op::trunc}) {
    CHECK(slope([&](const auto& x) { return pointwise(op, {x}); }, 0) == 0);
  }
  CHECK(slope([](const auto& x) { return sqrt(x); }, 0) == inf);
  CHECK(slope([](const auto& x) { return norm_root(x * x); }, 0) == 0);
  CHECK(slope([](const auto& x) { return pow(x, 0.0); }, 2) == 0);
  CHECK(slope([](const auto& x) { return pow(x, 0.0); }, 0) == 0);
  CHECK(slope([](const auto& x) { return pow(x, 1.0); }, 0) == 1);
  CHECK(slope([](const auto& x) { return pow(0.0, x); }, 0) == 0);
  CHECK(slope([](const auto& x) { return pow(0.0, x); }, 2) == 0);
  const auto ties = [](Op op) {
    return gradients([op](const auto& x) { return reduce(op, x[0], {0}); }, {tensor({4}, {1, 3, 3, 1})})[0]
        .values;
  };
  CHECK(ties(Op::reduce_max) == std::vector<double>{0, 0.5, 0.5, 0});
  CHECK(ties(Op::reduce_min) == std::vector<double>{0.5, 0, 0, 0.5});
}

TEST_CASE("a network of two layers with cross entropy", "[differentiate]") {
  std::mt19937_64 random(11);
  const Values x{random_tensor({5, 4}, -1, 1, random), random_tensor({4, 6}, -1, 1, random),
                 random_tensor({6}, -1, 1, random), random_tensor({6, 3}, -1, 1, random),
                 random_tensor({3}, -1, 1, random)};
  const auto layer = [](const Expression& in, const Expression& w, const Expression& b) {
    const Expression product{
        in.graph,
        in.graph->add(Op::dot, {in.id, w.id},
                      {{"batch_x", Axes{}}, {"batch_y", Axes{}}, {"sum_x", Axes{1}}, {"sum_y", Axes{0}}})};
    return product + broadcast(b, {1}, product.shape());
  };
  const auto network = [&](bool smooth) -> Builder {
    return [=](const std::vector<Expression>& at) {
      const Expression before = layer(at[0], at[1], at[2]);
      const Expression logits = layer(smooth ? tanh(before) : relu(before), at[3], at[4]);
      const Expression largest = broadcast(reduce(Op::reduce_max, logits, {1}), {0}, {5, 3});
      const Expression sums = reduce(Op::reduce_sum, exp(logits - largest), {1});
      const Expression log_shares = logits - largest - broadcast(log(sums), {0}, {5, 3});
      const Expression labels = constant(*at[0].graph, Dtype::i64, tensor({5}, {0, 2, 1, 1, 0}));
      const Expression picked{
          at[0].graph, at[0].graph->add(Op::take, {log_shares.id, labels.id}, {{"axis", std::int64_t{1}}})};
      return reduce(Op::reduce_sum, -picked, {0}) / 5.0;
    };
  };
  for (const bool smooth : {true, false}) {
    const Errors errors = check_derivatives(network(smooth), x);
    CHECK(errors.reverse <= 1e-9);
    CHECK(errors.second <= 1e-7);
    CHECK(errors.forward_reverse <= 1e-12);
  }
  const Graph graph = gradient_graph(network(false), x);
  CHECK(count(graph, Op::dot) == 6);  // two forward, two for each layer backward
  CHECK(count(graph, Op::guarded_dot) == 0);
  CHECK(node_count(graph) <= 64);
  CHECK(violation(graph, Stage::grad).empty());
}

}  // namespace dp::test
