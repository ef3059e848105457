#include "tests/support/models.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "passes/pipeline.h"

namespace dp::test {
namespace {

/// A program in the making.
struct Program {
  Graph graph;

  Expression input(const std::string& name, Shape shape, Dtype dtype = Dtype::f32) {
    return {&graph, graph.input(name, {dtype, std::move(shape)})};
  }
  Expression mark(const Expression& x) {
    return {&graph, graph.add(Op::mark, {x.id}, {{"id", static_cast<std::int64_t>(graph.size())}})};
  }
  Expression gradient(const Expression& y, const Expression& x) {
    return {&graph, graph.add(Op::vjp, {y.id, x.id, one(y).id})};
  }
  void output(const std::string& name, const Expression& x) { graph.outputs.push_back({name, x.id}); }
  void donate(const std::string& name, const Expression& x, std::size_t input) {
    graph.donated[graph.outputs.size()] = input;
    output(name, x);
  }
  Graph finished() const {
    Result<Graph> result = run_pipeline(graph, {}, "simplified");
    REQUIRE(result);
    return std::move(result).take();
  }
};

Expression named(Expression x, const char* name) {
  x.graph->annotate(x.id, {name, {}});
  return x;
}

Expression spread(const Expression& x, Axes axes, const Shape& shape) {
  return {x.graph, x.graph->add(Op::broadcast, {x.id}, {{"axes", std::move(axes)}, {"shape", shape}})};
}

Expression product(const Expression& x, const Expression& y, Axes batch, Axes sum_x, Axes sum_y) {
  return {x.graph,
          x.graph->add(Op::dot, {x.id, y.id},
                       {{"batch_x", batch}, {"batch_y", batch}, {"sum_x", sum_x}, {"sum_y", sum_y}})};
}

Expression layer(const Expression& x, const Expression& w, const Expression& b) {
  const Expression y = product(x, w, {}, {1}, {0});
  return y + spread(b, {1}, y.shape());
}

Expression mean_cross_entropy(const Expression& logits, const Expression& labels) {
  const Shape shape = logits.shape();
  const Expression shifted = logits - spread(reduce(Op::reduce_max, logits, {1}), {0}, shape);
  const Expression sums = reduce(Op::reduce_sum, exp(shifted), {1});
  const Expression shares = shifted - spread(log(sums), {0}, shape);
  const Expression picked{logits.graph,
                          logits.graph->add(Op::take, {shares.id, labels.id}, {{"axis", std::int64_t{1}}})};
  const double count = static_cast<double>(shape[0].constant().value());
  return reduce(Op::reduce_sum, -picked, {0}) / count;
}

struct State {
  Expression value, first, second;
};

/// Adam, D. Kingma and J. Ba, "Adam: a method for stochastic optimization", 2015, algorithm 1.
State adam(const State& state, const Expression& gradient, const Expression& t) {
  const Shape& shape = state.value.shape();
  const Expression first = state.first * 0.9 + gradient * 0.1;
  const Expression second = state.second * 0.999 + gradient * gradient * 0.001;
  const Expression beta1 = splat(*t.graph, 0.9, t.type()), beta2 = splat(*t.graph, 0.999, t.type());
  const Expression right1 = spread(1.0 - pow(beta1, t), {}, shape),
                   right2 = spread(1.0 - pow(beta2, t), {}, shape);
  const Expression value = state.value - (first / right1) * 0.001 / (sqrt(second / right2) + 1e-8);
  return {value, first, second};
}

}  // namespace

Graph digits_step(std::int64_t batch, std::int64_t pixels, std::int64_t hidden, std::int64_t classes) {
  Program program;
  const Expression x = program.input("x", {batch, pixels}),
                   labels = program.input("labels", {batch}, Dtype::i64);
  const Expression t = program.input("t", {});
  const std::vector<std::pair<const char*, Shape>> parameters{
      {"fc1.w", {pixels, hidden}}, {"fc1.b", {hidden}}, {"fc2.w", {hidden, classes}}, {"fc2.b", {classes}}};
  std::vector<State> states;
  std::vector<Expression> marks;
  for (const auto& [name, shape] : parameters) {
    states.push_back({program.input(name, shape), program.input(fmt::format("{}.first", name), shape),
                      program.input(fmt::format("{}.second", name), shape)});
    marks.push_back(program.mark(states.back().value));
  }
  const Expression h = named(relu(named(layer(x, marks[0], marks[1]), "before")), "h");
  const Expression logits = named(layer(h, marks[2], marks[3]), "logits");
  const Expression loss = named(mean_cross_entropy(logits, labels), "loss");
  const Expression next_t = t + 1.0;
  program.output("loss", loss);
  program.donate("t", next_t, 2);
  for (std::size_t k = 0; k < states.size(); ++k) {
    const State next = adam(states[k], program.gradient(loss, marks[k]), next_t);
    program.donate(parameters[k].first, next.value, 3 + 3 * k);
    program.donate(fmt::format("{}.first", parameters[k].first), next.first, 4 + 3 * k);
    program.donate(fmt::format("{}.second", parameters[k].first), next.second, 5 + 3 * k);
  }
  return program.finished();
}

Graph cross_entropy(std::int64_t batch, std::int64_t classes) {
  Program program;
  const Expression input = program.input("logits", {batch, classes});
  const Expression labels = program.input("labels", {batch}, Dtype::i64);
  const Expression logits = program.mark(input);
  const Expression loss = mean_cross_entropy(logits, labels);
  program.output("loss", loss);
  program.output("gradient", program.gradient(loss, logits));
  return program.finished();
}

Graph layer_norm(std::int64_t rows, std::int64_t width) {
  Program program;
  const Shape shape{rows, width};
  const Expression x = program.mark(program.input("x", shape));
  const Expression gain = program.mark(program.input("gain", {width})),
                   bias = program.mark(program.input("bias", {width}));
  const Expression dy = program.input("dy", shape);
  const double count = static_cast<double>(width);
  const Expression mean = named(reduce(Op::reduce_sum, x, {1}) / count, "mean");
  const Expression centred = x - spread(mean, {0}, shape);
  const Expression variance = named(reduce(Op::reduce_sum, centred * centred, {1}) / count, "variance");
  const Expression scaled = centred / spread(sqrt(variance + 1e-5), {0}, shape);
  const Expression y = scaled * spread(gain, {1}, shape) + spread(bias, {1}, shape);
  const Expression total = reduce(Op::reduce_sum, y * dy, {0, 1});
  program.output("y", y);
  program.output("dx", program.gradient(total, x));
  program.output("dgain", program.gradient(total, gain));
  program.output("dbias", program.gradient(total, bias));
  return program.finished();
}

Graph attention(std::int64_t batch, std::int64_t time, std::int64_t width) {
  Program program;
  const Shape shape{batch, time, width}, square{batch, time, time};
  const Expression q = program.input("q", shape), k = program.input("k", shape),
                   v = program.input("v", shape);
  const Expression scores = product(q, k, {0}, {2}, {2}) * 0.125;
  const auto place = [&](std::int64_t axis) {
    return Expression{&program.graph, program.graph.add(Op::iota, {}, {{"axis", axis}, {"shape", square}})};
  };
  const Expression masked = select(place(2) <= place(1), scores, -1e30);
  const Expression raised = exp(masked - spread(reduce(Op::reduce_max, masked, {2}), {0, 1}, square));
  const Expression shares = raised / spread(reduce(Op::reduce_sum, raised, {2}), {0, 1}, square);
  program.output("y", product(shares, v, {0}, {2}, {1}));
  return program.finished();
}

Graph column_sums(std::int64_t rows, std::int64_t columns) {
  Program program;
  const Expression x = program.input("x", {rows, columns}), y = program.input("y", {rows, columns});
  program.output("plain", reduce(Op::reduce_sum, x, {0}));
  program.output("product", reduce(Op::reduce_sum, x * y, {0}));
  program.output("mean",
                 reduce(Op::reduce_sum, exp(y), {0}) / static_cast<double>(std::max<std::int64_t>(rows, 1)));
  return program.finished();
}

Graph adam_update(const std::vector<Shape>& shapes) {
  Program program;
  const Expression t = program.input("t", {});
  for (std::size_t k = 0; k < shapes.size(); ++k) {
    const auto input = [&](const char* name) {
      return program.input(fmt::format("{}{}", name, k), shapes[k]);
    };
    const std::size_t first = program.graph.inputs.size();
    const State state{input("w"), input("m"), input("v")};
    const State next = adam(state, input("g"), t);
    program.donate(fmt::format("w{}", k), next.value, first);
    program.donate(fmt::format("m{}", k), next.first, first + 1);
    program.donate(fmt::format("v{}", k), next.second, first + 2);
  }
  return program.finished();
}

}  // namespace dp::test
