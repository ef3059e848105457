// dpc gradcheck FILE FN [NAME=VALUE …]: the derivatives of a function beside finite differences, parameter by
// parameter. The gradient is computed in doubles, as programs run it; the differences in quad precision. The
// second order is the gradient of <gradient, w> with fixed random w, beside differences of that.

#include <cmath>
#include <cstdio>

#include "dpc/commands.h"
#include "dpc/engine.h"
#include "dpc/finite_differences.h"
#include "dpc/run_graph.h"
#include "dpc/values.h"
#include "passes/expression.h"
#include "support/philox.h"

namespace dp {
namespace {

/// Doubles are wrong by some 1e-15; what a program loses by cancelling stays far below this.
constexpr double tolerance = 1e-6;

struct GradcheckOptions : CommonOptions {
  std::vector<std::string> words;
};

/// One leaf of a parameter: which input it is, and how its derivatives compare.
struct Row {
  std::string name;
  std::size_t input;
  Type type;
  Disagreement first, second;
  double derivative = 0, difference = 0;  // at the worst element of the order that fails
};

std::vector<double> reals(const Array& array) {
  std::vector<double> result;
  for (std::int64_t k = 0; k < array.count(); ++k) result.push_back(array.real(k));
  return result;
}

QuadTensor in_quad(const Array& array) {
  QuadTensor result{array.shape(), {}};
  for (std::int64_t k = 0; k < array.count(); ++k)
    result.values.push_back(is_real(array.dtype()) ? Quad(array.real(k)) : Quad(array.integer(k)));
  return result;
}

/// Directions between -1 and 1, the same in every run.
Array direction(const Type& type, std::uint32_t stream) {
  Array result(type.dtype, *constants(type.shape));
  for (std::int64_t k = 0; k < result.count(); ++k)
    result.set_real(k,
                    philox({static_cast<std::uint32_t>(k), 0, 0, 0}, {stream, 0x67726164})[0] * 0x1p-31 - 1);
  return result;
}

void remove_prints(Graph& graph) {
  std::erase_if(graph.effects, [&](Id id) { return graph[id].op == Op::print; });
}

class GradientCheck {
 public:
  GradientCheck(const Graph& value, Graph gradient, const CommonOptions& options)
      : value_(value), gradient_(std::move(gradient)), options_(options) {
    remove_prints(value_);
    remove_prints(gradient_);
  }

  Result<std::vector<Row>> run(const std::vector<Array>& arguments) {
    arguments_ = arguments;
    for (const Array& each : arguments_) quads_.push_back(in_quad(each));
    for (const Output& output : gradient_.outputs)
      for (std::size_t k = 0; k < gradient_.inputs.size(); ++k)
        if (gradient_[gradient_.inputs[k]].string("name") == output.name)
          rows_.push_back({output.name, k, gradient_[output.node].type, {}, {}, 0, 0});
    if (const Status done = first_order(); !done) return done.error();
    if (const Status done = second_order(); !done) return done.error();
    return rows_;
  }

 private:
  Result<Graph> simplified(const Graph& graph) const {
    return run_pipeline(graph, pass_options(options_), "simplified");
  }

  Status compare(const Graph& derivatives, const Graph& value, std::vector<QuadTensor> quads,
                 const std::vector<Array>& arguments, Disagreement Row::* place) {
    const auto computed = interpret(derivatives, arguments);
    if (!computed) return computed.error();
    const Quad one = 1;
    for (std::size_t k = 0; k < rows_.size(); ++k) {
      Row& row = rows_[k];
      const auto expected = central_differences(value, quads, row.input, std::span(&one, 1));
      if (!expected) return expected.error();
      const std::vector<double> given = reals((*computed)[k]);
      const Disagreement found = disagreement(given, *expected);
      row.*place = found;
      if (given.empty() || found.error <= tolerance) continue;
      row.derivative = given[found.element];
      row.difference = (*expected)[found.element];
    }
    return Done{};
  }

  Status first_order() {
    const auto value = simplified(value_), gradient = simplified(gradient_);
    if (!value) return value.error();
    if (!gradient) return gradient.error();
    return compare(*gradient, *value, quads_, arguments_, &Row::first);
  }

  /// The graph of <gradient, w>, with an input w for each row; `derived` gives its gradient instead.
  Graph along_directions(bool derived) const {
    Graph graph = gradient_;
    Expression sum = splat(graph, 0.0, {Dtype::f64, {}});
    for (std::size_t k = 0; k < rows_.size(); ++k) {
      const Expression w{&graph, graph.input("direction." + std::to_string(k), rows_[k].type)};
      const Expression product = Expression{&graph, gradient_.outputs[k].node} * w;
      sum = sum + reduce(Op::reduce_sum, product, axes_between(0, product.type().rank()));
    }
    std::vector<Output> outputs;
    for (const Output& output : gradient_.outputs) {
      const Node& node = gradient_[output.node];
      const Id derivative =
          node.op == Op::vjp ? graph.add(Op::vjp, {sum.id, node.operands[1], one(sum).id}) : output.node;
      outputs.push_back({output.name, derivative});
    }
    if (!derived) outputs = {{"", sum.id}};
    graph.outputs = std::move(outputs);
    return graph;
  }

  Status second_order() {
    const auto value = simplified(along_directions(false)), gradient = simplified(along_directions(true));
    if (!value) return value.error();
    if (!gradient) return gradient.error();
    std::vector<Array> arguments = arguments_;
    std::vector<QuadTensor> quads = quads_;
    for (std::size_t k = 0; k < rows_.size(); ++k) {
      arguments.push_back(direction(rows_[k].type, static_cast<std::uint32_t>(k)));
      quads.push_back(in_quad(arguments.back()));
    }
    return compare(*gradient, *value, quads, arguments, &Row::second);
  }

  Graph value_, gradient_;
  const CommonOptions& options_;
  std::vector<Array> arguments_;
  std::vector<QuadTensor> quads_;
  std::vector<Row> rows_;
};

bool is_fine(const Disagreement& found) { return found.error <= tolerance; }

/// `[2, 1]` of an element, counted in row-major order.
std::string place_of(const Type& type, std::size_t element) {
  const auto shape = *constants(type.shape);
  std::vector<std::int64_t> index(shape.size());
  auto rest = static_cast<std::int64_t>(element);
  for (std::size_t axis = shape.size(); axis-- > 0; rest /= shape[axis]) index[axis] = rest % shape[axis];
  return index.empty() ? "" : fmt::format("[{}]", fmt::join(index, ", "));
}

void print_table(const std::vector<Row>& rows) {
  std::size_t width = 9;
  for (const Row& row : rows) width = std::max(width, row.name.size());
  fmt::print("{:<{}}  {:>12}  {:>12}  {:>12}\n", "parameter", width, "elements", "first order",
             "second order");
  for (const Row& row : rows) {
    fmt::print("{:<{}}  {:>12}  {:>12.1e}  {:>12.1e}  {}\n", row.name, width,
               element_count(row.type.shape).text(), row.first.error, row.second.error,
               is_fine(row.first) && is_fine(row.second) ? "fine" : "WRONG");
    if (is_fine(row.first) && is_fine(row.second)) continue;
    const bool is_first = !is_fine(row.first) && is_fine(row.second);
    const Disagreement& worst = is_first ? row.first : row.second;
    fmt::print("  {}{}: the derivative{} is {:.9g}, by differences {:.9g}\n", row.name,
               place_of(row.type, worst.element), is_first ? "" : " of second order", row.derivative,
               row.difference);
  }
}

/// The parameters that have real leaves.
std::vector<std::string> real_parameters(const Program& program, const typed::Function& function,
                                         const BuildOptions& options) {
  std::vector<std::string> result;
  for (const typed::VariableId id : function.parameters) {
    const auto all = leaves(*program.module, function.variables[id].type, options);
    const bool has_real =
        std::any_of(all.begin(), all.end(), [](const Leaf& leaf) { return is_real(leaf.type.dtype); });
    if (has_real) result.push_back(function.variables[id].name);
  }
  return result;
}

Result<bool> check(Program& program, const GradcheckOptions& options) {
  const auto words = split_words(options.words, "main");
  if (!words) return words.error();
  const typed::Function* function = program.module->find_function(words->name);
  if (!function) return diagnose(diag::NoSuchFunction, {}, program.path, words->name);
  auto arguments = read_arguments(program, *function, words->values, options);
  if (!arguments) return arguments.error();
  auto value = build(*program.module, *function, arguments->build);
  if (!value) return value.error();
  const auto wrt = real_parameters(program, *function, arguments->build);
  auto gradient = build_gradient(*program.module, *function, wrt, arguments->build);
  if (!gradient) return gradient.error();
  const auto rows = GradientCheck(*value, std::move(*gradient), options).run(arguments->arrays);
  if (!rows) return rows.error();
  print_table(*rows);
  return std::all_of(rows->begin(), rows->end(),
                     [](const Row& row) { return is_fine(row.first) && is_fine(row.second); });
}

int gradcheck(GradcheckOptions options) {
  if (options.precision.empty()) options.precision = "f64";
  const auto program = load(options);
  if (const int code = report(*program); code != Exit::fine) return code;
  const auto fine = check(*program, options);
  if (!fine) return report(*program, fine.error());
  return *fine ? Exit::fine : Exit::program_error;
}

}  // namespace

void add_gradcheck(CLI::App& app, Action& action) {
  auto options = std::make_shared<GradcheckOptions>();
  auto* command = app.add_subcommand(
      "gradcheck", "compares a function's derivatives, first and second order, with finite differences");
  command->add_option("file", options->file, "a .dp file")->required();
  command
      ->add_option(
          "words", options->words,
          "FN [NAME=VALUE …]: a function that gives one real number, and where to take its derivatives")
      ->required();
  add_common(*command, *options);
  command->callback([&action, options] { action = [options] { return gradcheck(*options); }; });
}

}  // namespace dp
