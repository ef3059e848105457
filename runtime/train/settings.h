#pragma once
// What a training run is told, what it calls, and what it tells at its end. The driver knows nothing of the
// compiler: a step is a function on arrays, whether compiled or interpreted.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "support/array.h"
#include "support/result.h"

namespace dp {

struct TrainHooks {
  /// One step in place: `state` holds the parameters, then the state of the optimizer; `batch` one array a
  /// field, the examples first; `step` counts from 1. Returns the objective before the update. Must be a
  /// function of its arguments: the driver may run a step again from an earlier state.
  std::function<Result<double>(std::span<Array> state, std::span<const Array> batch, std::int64_t step)> step;
  /// The objective, then each metric, as means over the batch; the driver weights batches by their examples.
  std::function<Result<std::vector<double>>(std::span<const Array> parameters, std::span<const Array> batch)>
      evaluate;
  /// The print of an `every`, by its index in the settings. May be empty.
  std::function<Status(std::size_t every, std::span<const Array> state, std::int64_t step)> print;
};

/// `every 5 epochs { save "a.safetensors" }`.
struct Every {
  std::int64_t count = 1;
  bool epochs = true;
  std::optional<std::string> save;  // relative to the folder of the run
  bool print = false;
  bool metric = false;  // evaluate and report now
};

/// `stop patience = 5, on = accuracy`: ends the run after so many reports without a better value.
struct EarlyStop {
  std::int64_t patience = 1;
  std::size_t value = 0;  // 0: the objective, 1 …: the metrics
  bool higher_is_better = false;
};

struct TrainSettings {
  std::string name;        // of the training block
  std::int64_t count = 1;  // of epochs or steps, in all
  bool epochs = true;
  std::int64_t batch = 0;  // examples a step; 0: all of the training part, in one order
  std::uint64_t seed = 0;
  std::vector<Every> every;
  std::optional<EarlyStop> stop;
  std::string folder;  // of the run; made where it is missing
  bool resume = false;
  std::vector<std::string> metrics;      // names
  std::vector<std::string> state_names;  // paths, one for each array of the state
  std::size_t parameters = 0;            // how many of them come first and are parameters
  std::uint64_t program_hash = 0;        // of everything that decides the bits of a step
  double autosave_seconds = 300;  // between checkpoints that nobody asked for; they change no bit of a run
  bool catch_signals = true;
};

enum class TrainEnd { finished, stopped_early, interrupted };

struct TrainOutcome {
  TrainEnd end = TrainEnd::finished;
  int exit_code = 0;  // 0, 130 after SIGINT, 143 after SIGTERM
  std::int64_t step = 0;
  double loss = 0;                 // mean objective of the last report's steps
  std::vector<double> validation;  // objective and metrics of the last report, where there were any
  std::vector<double> test;        // the same on the test part, where there is one
  std::optional<double> best;      // under `stop`
  double seconds = 0;
  std::string saved;  // the file that holds the final state
  std::vector<Array> state;
};

/// Steps of an epoch, and of the whole run. `train_examples` is 0 without data.
std::int64_t steps_per_epoch(const TrainSettings& settings, std::int64_t train_examples);
std::int64_t total_steps(const TrainSettings& settings, std::int64_t train_examples);

}  // namespace dp
