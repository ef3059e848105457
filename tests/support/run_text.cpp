#include "tests/dpc/run_text.h"

#include <catch2/catch.hpp>

#include "dpc/engine.h"
#include "dpc/values.h"

namespace dp::tests {
namespace {

std::string codes(const Diagnostics& diagnostics) {
  std::string result;
  for (const Diagnostic& each : diagnostics.all())
    result += (result.empty() ? "" : " ") + std::string(each.code);
  return result;
}

}  // namespace

std::string run_text(const std::string& text, const std::string& name) {
  CommonOptions options;
  options.interpret = true;
  const auto program = load_text("test.dp", text, options);
  if (!program->module) {
    UNSCOPED_INFO(render(program->diagnostics, program->sources));
    return codes(program->diagnostics);
  }
  const typed::Function* function = program->module->find_function(name);
  if (!function) return "no such function";
  auto graph = build(*program->module, *function, program->build_options());
  if (!graph) return std::string(graph.error().code);
  auto engine = Engine::create(*graph, options, program->watch);
  if (!engine) return std::string(engine.error().code);
  auto results = engine->run({});
  return results ? print_literal(function->result, *results) : std::string(results.error().code);
}

void check_rows(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    INFO(row.program);
    CHECK(run_text(row.program) == row.gives);
  }
}

}  // namespace dp::tests
