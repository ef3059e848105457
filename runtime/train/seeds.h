#pragma once
// `seeds = 0..5`: what several runs of one program, with a seed each, amount to.

#include <span>

#include "runtime/train/settings.h"

namespace dp {

struct SeedSummary {
  std::string name;  // "loss" or a metric
  double best = 0;   // the smallest objective or the largest metric
  std::size_t best_run = 0;
  double mean = 0;
  double deviation = 0;  // of the sample (n − 1); 0 for one run
};

/// Over the test values of the runs, or the validation values where there is no test part, or the loss alone.
/// `higher_is_better` says it for each name, the objective first.
std::vector<SeedSummary> summarize_seeds(std::span<const TrainOutcome> runs,
                                         const std::vector<std::string>& names,
                                         const std::vector<bool>& higher_is_better);

}  // namespace dp
