#include "tests/support/gradient_check.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "dpc/finite_differences.h"
#include "passes/differentiate.h"
#include "passes/prune_loops.h"
#include "passes/vectorize.h"

namespace dp::test {
namespace {

Type real_type(const std::vector<std::int64_t>& shape) {
  return {Dtype::f64, Shape(shape.begin(), shape.end())};
}

Graph differentiated(const Graph& graph) {
  Result<Graph> result = differentiate(graph);
  DP_ASSERT(result, "{}", result.error().message);
  return std::move(result).take();
}

/// The arguments as inputs and as marks, and y of the marks.
struct Setup {
  Graph graph;
  std::vector<Expression> marks;
  Expression y;

  Setup(const Builder& builder, const Values& x) {
    for (std::size_t k = 0; k < x.size(); ++k) {
      const Id input = graph.input("x" + std::to_string(k), real_type(x[k].shape));
      marks.push_back({&graph, graph.add(Op::mark, {input}, {{"id", static_cast<std::int64_t>(k)}})});
    }
    y = builder(marks);
  }
  Setup(const Setup&) = delete;

  Expression argument(const std::string& name, const Type& type) {
    const Type copy = type;
    return {&graph, graph.input(name, copy)};
  }
  Expression vjp(const Expression& of, const Expression& mark, const Expression& dy) {
    return {&graph, graph.add(Op::vjp, {of.id, mark.id, dy.id})};
  }
  /// <gradient of <u, y>, w>
  Expression gradient_along_w() {
    const Expression u = argument("u", y.type());
    Expression sum = splat(graph, 0.0, {Dtype::f64, {}});
    for (std::size_t k = 0; k < marks.size(); ++k) {
      const Expression w = argument("w" + std::to_string(k), marks[k].type());
      sum = sum + total(vjp(y, marks[k], u) * w);
    }
    return sum;
  }
  static Expression total(const Expression& x) {
    return reduce(Op::reduce_sum, x, axes_between(0, x.type().rank()));
  }
  void output(const Expression& value) {
    graph.outputs.push_back({std::to_string(graph.outputs.size()), value.id});
  }
};

template <class F>
Tensor<F> in(const Tensor<double>& x) {
  return {x.shape, std::vector<F>(x.values.begin(), x.values.end())};
}

template <class F>
Arguments<F> arguments(const Values& x, const std::string& prefix = "x", Arguments<F> more = {}) {
  for (std::size_t k = 0; k < x.size(); ++k) more[prefix + std::to_string(k)] = in<F>(x[k]);
  return more;
}

template <class F>
F inner(const Tensor<F>& x, const Tensor<F>& y) {
  return std::inner_product(x.values.begin(), x.values.end(), y.values.begin(), F(0));
}

/// The gradient of <u, output 0> by central differences.
Values differences(const Graph& graph, const Values& x, const Arguments<Quad>& at, const Tensor<double>& u) {
  std::vector<QuadTensor> inputs;
  std::map<std::string, std::size_t> places;
  for (const Id id : graph.inputs) {
    const std::string& name = graph[id].string("name");
    places.emplace(name, inputs.size());
    inputs.push_back({at.at(name).shape, at.at(name).values});
  }
  Values result = x;
  const Tensor<Quad> along = in<Quad>(u);
  for (std::size_t k = 0; k < x.size(); ++k) {
    const auto found = central_differences(graph, inputs, places.at("x" + std::to_string(k)), along.values);
    DP_ASSERT(found, "{}", found.error().message);
    result[k].values = *found;
  }
  return result;
}

double largest(const std::vector<double>& values) {
  double result = 0;
  for (const double value : values) result = std::max(result, std::abs(value));
  return result;
}

double error(const Values& computed, const Values& expected) {
  double worst = 0;
  for (std::size_t k = 0; k < computed.size(); ++k) {
    const double found = disagreement(computed[k].values, expected[k].values).error;
    worst = found <= worst ? worst : found;  // NaN is the worst
  }
  return worst;
}

/// The gradients of <u, y>.
Graph reverse_graph(const Builder& y, const Values& x) {
  Setup setup(y, x);
  const Expression cotangent = setup.argument("u", setup.y.type());
  for (const Expression& mark : setup.marks) setup.output(setup.vjp(setup.y, mark, cotangent));
  return differentiated(setup.graph);
}

std::vector<std::int64_t> shape_of(const Builder& y, const Values& x) {
  return *constants(Setup(y, x).y.shape());
}

}  // namespace

Tensor<double> random_tensor(std::vector<std::int64_t> shape, double low, double high,
                             std::mt19937_64& random) {
  std::uniform_real_distribution<double> draw(low, high);
  Tensor<double> result{std::move(shape), {}};
  std::int64_t count = 1;
  for (const std::int64_t extent : result.shape) count *= extent;
  for (std::int64_t k = 0; k < count; ++k) result.values.push_back(draw(random));
  return result;
}

Tensor<double> tensor(std::vector<std::int64_t> shape, std::vector<double> values) {
  return {std::move(shape), std::move(values)};
}

Expression constant(Graph& graph, Dtype dtype, const Tensor<double>& values) {
  Literal literal;
  if (is_real(dtype)) {
    literal.elements = values.values;
  } else {
    literal.elements = std::vector<std::int64_t>(values.values.begin(), values.values.end());
  }
  const Type type{dtype, Shape(values.shape.begin(), values.shape.end())};
  return {&graph, graph.add(Op::constant, {}, {{"value", literal}}, type)};
}

Tensor<double> value_of(const Builder& y, const Values& x) {
  Setup setup(y, x);
  setup.output(setup.y);
  return evaluate<double>(differentiated(setup.graph), arguments<double>(x))[0];
}

Values gradients(const Builder& y, const Values& x, const Tensor<double>& u) {
  return evaluate<double>(reverse_graph(y, x), arguments<double>(x, "x", {{"u", u}}));
}

Values gradients(const Builder& y, const Values& x) {
  std::mt19937_64 unused;
  return gradients(y, x, random_tensor(shape_of(y, x), 1, 1, unused));
}

Tensor<double> tangent(const Builder& y, const Values& x, const Values& dx) {
  Setup setup(y, x);
  Expression sum = zero(setup.y);
  for (std::size_t k = 0; k < x.size(); ++k) {
    const Expression along = setup.argument("w" + std::to_string(k), setup.marks[k].type());
    sum = sum + Expression{&setup.graph, setup.graph.add(Op::jvp, {setup.y.id, setup.marks[k].id, along.id})};
  }
  setup.output(sum);
  return evaluate<double>(differentiated(setup.graph), arguments<double>(dx, "w", arguments<double>(x)))[0];
}

Values second_gradients(const Builder& y, const Values& x, const Values& w) {
  Setup setup(y, x);
  const Expression along = setup.gradient_along_w(), unit = one(along);
  for (const Expression& mark : setup.marks) setup.output(setup.vjp(along, mark, unit));
  std::mt19937_64 unused;
  return evaluate<double>(
      differentiated(setup.graph),
      arguments<double>(w, "w",
                        arguments<double>(x, "x", {{"u", random_tensor(shape_of(y, x), 1, 1, unused)}})));
}

Errors check_derivatives(const Builder& y, const Values& x, bool second_order) {
  std::mt19937_64 random(7);
  Errors errors;
  Values directions;
  for (const auto& argument : x) directions.push_back(random_tensor(argument.shape, -1, 1, random));
  const Tensor<double> u = random_tensor(shape_of(y, x), 0.5, 1.5, random);

  Setup primal(y, x);
  primal.output(primal.y);
  const Values reverse = gradients(y, x, u);
  errors.reverse = error(reverse, differences(differentiated(primal.graph), x, arguments<Quad>(x), u));

  const Graph tensors = prune_loops(vectorize(reverse_graph(y, x)));
  errors.vectorized = error(evaluate<double>(tensors, arguments<double>(x, "x", {{"u", u}})), reverse);

  double pulled = 0, scale = 1e-3;
  for (std::size_t k = 0; k < x.size(); ++k) {
    pulled += inner(reverse[k], directions[k]);
    scale += largest(reverse[k].values);
  }
  errors.forward_reverse = std::abs(inner(u, tangent(y, x, directions)) - pulled) / scale;
  if (!second_order) return errors;

  Setup first(y, x);
  first.output(first.gradient_along_w());
  Tensor<double> ones = u;
  ones.values.assign(u.values.size(), 1);
  const Arguments<Quad> at =
      arguments<Quad>(directions, "w", arguments<Quad>(x, "x", {{"u", in<Quad>(ones)}}));
  errors.second = error(second_gradients(y, x, directions),
                        differences(differentiated(first.graph), x, at, tensor({}, {1})));
  return errors;
}

std::size_t node_count(const Graph& graph) { return live_nodes(graph).size(); }

Graph gradient_graph(const Builder& y, const Values& x) {
  Setup setup(y, x);
  setup.output(setup.y);
  const Expression unit = one(setup.y);
  for (const Expression& mark : setup.marks) setup.output(setup.vjp(setup.y, mark, unit));
  return differentiated(setup.graph);
}

}  // namespace dp::test
