#pragma once
// The last good state of a run whose loss has become NaN or infinite. Steps work in place, so by then the
// state is spoilt; a copy is kept every few steps, and from it the steps are run again up to the last one
// that left loss and parameters finite. Same arguments, same bits: the state is exactly the one that was
// lost.

#include "runtime/train/batches.h"

namespace dp {

class Recovery {
 public:
  Recovery(const TrainSettings& settings, const TrainHooks& hooks, BatchFeed& feed)
      : settings_(settings), hooks_(hooks), feed_(feed) {}

  /// Takes a copy now, whatever the state.
  void begin(std::span<const Array> state, std::int64_t step);
  /// Takes a copy where one is due and the parameters are finite.
  void after_step(std::span<const Array> state, std::int64_t step);
  /// Puts `state` back to the last good step before `failed`, and returns that step.
  Result<std::int64_t> restore(std::span<Array> state, std::int64_t failed);

 private:
  Result<std::int64_t> replay(std::span<Array> state, std::int64_t last);
  bool is_finite(std::span<const Array> state) const;

  const TrainSettings& settings_;
  const TrainHooks& hooks_;
  BatchFeed& feed_;
  std::vector<Array> copy_;
  std::int64_t step_ = 0;  // of the copy
};

}  // namespace dp
