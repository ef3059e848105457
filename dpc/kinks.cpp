#include "dpc/kinks.h"

#include "dpc/engine.h"
#include "dpc/program.h"
#include "dpc/values.h"
#include "support/assert.h"

namespace dp {
namespace {

/// A point where a function has no derivative, and what `grad` gives there.
struct Kink {
  std::string_view name;
  std::string_view body;
};

constexpr Kink kinks[] = {
    {"relu at 0", "x = 0.0; grad relu(x) wrt x"},
    {"abs at 0", "x = 0.0; grad abs(x) wrt x"},
    {"max(x, y) at x = y, by x and y", "x = 1.0; y = 1.0; grad max(x, y) wrt (x, y)"},
    {"min(x, y) at x = y, by x and y", "x = 1.0; y = 1.0; grad min(x, y) wrt (x, y)"},
    {"max over an axis, two of three tied", "x = [2.0, 1.0, 2.0]; grad max(x) wrt x"},
    {"min over an axis, all tied", "x = [1.0, 1.0]; grad min(x) wrt x"},
    {"clamp(x, 0, 1) at 0", "x = 0.0; grad clamp(x, 0, 1) wrt x"},
    {"clamp(x, 0, 1) at 1", "x = 1.0; grad clamp(x, 0, 1) wrt x"},
    {"sign at 0", "x = 0.0; grad sign(x) wrt x"},
    {"floor at 1", "x = 1.0; grad floor(x) wrt x"},
    {"ceil at 1", "x = 1.0; grad ceil(x) wrt x"},
    {"round at 0.5", "x = 0.5; grad round(x) wrt x"},
    {"sqrt at 0", "x = 0.0; grad sqrt(x) wrt x"},
    {"norm at the origin", "x = [0.0, 0.0]; grad norm(x) wrt x"},
    {"norm(x)^2 at the origin", "x = [0.0, 0.0]; grad norm(x) ^ 2 wrt x"},
    {"a^b at b = 0, by a", "a = 0.0; b = 0.0; grad pow(a, b) wrt a"},
    {"a^b at a = 0, b = 2, by b", "a = 0.0; b = 2.0; grad pow(a, b) wrt b"},
};

std::string program_text() {
  std::string out;
  std::size_t number = 0;
  for (const Kink& kink : kinks) out += fmt::format("fn kink{}() {{ {} }}\n", number++, kink.body);
  return out;
}

}  // namespace

std::string kinks_page() {
  CommonOptions options;
  options.interpret = true;
  const auto program = load_text("kinks", program_text(), options);
  DP_ASSERT(program->module, "the table of kinks does not compile:\n{}",
            render(program->diagnostics, program->sources));
  std::string out;
  std::size_t number = 0;
  for (const Kink& kink : kinks) {
    const typed::Function* function = program->module->find_function(fmt::format("kink{}", number++));
    auto graph = build(*program->module, *function, program->build_options());
    DP_ASSERT(graph, "{}", graph.error().message);
    auto engine = Engine::create(*graph, options, program->watch);
    DP_ASSERT(engine, "{}", engine.error().message);
    auto results = engine->run({});
    DP_ASSERT(results, "{}", results.error().message);
    out += fmt::format("{:<40} {}\n", kink.name, print_literal(function->result, *results));
  }
  return out;
}

}  // namespace dp
