// dpc test FILE…: runs the `test` blocks. A test with `given` runs on values drawn from fixed seeds; a
// failing one is shrunk to the simplest values that still fail.

#include <cmath>
#include <cstdio>

#include "dpc/commands.h"
#include "dpc/engine.h"
#include "dpc/test_adjoint.h"
#include "dpc/values.h"
#include "support/philox.h"

namespace dp {
namespace {

struct TestOptions : CommonOptions {
  std::vector<std::string> files;
};

constexpr int cases_per_test = 25;
constexpr int shrinking_steps = 200;

/// The given values of one case: small whole numbers first, then reals of growing size.
std::vector<Array> draw(const std::vector<Type>& types, std::uint64_t test_number) {
  std::vector<Array> out = arrays_of(types);
  std::uint64_t counter = 0;
  for (Array& array : out)
    for (std::int64_t k = 0; k < array.count(); ++k) {
      const auto words = philox({static_cast<std::uint32_t>(counter++), 0, 0, 0},
                                {static_cast<std::uint32_t>(test_number), 0x74657374});
      const double unit = (words[0] + 0.5) * 0x1p-32 * 2 - 1;
      if (is_real(array.dtype()))
        array.set_real(k, test_number == 0 ? std::round(unit * 2) : unit * 3);
      else
        array.set_integer(
            k, array.dtype() == Dtype::boolean ? words[0] & 1 : static_cast<std::int64_t>(words[0] % 4));
    }
  return out;
}

/// Simpler values for one element, simplest first.
std::vector<double> simpler(double value) {
  if (value == 0) return {};
  std::vector<double> out{0};
  if (value != std::round(value)) out.push_back(std::round(value));
  if (std::fabs(value) > 1) out.push_back(std::trunc(value / 2));
  if (value != 1) out.push_back(1);
  return out;
}

/// Replaces single elements by simpler ones as long as the test goes on failing.
std::vector<Array> shrink(const Engine& engine, std::vector<Array> failing) {
  const auto copy = [](const Array& from) {
    Array to(from.dtype(), from.shape());
    for (std::int64_t k = 0; k < to.count(); ++k)
      is_real(to.dtype()) ? to.set_real(k, from.real(k)) : to.set_integer(k, from.integer(k));
    return to;
  };
  int steps = 0;
  for (bool changed = true; changed && steps < shrinking_steps;) {
    changed = false;
    for (Array& array : failing)
      for (std::int64_t k = 0; is_real(array.dtype()) && k < array.count(); ++k)
        for (double candidate : simpler(array.real(k))) {
          const Array before = copy(array);
          array.set_real(k, candidate);
          if (++steps; candidate != before.real(k) && !engine.run(failing)) {
            changed = true;
            break;
          }
          array = before;
        }
  }
  return failing;
}

std::string given_text(const typed::Function& function, const std::vector<Array>& values) {
  std::string out;
  for (std::size_t k = 0; k < values.size(); ++k) {
    const typed::Variable& parameter = function.variables[function.parameters[k]];
    out += fmt::format("{}{} = {}", k > 0 ? ", " : "", parameter.name,
                       print_literal(parameter.type, {values[k]}));
  }
  return out;
}

/// Nothing where the test passes.
std::optional<Diagnostic> run_test(Program& program, const typed::Test& test, const CommonOptions& options) {
  auto graph = build(*program.module, test.function, program.build_options());
  if (!graph) return graph.error();
  std::vector<Type> types;
  for (Id input : graph->inputs) types.push_back((*graph)[input].type);
  auto engine = Engine::create(*graph, options, program.watch);
  if (!engine) return engine.error();
  const int cases = types.empty() ? 1 : cases_per_test;
  for (int number = 0; number < cases; ++number) {
    const std::vector<Array> values = draw(types, static_cast<std::uint64_t>(number));
    const auto result = engine->run(values);
    if (result) continue;
    Diagnostic diagnostic = result.error();
    if (!types.empty()) {
      const std::vector<Array> simplest = shrink(*engine, values);
      if (auto again = engine->run(simplest); !again) diagnostic = again.error();
      diagnostic.notes.push_back("given " + given_text(test.function, simplest));
    }
    return diagnostic;
  }
  return std::nullopt;
}

struct Counts {
  int passed = 0, failed = 0;
};

int test_file(const CommonOptions& options, Counts& counts) {
  const auto program = load(options);
  if (const int code = report(*program); code != Exit::fine) return code;
  for (const auto& test : program->module->tests) {
    const auto failure = run_test(*program, *test, options);
    failure ? ++counts.failed : ++counts.passed;
    fmt::print("{} {}\n", failure ? "FAIL" : "ok  ", test->name);
    std::fflush(stdout);
    if (failure) report(*program, *failure);
  }
  for (const auto& function : program->module->functions) {
    const bool is_own = function->span.file == program->syntax.file;
    if (!function->adjoint || !function->adjoint_is_checked || !is_own) continue;
    const auto failure = check_adjoint(*program, *function);
    failure ? ++counts.failed : ++counts.passed;
    fmt::print("{} adjoint {}\n", failure ? "FAIL" : "ok  ", function->name);
    std::fflush(stdout);
    if (failure) report(*program, *failure);
  }
  if (options.time) program->watch.print();
  return Exit::fine;
}

int run_tests(const TestOptions& options) {
  Counts counts;
  int worst = Exit::fine;
  for (const std::string& file : options.files) {
    CommonOptions one = options;
    one.file = file;
    worst = std::max(worst, test_file(one, counts));
  }
  fmt::print("{} passed, {} failed\n", counts.passed, counts.failed);
  return worst != Exit::fine ? worst : counts.failed > 0 ? Exit::program_error : Exit::fine;
}

}  // namespace

void add_test(CLI::App& app, Action& action) {
  auto options = std::make_shared<TestOptions>();
  auto* command = app.add_subcommand("test", "runs the `test` blocks of files");
  command->add_option("files", options->files, "the .dp files")->required();
  add_common(*command, *options);
  command->callback([&action, options] { action = [options] { return run_tests(*options); }; });
}

}  // namespace dp
