#pragma once
// A training block made ready to run: its data loaded, its three graphs compiled, its initial state drawn.
// The driver of the runtime does the rest through the hooks.

#include <map>
#include <memory>
#include <string>

#include "dpc/engine.h"
#include "runtime/data/dataset.h"
#include "runtime/train/settings.h"

namespace dp {

struct TrainOptions : CommonOptions {
  std::string name;  // of the block; empty: the only one
  std::optional<std::int64_t> epochs, steps, batch, seed;
  std::map<std::string, std::string> data_files;  // --data NAME=FILE
  std::string out;
  bool resume = false, quiet = false, json = false;
};

/// The training block asked for, or the only one.
Result<const typed::Train*> find_train(const Program& program, const std::string& name);

class TrainSession {
 public:
  static Result<std::unique_ptr<TrainSession>> create(Program& program, const typed::Train& train,
                                                      const TrainOptions& options);

  const TrainSettings& settings() const { return settings_; }
  Dataset* data() { return data_ ? &*data_ : nullptr; }
  /// Parameters, then the optimizer's state, drawn from the seed.
  Result<std::vector<Array>> initial_state();
  TrainHooks hooks();

 private:
  TrainSession(Program& program, const typed::Train& train, const TrainOptions& options);
  Status load_data();
  Status compile();
  void make_settings();
  Result<double> step(std::span<Array> state, std::span<const Array> batch, std::int64_t number);
  /// Under `accumulate`, the gradients of all batches of a step but the last, added up; their objectives'
  /// sum.
  Result<double> add_up(std::span<const Array> parameters, std::span<const Array> batch,
                        std::span<const Array> numbers);
  /// `t`, `steps` and the seed, as the graphs take them.
  std::vector<Array> numbers_of(std::int64_t step) const;
  Result<std::vector<double>> evaluate(std::span<const Array> parameters, std::span<const Array> batch);
  /// The print of an `every`, on the present parameters and the batch of the last step.
  Status print(std::size_t every, std::span<const Array> state);
  /// The evaluation for batches of that many examples, compiled when first needed.
  Result<const Engine*> evaluation(std::int64_t examples);

  Program& program_;
  const typed::Train& train_;
  TrainOptions options_;
  TrainSettings settings_;
  std::optional<Dataset> data_;
  TrainProgram graphs_;
  std::optional<Engine> step_, accumulate_;
  std::vector<Array> sums_, part_;  // of gradients, and the examples of one batch of a step
  std::map<std::int64_t, Engine> evaluations_;
  std::map<std::size_t, Engine> prints_;
  // Views of what a step is called on, kept between steps so that none is made anew.
  std::vector<Array> inputs_, outputs_;
  std::size_t batch_begin_ = 0, batch_end_ = 0;  // of `inputs_`
  std::int64_t steps_ = 0;
};

}  // namespace dp
