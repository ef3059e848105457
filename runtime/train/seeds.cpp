#include "runtime/train/seeds.h"

#include <algorithm>
#include <cmath>

namespace dp {
namespace {

std::vector<double> values_of(const TrainOutcome& run) {
  if (!run.test.empty()) return run.test;
  return run.validation.empty() ? std::vector<double>{run.loss} : run.validation;
}

}  // namespace

std::vector<SeedSummary> summarize_seeds(std::span<const TrainOutcome> runs,
                                         const std::vector<std::string>& names,
                                         const std::vector<bool>& higher_is_better) {
  std::vector<SeedSummary> summaries;
  if (runs.empty()) return summaries;
  const std::size_t count = std::min({values_of(runs.front()).size(), names.size(), higher_is_better.size()});
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<double> values;
    for (const TrainOutcome& run : runs) values.push_back(values_of(run)[i]);
    const auto best =
        higher_is_better[i] ? std::ranges::max_element(values) : std::ranges::min_element(values);
    SeedSummary summary = {names[i], *best, static_cast<std::size_t>(best - values.begin())};
    for (const double value : values) summary.mean += value / static_cast<double>(values.size());
    double squares = 0;
    for (const double value : values) squares += (value - summary.mean) * (value - summary.mean);
    if (values.size() > 1) summary.deviation = std::sqrt(squares / static_cast<double>(values.size() - 1));
    summaries.push_back(std::move(summary));
  }
  return summaries;
}

}  // namespace dp
