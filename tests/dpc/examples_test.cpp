// The examples, run as a user runs them, and held to what their comments promise.

#include <catch2/catch.hpp>
#include <cstring>
#include <filesystem>
#include <regex>

#include "dpc/stages.h"
#include "dpc/train_session.h"
#include "dpc/values.h"
#include "ir/parse_ir.h"
#include "runtime/train/driver.h"
#include "tests/runtime/temporary_folder.h"
#include "tests/support/command_line.h"

namespace {

using namespace dp;

std::string example(const std::string& name) { return std::string(DP_SOURCE_DIR) + "/examples/" + name; }

TrainOptions options_for(const std::string& name) {
  TrainOptions options;
  options.file = example(name);
  options.quiet = true;
  options.verify = true;
  options.out = (std::filesystem::temp_directory_path() / ("dp-example-" + name)).string();
  return options;
}

struct Run {
  std::unique_ptr<Program> program;
  std::unique_ptr<TrainSession> session;
  TrainOutcome outcome;
};

Run train_example(const TrainOptions& options) {
  Run run;
  std::filesystem::remove_all(options.out);
  run.program = load(options);
  INFO(render(run.program->diagnostics, run.program->sources));
  REQUIRE(run.program->module);
  auto block = find_train(*run.program, "");
  REQUIRE(block);
  auto session = TrainSession::create(*run.program, **block, options);
  INFO((session ? "" : session.error().message));
  REQUIRE(session);
  run.session = std::move(*session);
  auto state = run.session->initial_state();
  REQUIRE(state);
  Reporter reporter(ReportStyle::quiet, false, [](std::string_view) {});
  auto outcome =
      train(run.session->settings(), run.session->data(), std::move(*state), run.session->hooks(), reporter);
  INFO((outcome ? "" : outcome.error().message));
  REQUIRE(outcome);
  run.outcome = std::move(*outcome);
  return run;
}

bool same_bits(const std::vector<Array>& a, const std::vector<Array>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t k = 0; k < a.size(); ++k)
    if (a[k].bytes() != b[k].bytes() || std::memcmp(a[k].data(), b[k].data(), a[k].bytes()) != 0)
      return false;
  return true;
}

std::string run_main(const std::string& file, bool interpret) {
  CommonOptions options;
  options.file = file;
  options.interpret = interpret;
  const auto program = load(options);
  REQUIRE(program->module);
  const typed::Function* function = program->module->find_function("main");
  REQUIRE(function);
  auto graph = build(*program->module, *function, program->build_options());
  REQUIRE(graph);
  auto engine = Engine::create(*graph, options, program->watch);
  REQUIRE(engine);
  auto results = engine->run({});
  REQUIRE(results);
  return print_literal(function->result, *results);
}

}  // namespace

TEST_CASE("01: a line is fitted", "[examples]") {
  const Run run = train_example(options_for("01_line.dp"));
  CHECK(run.outcome.loss < 0.0201);
  CHECK(run.outcome.state[0].real(0) == Approx(2).margin(0.1));
  CHECK(run.outcome.state[1].real(0) == Approx(1).margin(0.15));
}

TEST_CASE("what the examples claim in their own tests holds", "[examples]") {
  const test::TemporaryFolder folder;
  for (const auto& entry : std::filesystem::directory_iterator(example(""))) {
    const std::string name = entry.path().filename().string();
    if (!name.ends_with(".dp") || name.starts_with("03")) continue;
    const std::string said = tests::said_by(folder.path(), "test '" + example(name) + "'");
    CAPTURE(name, said);
    CHECK(said.find("FAIL") == std::string::npos);
    CHECK(said.ends_with(" passed, 0 failed\n"));
    CHECK(tests::said_by(folder.path(), "fmt --check '" + example(name) + "'") == "");
  }
}

TEST_CASE("02: gradients by every node of a graph", "[examples]") {
  CHECK(run_main(example("02_graph.dp"), true) == "((15.0, 3.0), (1.0, 3.0, 1.0))");
  CHECK(run_main(example("02_graph.dp"), false) == "((15.0, 3.0), (1.0, 3.0, 1.0))");
}

TEST_CASE("03: shapes that disagree are told where they came from", "[examples]") {
  CommonOptions options;
  options.file = example("03_shapes.dp");
  const auto program = load(options);
  REQUIRE(program->diagnostics.all().size() == 1);
  const std::string text = render(program->diagnostics, program->sources);
  CHECK(text.find("error[E0203]: `@` needs matching inner dimensions") != std::string::npos);
  CHECK(text.find("fix: fc2: Linear(hidden, classes)") != std::string::npos);
}

TEST_CASE("04: XOR is learned", "[examples]") {
  const Run run = train_example(options_for("04_xor.dp"));
  CHECK(run.outcome.loss < 0.01);
}

TEST_CASE("05: iris is classified", "[examples]") {
  const Run run = train_example(options_for("05_iris.dp"));
  REQUIRE(run.outcome.test.size() == 2);
  CHECK(run.outcome.test[1] >= 0.9);
}

TEST_CASE("15 and on: what is trained gets as good as it says", "[examples]") {
  const Run images = train_example(options_for("15_convolutions.dp"));
  CHECK(images.outcome.test.at(1) >= 0.97);
  CHECK(train_example(options_for("16_autoencoder.dp")).outcome.test.at(0) <= 0.02);
  CHECK(train_example(options_for("17_memory.dp")).outcome.loss < 0.02);
  CHECK(train_example(options_for("18_images.dp")).outcome.loss < 0.05);
  CHECK(train_example(options_for("22_factors.dp")).outcome.validation.at(1) < 0.05);
}

TEST_CASE("06: digits are read, for every seed", "[examples]") {
  for (std::int64_t seed = 0; seed < 5; ++seed) {
    TrainOptions options = options_for("06_digits.dp");
    options.seed = seed;
    const Run run = train_example(options);
    INFO("seed " << seed);
    CHECK(run.outcome.test.at(1) >= 0.96);
  }
}

TEST_CASE("06: the bits do not depend on threads, optimisation or compilation", "[examples]") {
  TrainOptions options = options_for("06_digits.dp");
  options.steps = 60;
  const Run reference = train_example(options);
  SECTION("one thread") { options.threads = 1; }
  SECTION("not optimised") { options.optimize = 0; }
  SECTION("interpreted") { options.interpret = true; }
  SECTION("again") {}
  CHECK(same_bits(reference.outcome.state, train_example(options).outcome.state));
}

TEST_CASE("06: the step reads back from the text of every stage, to the same text behind it", "[examples]") {
  const TrainOptions options = options_for("06_digits.dp");
  const auto program = load(options);
  auto block = find_train(*program, "");
  REQUIRE(block);
  auto graphs = build_train(*program->module, **block, 32, program->build_options());
  REQUIRE(graphs);
  const auto loops = stage_text(graphs->step, "loops", options);
  REQUIRE(loops);
  for (const std::string stage : {"graph", "grad", "simplified", "fused", "planned"}) {
    INFO(stage);
    auto text = stage_text(graphs->step, stage, options);
    REQUIRE(text);
    Sources sources;
    auto parsed = parse_graph(sources, sources.add("dump.ir", *text));
    INFO((parsed ? "" : parsed.error().message));
    REQUIRE(parsed);
    auto again = stage_text(*parsed, "loops", options);
    REQUIRE(again);
    // A dump keeps lines, not files: the places of checks are told without them.
    const std::regex places(" at [0-9]+:[0-9]+:[0-9]+");
    CHECK(std::regex_replace(*again, places, "") == std::regex_replace(*loops, places, ""));
  }
}
