#include "tests/random/run_sample.h"

#include <fmt/format.h>

#include <cmath>

#include "codegen/compile.h"
#include "dpc/engine.h"
#include "ir/interpret.h"

namespace dp::random {
namespace {

/// What a way of running gave.
struct Run {
  std::string printed;
  std::string error;  // its code, where it stopped
  std::vector<Array> results;
};

Run interpreted(const Graph& graph, std::span<const Array> inputs) {
  Run run;
  auto results =
      interpret(graph, inputs, {.dims = {}, .print = [&](std::string_view text) { run.printed += text; }});
  if (results)
    run.results = std::move(*results);
  else
    run.error = std::string(results.error().code) + " " + results.error().message;
  return run;
}

Run compiled(const loops::Module& module, const Graph& planned, std::span<const Array> inputs,
             const CompileOptions& options) {
  Run run;
  auto executable = compile(module, options, [&](std::string_view text) { run.printed += text; }, nullptr);
  if (!executable) {
    run.error = std::string(executable.error().code) + " " + executable.error().message;
    return run;
  }
  std::vector<::dp::Type> types;
  std::vector<const void*> in;
  std::vector<void*> out;
  for (const Output& output : planned.outputs) types.push_back(planned[output.node].type);
  run.results = arrays_of(types);
  for (const Array& input : inputs) in.push_back(input.data());
  for (Array& result : run.results) out.push_back(result.data());
  Array arena(Dtype::boolean, {std::max<std::int64_t>(1, module.arena_bytes)});
  if (const auto status = (*executable)->run(in, out, arena.data()); !status)
    run.error = std::string(status.error().code) + " " + status.error().message;
  return run;
}

bool same(const Array& x, const Array& y, std::int64_t k) {
  const std::size_t size = size_of(x.dtype());
  if (std::memcmp(x.data() + k * size, y.data() + k * size, size) == 0) return true;
  const bool real = x.dtype() == Dtype::f32 || x.dtype() == Dtype::f64;
  return real && std::isnan(x.real(k)) && std::isnan(y.real(k));
}

std::string difference(const Run& expected, const Run& actual) {
  if (expected.error != actual.error)
    return fmt::format("error: interpreted `{}`, compiled `{}`", expected.error, actual.error);
  if (expected.printed != actual.printed)
    return fmt::format("print: interpreted\n{}compiled\n{}", expected.printed, actual.printed);
  if (!expected.error.empty()) return "";
  for (std::size_t r = 0; r < expected.results.size(); ++r) {
    const Array &x = expected.results[r], &y = actual.results[r];
    if (x.dtype() != y.dtype() || x.shape() != y.shape()) return fmt::format("type of result {}", r);
    for (std::int64_t k = 0; k < x.count(); ++k)
      if (!same(x, y, k))
        return fmt::format("value: result {} at {}: interpreted {}, compiled {}", r, k, x.real(k), y.real(k));
  }
  return "";
}

std::string disagreement(const Sample& sample, const Run& run) {
  if (!sample.has_slopes || !run.error.empty()) return "";
  const std::size_t count = run.results.size();
  const double forward = run.results[count - 3].real(0), reverse = run.results[count - 2].real(0),
               scale = run.results[count - 1].real(0);
  if (!std::isfinite(forward) || !std::isfinite(reverse) || !std::isfinite(scale)) return "";
  if (std::abs(forward - reverse) <= 1e-9 * (scale + std::abs(forward)) + 1e-12) return "";
  return fmt::format("slopes: {} forward, {} in reverse, terms of {}", forward, reverse, scale);
}

std::string compare(const Sample& sample, Thorough thorough, unsigned turn) {
  const CommonOptions options;
  const auto program = load_text("random.dp", sample.text, options);
  if (!program->module) return "refused: " + render(program->diagnostics, program->sources);
  const typed::Function* const function = program->module->find_function("main");
  auto arguments = read_arguments(*program, *function, sample.values, options);
  if (!arguments) return "refused values: " + arguments.error().message;
  auto graph = build(*program->module, *function, arguments->build);
  if (!graph) return "refused building: " + graph.error().message;
  const auto simplified = run_pipeline(*graph, {.verify = true}, "simplified");
  if (!simplified && simplified.error().code == diag::GradientThroughEarlierSteps.code) return "";  // told so
  if (!simplified) return "refused by passes: " + simplified.error().message;
  const Run expected = interpreted(*simplified, arguments->arrays);
  for (const int threads : {1, 2}) {
    const auto planned = run_pipeline(*simplified, {.verify = true, .threads = threads}, "planned");
    if (!planned) return "refused by passes: " + planned.error().message;
    const auto module = lower(*planned, {.verify = true, .threads = threads});
    if (!module) return "refused by lowering: " + module.error().message;
    for (const int optimize : {0, 2}) {
      if (thorough == Thorough::no && (optimize / 2 + threads + turn) % 2 == 0) continue;
      const Run actual =
          compiled(*module, *planned, arguments->arrays, {.optimize = optimize, .threads = threads});
      if (const auto different = difference(expected, actual); !different.empty())
        return fmt::format("differs in {} (-O{}, {} threads)", different, optimize, threads);
    }
  }
  return disagreement(sample, expected);
}

}  // namespace

std::string mistake_in(const Sample& sample, Thorough thorough, unsigned turn) {
  try {
    return compare(sample, thorough, turn);
  } catch (const std::exception& error) { return fmt::format("internal error: {}", error.what()); }
}

std::string family(const std::string& mistake) {
  const bool differs = mistake.starts_with("differs");
  std::size_t end = mistake.find_first_of(differs ? ":" : "`0123456789(");
  if (mistake.starts_with("internal")) end = mistake.find(' ', 16);
  if (mistake.starts_with("refused: error[")) end = mistake.find(']');
  return mistake.substr(0, end);
}

std::string shown(const Sample& sample) {
  std::string result = sample.text + "# dpc run random.dp";
  for (const NamedValue& each : sample.values) result += fmt::format(" '{}={}'", each.name, each.value);
  return result + "\n";
}

}  // namespace dp::random
