#include "tests/support/grad_source.h"

#include <catch2/catch.hpp>
#include <cstring>

#include "dpc/engine.h"

namespace dp::tests {
namespace {

const CommonOptions options;

std::unique_ptr<Program> program_of(const std::string& text) {
  auto program = load_text("test.dp", text, options);
  INFO(text);
  for (const Diagnostic& diagnostic : program->diagnostics.all()) UNSCOPED_INFO(diagnostic.message);
  REQUIRE_FALSE(program->diagnostics.has_errors());
  return program;
}

std::vector<Array> run(const std::string& text, const std::string& name,
                       const std::vector<NamedValue>& values) {
  const auto program = program_of(text);
  const typed::Function* function = program->module->find_function(name);
  REQUIRE(function);
  auto arguments = read_arguments(*program, *function, values, options);
  REQUIRE(arguments);
  auto graph = build(*program->module, *function, arguments->build);
  REQUIRE(graph);
  auto engine = Engine::create(*graph, options, program->watch);
  REQUIRE(engine);
  auto results = engine->run(arguments->arrays);
  REQUIRE(results);
  return *results;
}

/// The words in front of the colons: `x: real[n], w: real[n]` → "x", "w".
std::vector<std::string> names_of(const std::string& parameters) {
  std::vector<std::string> result;
  for (std::size_t at = 0, colon; (colon = parameters.find(": ", at)) != std::string::npos; at = colon + 2) {
    const std::size_t begin = parameters.rfind(' ', colon) + 1;
    result.push_back(parameters.substr(begin, colon - begin));
  }
  return result;
}

}  // namespace

Result<std::string> printed(const std::string& text, const std::vector<std::string>& wrt) {
  const auto program = program_of(text);
  return gradient_source(*program, *program->module->find_function("f"), wrt, options);
}

void check_same_bits(const Sample& sample) {
  for (const std::string precision : {"f32", "f64"}) {
    const std::string text = "precision " + precision + "\n" + sample.declarations;
    const auto source = printed(text, sample.wrt);
    REQUIRE(source);
    INFO(*source);
    const auto expected = run(text, "g", sample.values);
    const auto actual =
        run(*source, "f_gradient", sample.leaf_values.empty() ? sample.values : sample.leaf_values);
    REQUIRE(actual.size() == expected.size());
    for (std::size_t k = 0; k < expected.size(); ++k) {
      REQUIRE(actual[k].bytes() == expected[k].bytes());
      CHECK(std::memcmp(actual[k].data(), expected[k].data(), expected[k].bytes()) == 0);
    }
  }
}

Sample sample_of(const std::string& parameters, const std::string& body, const std::vector<std::string>& wrt,
                 const std::vector<NamedValue>& values, const std::string& before) {
  const auto clause = parameters.find(") where ");
  const std::string given = parameters.substr(0, clause);
  const std::string where = clause == std::string::npos ? "" : parameters.substr(clause + 1);
  std::string text = fmt::format("{}fn f({}){} {{\n{}\n}}\n", before, given, where, body);
  text += fmt::format("fn g({}){} {{\n  l = f({})\n  grad l wrt ({})\n}}\n", given, where,
                      fmt::join(names_of(given), ", "), fmt::join(wrt, ", "));
  return {text, wrt, values, {}};
}

}  // namespace dp::tests
