// Every layer of the library: its gradients by parameters and input are those of differences, what is
// compiled has the bits of the interpreter, and its own tests pass.

#include <catch2/catch.hpp>
#include <cstring>
#include <random>

#include "dpc/engine.h"
#include "stdlib/library.h"
#include "tests/runtime/temporary_folder.h"
#include "tests/support/command_line.h"

namespace {

using namespace dp;

struct Layer {
  const char* name;
  const char* type;
  const char* input;
};
constexpr Layer layers[] = {
    {"Linear", "Linear(2, 3)", "real[4, 2]"},
    {"Embedding", "Embedding(5, 3)", "i32<5>[4]"},
    {"Conv1d", "Conv1d(2, 2, 3)", "real[2, 4, 2]"},
    {"Conv2d", "Conv2d(2, 2, 2, 3)", "real[1, 3, 4, 2]"},
    {"LayerNorm", "LayerNorm(4)", "real[3, 4]"},
    {"RMSNorm", "RMSNorm(4)", "real[3, 4]"},
    {"GroupNorm", "GroupNorm(2, 4)", "real[3, 4]"},
    {"RNN", "RNN(2, 3)", "real[4, 2]"},
    {"GRU", "GRU(2, 3)", "real[4, 2]"},
    {"LSTM", "LSTM(2, 3)", "real[4, 2]"},
    {"Attention", "Attention(4, 2)", "real[2, 3, 4]"},
    {"Attention", "Attention(4, 2, false)", "real[3, 4]"},
    {"TransformerBlock", "TransformerBlock(2, 1)", "real[2, 3, 2]"},
};

/// The value, then its gradients: in the order of the inputs, those by integers left out.
std::string program_of(const Layer& layer) {
  const bool integers = layer.input[0] == 'i';
  return std::string("precision f64\nfn main(net: ") + layer.type + ", x: " + layer.input +
         ") {\n  s = mean(sin(net(x)))\n  (s, grad s wrt " + (integers ? "net" : "(net, x)") + ")\n}\n";
}

struct Engines {
  Engine compiled, interpreted;
  std::vector<Array> inputs;
};

Engines engines_of(const std::string& text) {
  CommonOptions options;
  const auto program = load_text("test.dp", text, options);
  INFO(text << render(program->diagnostics, program->sources));
  REQUIRE(program->module);
  const auto graph =
      build(*program->module, *program->module->find_function("main"), program->build_options());
  INFO((graph ? "" : graph.error().message));
  REQUIRE(graph);
  auto compiled = Engine::create(*graph, options, program->watch);
  options.interpret = true;
  auto interpreted = Engine::create(*graph, options, program->watch);
  REQUIRE(compiled);
  REQUIRE(interpreted);
  std::vector<Type> types;
  for (const Id input : graph->inputs) types.push_back((*graph)[input].type);
  std::mt19937_64 random(5);
  std::uniform_real_distribution<double> draw(-1, 1);
  std::vector<Array> inputs = arrays_of(types);
  for (Array& input : inputs)
    for (std::int64_t k = 0; k < input.count(); ++k)
      is_real(input.dtype()) ? input.set_real(k, draw(random)) : input.set_integer(k, k % 5);
  return {std::move(*compiled), std::move(*interpreted), std::move(inputs)};
}

std::vector<Array> run(const Engine& engine, const std::vector<Array>& inputs) {
  auto results = engine.run(inputs);
  INFO((results ? "" : results.error().message));
  REQUIRE(results);
  return std::move(*results);
}

double difference(const Engines& engines, std::size_t input, std::int64_t element) {
  constexpr double step = 1e-5;
  const auto value_at = [&](double offset) {
    std::vector<Array> inputs = engines.inputs;
    Array moved(inputs[input].dtype(), inputs[input].shape());
    for (std::int64_t k = 0; k < moved.count(); ++k)
      moved.set_real(k, inputs[input].real(k) + (k == element ? offset : 0));
    inputs[input] = std::move(moved);
    return run(engines.compiled, inputs).front().real(0);
  };
  return (value_at(step) - value_at(-step)) / (2 * step);
}

}  // namespace

TEST_CASE("gradients of layers are those of differences", "[layers]") {
  for (const Layer& layer : layers) {
    INFO(layer.type);
    const Engines engines = engines_of(program_of(layer));
    const auto results = run(engines.compiled, engines.inputs);
    const auto reference = run(engines.interpreted, engines.inputs);
    for (std::size_t k = 0; k < results.size(); ++k)
      CHECK(std::memcmp(results[k].data(), reference[k].data(), results[k].bytes()) == 0);
    double largest = 0;
    for (std::size_t input = 0; input + 1 < results.size(); ++input)
      for (std::int64_t k = 0; k < results[input + 1].count(); ++k) {
        INFO("input " << input << " element " << k);
        CHECK(results[input + 1].real(k) == Approx(difference(engines, input, k)).margin(1e-8));
        largest = std::max(largest, std::fabs(results[input + 1].real(k)));
      }
    CHECK(largest > 1e-3);
  }
}

TEST_CASE("the library's own tests pass", "[layers]") {
  for (const LibraryFile& file : library_files()) {
    if (file.text.find("\ntest \"") == std::string_view::npos) continue;
    const test::TemporaryFolder folder;
    const std::string path = std::string(DP_SOURCE_DIR) + "/stdlib/" + std::string(file.name);
    const std::string said = tests::said_by(folder.path(), "test " + path + " --precision f64");
    INFO(said);
    CHECK(said.find(", 0 failed") != std::string::npos);
  }
}
