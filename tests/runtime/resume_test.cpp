#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <csignal>

#include "runtime/files/safetensors.h"
#include "runtime/train/checkpoint.h"
#include "tests/runtime/toy.h"

using namespace dp;
using test::same_bits;
using test::Toy;

TEST_CASE("driver: resumed is the same as never stopped, bit for bit", "[driver]") {
  const test::TemporaryFolder through, stopped;
  const TrainOutcome whole = Toy(through.path()).done();
  for (const std::int64_t stop_at : {1, 10, 13, 27, 49}) {
    Toy first(stopped.path());
    first.settings.catch_signals = true;
    first.before_step = [&](std::int64_t step) {
      if (step == stop_at) std::raise(SIGINT);
    };
    const TrainOutcome interrupted = first.done();
    CHECK(interrupted.end == TrainEnd::interrupted);
    CHECK(interrupted.exit_code == 130);
    CHECK(interrupted.step == stop_at);
    Toy second(stopped.path());
    second.settings.resume = true;
    const TrainOutcome resumed = second.done();
    CHECK(second.steps_run == 50 - stop_at);
    CHECK(same_bits(resumed.state, whole.state));
    CHECK(resumed.loss == whole.loss);
    CHECK(test::read_text(stopped / "metrics.csv") == test::read_text(through / "metrics.csv"));
    CHECK(test::read_text(stopped / "final.safetensors") == test::read_text(through / "final.safetensors"));
    std::filesystem::remove_all(stopped.path());
  }
}

TEST_CASE("driver: SIGTERM ends with 143; a second signal ends at once", "[driver]") {
  const test::TemporaryFolder folder;
  Toy toy(folder.path());
  toy.settings.catch_signals = true;
  toy.before_step = [](std::int64_t step) {
    if (step == 4) std::raise(SIGTERM);
  };
  CHECK(toy.done().exit_code == 143);
  const pid_t child = fork();
  if (child == 0) {
    Toy twice(folder / "twice");
    twice.settings.catch_signals = true;
    twice.before_step = [](std::int64_t step) {
      if (step == 4) std::raise(SIGINT), std::raise(SIGINT);
    };
    (void)twice.run();
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WEXITSTATUS(status) == 130);
  CHECK_FALSE(std::filesystem::exists(folder / "twice/checkpoint.safetensors"));
}

TEST_CASE("driver: killed while it saves every step, a run can always go on", "[driver]") {
  const test::TemporaryFolder through, killed;
  Toy whole(through.path());
  const TrainOutcome expected = whole.done();
  for (int round = 0; round < 8; ++round) {
    const pid_t child = fork();
    if (child == 0) {
      Toy toy(killed.path());
      toy.settings.every = {{.count = 1, .epochs = false, .save = "w.safetensors"}};
      toy.settings.resume = !find_checkpoints(killed.path()).empty();
      toy.before_step = [](std::int64_t) { usleep(200); };
      (void)toy.run();
      _exit(0);
    }
    usleep(static_cast<useconds_t>(2000 + 1700 * round));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
  }
  Toy last(killed.path());
  last.settings.resume = !find_checkpoints(killed.path()).empty();
  CHECK(same_bits(last.done().state, expected.state));
  CHECK(test::read_text(killed / "metrics.csv") == test::read_text(through / "metrics.csv"));
}

TEST_CASE("checkpoints: what does not fit is refused", "[checkpoint]") {
  const test::TemporaryFolder folder;
  Toy(folder.path()).done();
  const auto resumed = [&](const std::function<void(Toy&)>& change) {
    Toy toy(folder.path());
    toy.settings.resume = true;
    change(toy);
    const auto outcome = toy.run();
    return outcome ? std::string("no error") : outcome.error().message;
  };
  const std::string path = "`" + folder / "final.safetensors" + "`";
  CHECK(resumed([](Toy&) {}) == "no error");
  CHECK(resumed([](Toy& toy) { toy.settings.program_hash = 1; }) == path + " was written by another program");
  CHECK(resumed([](Toy& toy) {
          toy.settings.seed = 1;
        }).ends_with("another seed, batch or number of examples"));
  CHECK(resumed([](Toy& toy) { toy.settings.state_names[1] = "v"; }).ends_with("the tensor `v` is missing"));
  const test::TemporaryFolder empty;
  CHECK(resumed([&](Toy& toy) {
          toy.settings.folder = empty.path();
        }).ends_with("holds no checkpoint to resume from"));
}

TEST_CASE("checkpoints: shapes, superfluous tensors, versions and checksums", "[checkpoint]") {
  const test::TemporaryFolder folder;
  const std::string path = folder / "a.safetensors";
  Array w(Dtype::f32, {2});
  w.set_real(1, 3);
  const Checkpoint checkpoint = {{1, 2, 3, 4}, {5, 0.1, 6, 0.25, 1}, {{"w", w}}};
  REQUIRE(save_checkpoint(path, checkpoint));
  const auto back = load_checkpoint(path);
  REQUIRE(back);
  CHECK(back->identity == checkpoint.identity);
  CHECK(back->position.loss_sum == 0.1);
  CHECK(back->position.best == 0.25);
  std::vector<Array> state = {Array(Dtype::f32, {2})}, other = {Array(Dtype::f32, {3})},
                     wrong = {Array(Dtype::i32, {2})};
  CHECK(restore(*back, {1, 2, 3, 4}, {"w"}, state, path));
  CHECK(state[0].real(1) == 3);
  CHECK(
      restore(*back, {1, 2, 3, 4}, {"w"}, other, path).error().message.ends_with("`w` is f32 2, not f32 3"));
  CHECK(
      restore(*back, {1, 2, 3, 4}, {"w"}, wrong, path).error().message.ends_with("`w` is f32 2, not i32 2"));
  CHECK(restore(*back, {1, 2, 3, 4}, {}, {}, path)
            .error()
            .message.ends_with("the tensor `w` is not of this program"));

  const std::string good = test::read_text(path);
  std::string damaged = good;
  damaged.back() = static_cast<char>(damaged.back() ^ 1);
  test::write_text(path, damaged);
  CHECK(load_checkpoint(path).error().message.ends_with("`w` is damaged"));
  std::string newer = good;
  newer.replace(newer.find("\"dp.version\":\"1\""), 16, "\"dp.version\":\"9\"");
  test::write_text(path, newer);
  CHECK(load_checkpoint(path).error().message.ends_with("its version 9 is not known to this dpc"));
  REQUIRE(write_safetensors(path, {{"w", w}}));
  CHECK(load_checkpoint(path).error().message.ends_with("it is no checkpoint of dpc"));
}

TEST_CASE("checkpoints: where the newest is damaged, the one before it is taken", "[checkpoint]") {
  const test::TemporaryFolder through, folder;
  const TrainOutcome whole = Toy(through.path()).done();
  Toy toy(folder.path());
  toy.settings.every = {{.count = 1, .epochs = true, .save = "w.safetensors"}};
  toy.settings.catch_signals = true;
  toy.before_step = [](std::int64_t step) {
    if (step == 35) std::raise(SIGINT);
  };
  toy.done();
  std::string damaged = test::read_text(folder / "checkpoint.safetensors");
  damaged.back() = static_cast<char>(damaged.back() ^ 1);
  test::write_text(folder / "checkpoint.safetensors", damaged);
  Toy resumed(folder.path());
  resumed.settings.resume = true;
  const auto outcome = resumed.run(ReportStyle::lines);
  REQUIRE(outcome);
  CHECK(resumed.steps_run == 20);
  CHECK(same_bits(outcome->state, whole.state));
  CHECK(resumed.told.find("checkpoint.safetensors` is skipped") != std::string::npos);
  CHECK(test::read_text(folder / "metrics.csv") == test::read_text(through / "metrics.csv"));
}
