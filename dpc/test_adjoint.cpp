#include "dpc/test_adjoint.h"

#include <cmath>

#include "dpc/engine.h"
#include "support/philox.h"

namespace dp {
namespace {

constexpr int points = 8;

/// Numbers between -2 and 2, the same in every run.
class Numbers {
 public:
  explicit Numbers(std::uint32_t stream) : stream_(stream) {}
  double real() { return (word() + 0.5) * 0x1p-32 * 4 - 2; }
  std::int64_t whole(std::int64_t below) { return static_cast<std::int64_t>(word() % below); }

 private:
  std::uint32_t word() { return philox({count_++, 0, 0, 0}, {stream_, 0x61646a74})[0]; }

  std::uint32_t stream_, count_ = 0;
};

using Arrays = std::vector<Array>;

void fill(Array& array, const std::optional<Dim>& bound, Numbers& numbers) {
  const std::int64_t below = bound ? bound->constant().value_or(2) : 4;
  for (std::int64_t k = 0; k < array.count(); ++k) {
    if (is_real(array.dtype()))
      array.set_real(k, numbers.real());
    else
      array.set_integer(k, array.dtype() == Dtype::boolean ? numbers.whole(2) : numbers.whole(below));
  }
}

Array moved(const Array& from, const Array& along, double step) {
  Array to(from.dtype(), from.shape());
  for (std::int64_t k = 0; k < to.count(); ++k) {
    if (is_real(to.dtype()))
      to.set_real(k, from.real(k) + step * along.real(k));
    else
      to.set_integer(k, from.integer(k));
  }
  return to;
}

double product(const Array& a, const Array& b) {
  double sum = 0;
  for (std::int64_t k = 0; k < a.count(); ++k) sum += a.real(k) * b.real(k);
  return sum;
}

/// Sizes for the function's dimensions that its clauses allow.
Result<Graph> sized_graph(const Program& program, const typed::Function& function, BuildOptions& options) {
  Result<Graph> graph = diagnose(diag::AdjointNotChecked, function.span, function.name);
  for (const std::int64_t size : {3, 4, 2, 1, 8, 6}) {
    for (const bool growing : {true, false}) {
      options = {.real = Dtype::f64};
      options.pack = {Dim(2)};
      for (std::size_t k = 0; k < function.dims.size(); ++k)
        options.dims.insert_or_assign(function.dims[k],
                                      Dim(size + (growing ? static_cast<std::int64_t>(k) : 0)));
      graph = build_adjoint(*program.module, function, options);
      if (graph) return graph;
    }
  }
  return graph;
}

/// One function with its adjoint, as something to call.
class AdjointCheck {
 public:
  AdjointCheck(const typed::Function& function, Engine engine, std::vector<Leaf> parameters,
               const std::vector<Type>& inputs)
      : function_(function),
        engine_(std::move(engine)),
        parameters_(std::move(parameters)),
        inputs_(inputs) {}

  std::optional<Diagnostic> run() {
    int finite = 0;
    for (std::uint32_t point = 0; point < points; ++point) {
      Numbers numbers(point);
      const auto sides = compare(numbers);
      if (!sides) continue;
      ++finite;
      const auto [given, differences] = *sides;
      const double tolerance = is_single_ ? 2e-2 : 1e-5;
      if (std::fabs(given - differences) <= tolerance * (1 + std::fabs(given) + std::fabs(differences)))
        continue;
      return diagnose(diag::AdjointDisagrees, function_.adjoint->span, function_.name,
                      fmt::format("{:.6g}", given), fmt::format("{:.6g}", differences));
    }
    if (finite > 0) return std::nullopt;
    return diagnose(diag::AdjointNotChecked, function_.adjoint->span, function_.name);
  }

 private:
  /// The same directional derivative by the adjoint and by differences.
  std::optional<std::pair<double, double>> compare(Numbers& numbers) {
    Arrays x = arrays_of(inputs_), direction = arrays_of(inputs_);
    for (std::size_t k = 0; k < x.size(); ++k) {
      const bool is_parameter = k < parameters_.size();
      fill(x[k], is_parameter ? parameters_[k].bound : std::nullopt, numbers);
      if (is_parameter && is_real(x[k].dtype())) fill(direction[k], std::nullopt, numbers);
      is_single_ = is_single_ || x[k].dtype() == Dtype::f32;
    }
    const double step = is_single_ ? 1e-2 : 1e-5;
    Arrays ahead, behind;
    for (std::size_t k = 0; k < x.size(); ++k) {
      ahead.push_back(moved(x[k], direction[k], step));
      behind.push_back(moved(x[k], direction[k], -step));
    }
    const auto here = engine_.run(x), after = engine_.run(ahead), before = engine_.run(behind);
    if (!here || !after || !before) return std::nullopt;
    double differences = 0, given = 0;
    std::size_t output = 0, dy = parameters_.size();
    for (; output < here->size() && output < results_of(*here); ++output) {
      if (!is_real((*here)[output].dtype())) continue;
      const Array& cotangent = x[dy++];
      differences +=
          (product((*after)[output], cotangent) - product((*before)[output], cotangent)) / (2 * step);
    }
    for (std::size_t k = 0; k < parameters_.size(); ++k)
      if (is_real(x[k].dtype())) given += product((*here)[output++], direction[k]);
    if (!std::isfinite(given) || !std::isfinite(differences)) return std::nullopt;
    return std::pair(given, differences);
  }

  /// How many outputs are the function's own.
  std::size_t results_of(const Arrays& outputs) const {
    std::size_t cotangents = 0;
    for (std::size_t k = 0; k < parameters_.size(); ++k) cotangents += is_real(inputs_[k].dtype) ? 1 : 0;
    return outputs.size() - cotangents;
  }

  const typed::Function& function_;
  Engine engine_;
  std::vector<Leaf> parameters_;
  std::vector<Type> inputs_;
  bool is_single_ = false;
};

}  // namespace

std::optional<Diagnostic> check_adjoint(Program& program, const typed::Function& function) {
  BuildOptions options;
  auto graph = sized_graph(program, function, options);
  if (!graph) return graph.error();
  std::vector<Type> inputs;
  for (const Id input : graph->inputs) inputs.push_back((*graph)[input].type);
  std::vector<Leaf> parameters;
  for (const typed::VariableId parameter : function.parameters) {
    const auto more = leaves(*program.module, function.variables[parameter].type, options);
    parameters.insert(parameters.end(), more.begin(), more.end());
  }
  CommonOptions interpreted;
  interpreted.interpret = true;
  auto engine = Engine::create(*graph, interpreted, program.watch);
  if (!engine) return engine.error();
  return AdjointCheck(function, std::move(*engine), std::move(parameters), inputs).run();
}

}  // namespace dp
