#pragma once
// Batches for the steps of a run and for evaluation, in memory that is reserved once. Which examples a step
// sees is a function of (seed, step): the order of the epoch that the step lies in, and its place in it.

#include "runtime/data/dataset.h"
#include "runtime/train/settings.h"

namespace dp {

class BatchFeed {
 public:
  /// `data` may be null: then batches have no arrays.
  BatchFeed(const TrainSettings& settings, const Dataset* data);
  /// The batch of a step (from 1). Valid until the next call.
  std::span<const Array> prepare(std::int64_t step);
  std::int64_t steps_per_epoch() const { return steps_per_epoch_; }
  std::int64_t examples_per_step() const;

 private:
  const Dataset* data_;
  std::uint64_t seed_;
  std::int64_t batch_;  // examples; 0: all, in one order
  std::int64_t steps_per_epoch_;
  std::int64_t epoch_ = -1;  // whose order `order_` is
  std::vector<std::int64_t> order_;
  std::vector<Array> arrays_;
};

class Evaluator {
 public:
  Evaluator(const TrainSettings& settings, const Dataset* data, const TrainHooks& hooks);
  /// Means over a part, each batch weighted by its examples, the last one smaller. Without data one call
  /// decides. Empty where the part is, or where there is nothing to evaluate with.
  Result<std::vector<double>> evaluate(Part part, std::span<const Array> parameters);

 private:
  std::span<Array> buffers(std::int64_t count);

  const Dataset* data_;
  const TrainHooks& hooks_;
  std::int64_t batch_;
  std::vector<Array> whole_, last_;
};

}  // namespace dp
