// dpc train FILE [TRAIN]: runs a training block with a progress bar, metrics and checkpoints.

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "dpc/commands.h"
#include "dpc/train_session.h"
#include "dpc/usage.h"
#include "runtime/train/driver.h"
#include "runtime/train/seeds.h"

namespace dp {
namespace {

ReportStyle style_of(const TrainOptions& options) {
  if (options.json) return ReportStyle::json;
  if (options.quiet) return ReportStyle::quiet;
  return isatty(STDERR_FILENO) != 0 ? ReportStyle::bar : ReportStyle::lines;
}

/// Progress goes to standard error, JSON lines are results and go to standard output.
Reporter reporter_of(const TrainOptions& options) {
  std::FILE* stream = options.json ? stdout : stderr;
  const bool colour = isatty(STDERR_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
  return {style_of(options), colour, [stream](std::string_view text) {
            std::fwrite(text.data(), 1, text.size(), stream);
            std::fflush(stream);
          }};
}

/// The last words of a run, on standard output: the test part's values, or the final objective.
void print_outcome(const TrainSettings& settings, const TrainOutcome& outcome) {
  const auto& values = outcome.test.empty() ? outcome.validation : outcome.test;
  const char* part = outcome.test.empty() ? "final" : "test";
  if (values.empty()) {
    fmt::print("final loss {:.6g}\n", outcome.loss);
    return;
  }
  fmt::print("{} loss {:.6g}\n", part, values[0]);
  for (std::size_t k = 1; k < values.size(); ++k)
    fmt::print("{} {} {:.6g}\n", part, settings.metrics[k - 1], values[k]);
}

/// One run, its settings kept for what is said of it.
struct OneRun {
  TrainSettings settings;
  TrainOutcome outcome;
};

Result<OneRun> run_once(Program& program, const typed::Train& block, const TrainOptions& options) {
  auto session = TrainSession::create(program, block, options);
  if (!session) return session.error();
  auto state = (*session)->initial_state();
  if (!state) return state.error();
  Reporter reporter = reporter_of(options);
  auto outcome =
      train((*session)->settings(), (*session)->data(), std::move(*state), (*session)->hooks(), reporter);
  if (!outcome) return outcome.error();
  return OneRun{(*session)->settings(), std::move(*outcome)};
}

void print_seeds(const typed::Train& block, const std::vector<OneRun>& runs) {
  std::vector<TrainOutcome> outcomes;
  for (const OneRun& each : runs) outcomes.push_back(each.outcome);
  std::vector<std::string> names = runs.front().settings.metrics;
  names.insert(names.begin(), "loss");
  std::vector<bool> higher(names.size(), true);
  higher[0] = block.maximize;
  for (const SeedSummary& each : summarize_seeds(outcomes, names, higher))
    fmt::print("{} best {:.6g} (seed {}), mean {:.6g}, standard deviation {:.6g}\n", each.name, each.best,
               block.seed + static_cast<std::int64_t>(each.best_run), each.mean, each.deviation);
}

/// `seeds = 0..5`: a run for each, in a folder of its own.
int run_seeds(Program& program, const typed::Train& block, const TrainOptions& options) {
  const auto beside = std::filesystem::path(program.path).parent_path() / "runs" / block.name;
  const std::string folder = options.out.empty() ? beside.string() : options.out;
  std::vector<OneRun> runs;
  for (std::int64_t seed = block.seed; seed < *block.end_seed; ++seed) {
    TrainOptions one = options;
    one.seed = seed;
    one.out = fmt::format("{}/seed_{}", folder, seed);
    auto run = run_once(program, block, one);
    if (!run) return report(program, run.error());
    if (run->outcome.end == TrainEnd::interrupted) return run->outcome.exit_code;
    runs.push_back(std::move(*run));
  }
  if (!options.json) print_seeds(block, runs);
  return Exit::fine;
}

int run_train(const TrainOptions& options) {
  const auto program = load(options);
  if (const int code = report(*program); code != Exit::fine) return code;
  auto block = find_train(*program, options.name);
  if (!block) return report(*program, block.error());
  if ((*block)->end_seed && !options.seed) return run_seeds(*program, **block, options);
  auto run = run_once(*program, **block, options);
  if (options.time) program->watch.print();
  if (!run) return report(*program, run.error());
  if (!options.json && run->outcome.end != TrainEnd::interrupted) print_outcome(run->settings, run->outcome);
  return run->outcome.exit_code;
}

}  // namespace

void add_train(CLI::App& app, Action& action) {
  auto options = std::make_shared<TrainOptions>();
  auto* command = app.add_subcommand("train", "runs a training block");
  command->add_option("file", options->file, "a .dp file")->required();
  command->add_option("name", options->name, "the training block, where the file has several");
  command->add_option("--epochs", options->epochs, "how many epochs in all")->check(whole_number(0));
  command->add_option("--steps", options->steps, "how many steps in all")->check(whole_number(0));
  command->add_option("--batch", options->batch, "examples a step")->check(whole_number(1));
  command->add_option("--seed", options->seed, "of initial values and the order of examples")
      ->check(whole_number(0));
  command->add_option("--out", options->out, "the folder of the run");
  command->add_flag("--resume", options->resume, "go on from the newest checkpoint of the folder");
  command->add_flag("--quiet", options->quiet, "no progress");
  command->add_flag("--json", options->json, "one JSON object a line");
  auto data = std::make_shared<std::vector<std::string>>();
  command->add_option("--data", *data, "NAME=FILE: another file for a data block");
  add_common(*command, *options);
  command->callback([&action, options, data] {
    for (const std::string& word : *data) {
      const auto equals = word.find('=');
      if (equals == std::string::npos) throw CLI::ValidationError("--data", "NAME=FILE, not `" + word + "`");
      options->data_files[word.substr(0, equals)] = word.substr(equals + 1);
    }
    action = [options] { return run_train(*options); };
  });
}

}  // namespace dp
