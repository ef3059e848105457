#include "tests/frontend/loop_programs.h"

#include "frontend/build.h"
#include "ir/interpret.h"
#include "ir/print.h"
#include "ir/verify.h"
#include "passes/differentiate.h"
#include "tests/frontend/check_samples.h"

namespace dp::tests {
namespace {

void append(const Array& array, std::vector<double>& out) {
  const bool reals = is_real(array.dtype());
  for (std::int64_t k = 0; k < array.count(); ++k)
    out.push_back(reals ? array.real(k) : static_cast<double>(array.integer(k)));
}

}  // namespace

Outcome run_program(const std::string& text) {
  Outcome outcome;
  const Checked checked(text);
  outcome.said = checked.said();
  if (!checked.module || checked.diagnostics.has_errors()) return outcome;
  const typed::Function* function = checked.module->find_function("main");
  BuildOptions build_options;
  if (checked.module->double_precision) build_options.real = Dtype::f64;
  const auto graph = build(*checked.module, *function, build_options);
  if (!graph) {
    outcome.stopped = graph.error().code;
    return outcome;
  }
  for (const std::string& violation : verify(*graph)) outcome.said += violation;
  InterpretOptions options;
  options.print = [&](std::string_view line) { outcome.printed += line; };
  const auto plain = differentiate(*graph);
  if (!plain) {
    outcome.stopped = plain.error().code;
    return outcome;
  }
  const auto results = interpret(*plain, {}, options);
  if (!results) outcome.stopped = results.error().code;
  if (results)
    for (const Array& each : *results) append(each, outcome.values);
  return outcome;
}

std::string built_text(const std::string& text) {
  const Checked checked(text);
  if (!checked.module || checked.diagnostics.has_errors()) return checked.said();
  const auto graph = build(*checked.module, *checked.module->find_function("main"), {});
  return graph ? print(*graph) : std::string(graph.error().code);
}

}  // namespace dp::tests
