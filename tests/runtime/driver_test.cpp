#include <catch2/catch.hpp>

#include <set>

#include "runtime/files/csv.h"
#include "runtime/files/safetensors.h"
#include "runtime/train/checkpoint.h"
#include "runtime/train/folder.h"
#include "runtime/train/seeds.h"
#include "tests/runtime/toy.h"

using namespace dp;
using test::Toy;

TEST_CASE("driver: a run trains, reports each epoch and saves its end", "[driver]") {
  const test::TemporaryFolder folder;
  Toy toy(folder.path());
  const TrainOutcome outcome = toy.done();
  CHECK(outcome.end == TrainEnd::finished);
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.step == 50);  // 40 examples in 10 batches, 5 epochs
  CHECK(toy.steps_run == 50);
  CHECK(std::abs(outcome.state[0].real(0)) < 1);  // from 5 towards the mean, 0
  CHECK(outcome.validation.size() == 2);
  CHECK(outcome.test.size() == 2);
  const auto metrics = read_csv(folder / "metrics.csv");
  REQUIRE(metrics);
  CHECK(metrics->rows == 5);
  CHECK(metrics->columns[0].values == std::vector<double>{1, 2, 3, 4, 5});
  CHECK(metrics->find("step")->values == std::vector<double>{10, 20, 30, 40, 50});
  CHECK(metrics->find("loss")->values.back() == outcome.loss);
  CHECK(metrics->find("validation_loss")->values.back() == outcome.validation[0]);
  CHECK(metrics->find("distance")->values.back() == outcome.validation[1]);
  const auto saved = read_safetensors(folder / "final.safetensors");
  REQUIRE(saved);
  CHECK(saved->arrays[0].name == "w");
  CHECK(saved->arrays[0].array.real(0) == outcome.state[0].real(0));
  CHECK(saved->arrays[2].name == "data.x.standardize.offset");
  CHECK(saved->arrays[2].array.real(0) == toy.data->scalings()[0].offset.real(0));
  CHECK(saved->metadata.at("dp.step") == "50");
}

TEST_CASE("driver: evaluation weights the smaller last batch by its examples", "[driver]") {
  const test::TemporaryFolder folder;
  Toy toy(folder.path(), 3);  // 5 validation examples: 3 and 2
  const TrainOutcome outcome = toy.done();
  double sum = 0;
  for (const std::int64_t example : toy.data->examples(Part::validation)) {
    sum += std::abs(outcome.state[0].real(0) - toy.data->fields()[0].values.real(example));
  }
  CHECK(outcome.validation[1] == Approx(sum / 5));
  CHECK(outcome.step == 5 * 13);  // 40 examples: 13 batches of 3, one example left out
}

TEST_CASE("driver: batches of an epoch are disjoint and change from epoch to epoch", "[driver]") {
  const test::TemporaryFolder folder;
  Toy toy(folder.path());
  std::vector<std::multiset<float>> epochs(5);
  std::vector<float> first_batches[2];
  toy.hooks.step = [&](std::span<Array>, std::span<const Array> batch, std::int64_t step) -> Result<double> {
    for (const float x : batch[0].as<float>()) {
      epochs[static_cast<std::size_t>((step - 1) / 10)].insert(x);
      if (step == 1 || step == 11) first_batches[step / 10].push_back(x);
    }
    return 0.0;
  };
  toy.done();
  for (const auto& epoch : epochs) CHECK(epoch == epochs[0]);
  CHECK(epochs[0].size() == 40);
  CHECK(first_batches[0] != first_batches[1]);
}

TEST_CASE("driver: a loss that is not finite stops the run, the last good state is saved", "[driver]") {
  for (const std::int64_t spoiled : {1, 7, 131, 300}) {
    const test::TemporaryFolder folder, good;
    Toy toy(folder.path());
    toy.settings.count = 100;
    toy.spoil_at = spoiled;
    const auto outcome = toy.run();
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == "E3101");
    CHECK(outcome.error().message == fmt::format("the loss is NaN at step {}", spoiled));
    CHECK(outcome.error().notes.at(0).find("last_good.safetensors") != std::string::npos);
    const auto saved = load_checkpoint(folder / "last_good.safetensors");
    REQUIRE(saved);
    CHECK(saved->position.step == spoiled - 1);
    Toy reference(good.path());
    reference.settings.count = spoiled - 1;
    reference.settings.epochs = false;
    const std::vector<Array> expected = spoiled == 1 ? reference.initial() : reference.done().state;
    CHECK(saved->tensors[0].array.real(0) == expected[0].real(0));
  }
}

TEST_CASE("driver: parameters that became infinite a step earlier are not taken for good", "[driver]") {
  const test::TemporaryFolder folder;
  Toy toy(folder.path());
  const auto step = toy.hooks.step;
  toy.hooks.step = [&](std::span<Array> state, std::span<const Array> batch,
                       std::int64_t number) -> Result<double> {
    const auto loss = step(state, batch, number);
    if (number == 12) state[0].set_real(0, std::numeric_limits<double>::infinity());
    return loss;
  };
  const auto outcome = toy.run();
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().message == "the loss is inf at step 13");
  const auto saved = load_checkpoint(folder / "last_good.safetensors");
  REQUIRE(saved);
  CHECK(saved->position.step == 11);
  const test::TemporaryFolder good;
  Toy reference(good.path());
  reference.settings.count = 11;
  reference.settings.epochs = false;
  CHECK(saved->tensors[0].array.real(0) == reference.done().state[0].real(0));
}

TEST_CASE("driver: without data the steps are counted", "[driver]") {
  const test::TemporaryFolder folder;
  Toy toy(folder.path());
  toy.data.reset();
  toy.settings.batch = 0;
  toy.settings.count = 200;
  toy.settings.epochs = false;
  toy.hooks.step = [](std::span<Array> state, std::span<const Array> batch, std::int64_t) -> Result<double> {
    CHECK(batch.empty());
    const double w = state[0].real(0);
    state[0].set_real(0, 0.9 * w);
    return w * w;
  };
  toy.hooks.evaluate = nullptr;
  toy.settings.metrics = {};
  CHECK(toy.done().step == 200);
  CHECK(read_csv(folder / "metrics.csv")->rows == 100);
}

TEST_CASE("driver: all examples at each step where no batch is given", "[driver]") {
  const test::TemporaryFolder folder;
  Toy toy(folder.path(), 0);
  const TrainOutcome outcome = toy.done();
  CHECK(outcome.step == 5);
  CHECK(read_csv(folder / "metrics.csv")->rows == 5);
}

TEST_CASE("driver: every saves, prints and evaluates when it is due", "[driver]") {
  const test::TemporaryFolder folder;
  Toy toy(folder.path());
  toy.settings.every = {{.count = 2, .epochs = true, .save = "w.safetensors"},
                        {.count = 7, .epochs = false, .print = true},
                        {.count = 15, .epochs = false, .metric = true}};
  std::vector<std::int64_t> printed;
  toy.hooks.print = [&](std::size_t every, std::span<const Array>, std::int64_t step) -> Status {
    CHECK(every == 1);
    printed.push_back(step);
    return Done{};
  };
  toy.done();
  CHECK(printed == std::vector<std::int64_t>{7, 14, 21, 28, 35, 42, 49});
  CHECK(read_csv(folder / "metrics.csv")->find("step")->values ==
        std::vector<double>{10, 15, 20, 30, 40, 45, 50});
  CHECK(load_checkpoint(folder / "w.safetensors")->position.step == 40);
  CHECK(load_checkpoint(folder / "w.previous.safetensors")->position.step == 20);
}

TEST_CASE("driver: stops early where nothing gets better, and stays stopped", "[driver]") {
  const test::TemporaryFolder folder;
  Toy toy(folder.path());
  toy.settings.stop = EarlyStop{.patience = 2, .value = 1, .higher_is_better = false};
  int evaluations = 0;
  toy.hooks.evaluate = [&](auto, auto) -> Result<std::vector<double>> {
    return std::vector<double>{
        0, ++evaluations <= 2 ? 3.0 - evaluations : 3.0};  // one validation batch of 4 and 1
  };
  const TrainOutcome outcome = toy.done();
  CHECK(outcome.end == TrainEnd::stopped_early);
  CHECK(outcome.step == 30);
  Toy again(folder.path());
  again.settings.stop = toy.settings.stop;
  again.settings.resume = true;
  CHECK(again.done().end == TrainEnd::stopped_early);
  CHECK(again.steps_run == 0);
}

TEST_CASE("driver: two runs cannot have one folder", "[driver]") {
  const test::TemporaryFolder folder;
  const auto lock = FolderLock::take(folder.path());
  REQUIRE(lock);
  const auto outcome = Toy(folder.path()).run();
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == "E1304");
}

TEST_CASE("driver: impossible settings are refused", "[driver]") {
  const test::TemporaryFolder folder;
  const auto refused = [&](const std::function<void(TrainSettings&)>& change) {
    Toy toy(folder.path());
    change(toy.settings);
    const auto outcome = toy.run();
    return outcome ? std::string("no error") : std::string(outcome.error().code);
  };
  CHECK(refused([](TrainSettings&) {}) == "no error");
  CHECK(refused([](TrainSettings& s) { s.batch = 41; }) == "E1305");
  CHECK(refused([](TrainSettings& s) { s.count = 0; }) == "E1305");
  CHECK(refused([](TrainSettings& s) { s.every = {{.save = "../w.safetensors"}}; }) == "E1305");
  CHECK(refused([](TrainSettings& s) { s.every = {{.save = "w.npz"}}; }) == "E1305");
  CHECK(refused([](TrainSettings& s) { s.folder = "/proc/none"; }) == "E1009");
}

TEST_CASE("reports: lines, JSON, a bar, or nothing", "[driver]") {
  const auto told = [](ReportStyle style) {
    const test::TemporaryFolder folder;
    Toy toy(folder.path());
    REQUIRE(toy.run(style));
    return toy.told;
  };
  CHECK(told(ReportStyle::quiet).empty());
  const std::string lines = told(ReportStyle::lines);
  CHECK(lines.starts_with("epoch 1/5  step 10/50  loss "));
  CHECK(lines.find("  validation loss ") != std::string::npos);
  CHECK(lines.find("\ntest loss ") != std::string::npos);
  CHECK(lines.find('\x1b') == std::string::npos);
  const std::string json = told(ReportStyle::json);
  CHECK(json.starts_with("{\"step\":10,\"epoch\":1,\"loss\":"));
  CHECK(std::ranges::count(json, '\n') == 6);
  CHECK(json.find("\"metrics\":{\"loss\":") != std::string::npos);
  CHECK(json.find("{\"test\":{\"loss\":") != std::string::npos);
  const std::string bar = told(ReportStyle::bar);
  CHECK(bar.find("1/50  epoch 1  loss ") != std::string::npos);
  CHECK(bar.find("\r\x1b[2K") != std::string::npos);
  CHECK(clock_text(7) == "0:07");
  CHECK(clock_text(754.4) == "12:34");
  CHECK(clock_text(11045) == "3:04:05");
}

TEST_CASE("seeds: best, mean and deviation of several runs", "[driver]") {
  std::vector<TrainOutcome> runs(3);
  const double losses[] = {3, 1, 2};
  for (std::size_t i = 0; i < 3; ++i) runs[i].test = {losses[i], losses[i] / 10};
  const auto summaries = summarize_seeds(runs, {"loss", "accuracy"}, {false, true});
  REQUIRE(summaries.size() == 2);
  CHECK(summaries[0].best == 1);
  CHECK(summaries[0].best_run == 1);
  CHECK(summaries[0].mean == Approx(2));
  CHECK(summaries[0].deviation == Approx(1));
  CHECK(summaries[1].best == Approx(0.3));
  CHECK(summaries[1].best_run == 0);
}
