#pragma once
// A training program small enough to follow by hand, for tests of the driver.

#include <catch2/catch.hpp>

#include <cmath>
#include <cstring>
#include <limits>

#include "runtime/train/driver.h"
#include "tests/runtime/temporary_folder.h"

namespace dp::test {

/// A least-squares toy: the parameter w is drawn to the mean of the data by steps with momentum.
struct Toy {
  explicit Toy(const std::string& folder, std::int64_t batch = 4) {
    Array x(Dtype::f64, {50});
    for (std::int64_t i = 0; i < 50; ++i) x.set_real(i, std::sin(static_cast<double>(i)) + 2);
    const Field field = *make_field({"x", Dtype::f32, {}, {}}, x, {"x.csv", "x", 2});
    data = *Dataset::create({field}, {0.8, 0.1, 0.1, 7}, {{ScalingKind::standardize, "x"}});
    settings.name = "toy";
    settings.count = 5;
    settings.batch = batch;
    settings.seed = 3;
    settings.folder = folder;
    settings.metrics = {"distance"};
    settings.state_names = {"w", "adam.m.w"};
    settings.parameters = 1;
    settings.program_hash = 0xFFFFFFFFFFFFFFFF;
    settings.catch_signals = false;
    hooks.step = [this](std::span<Array> state, std::span<const Array> arrays,
                        std::int64_t step) -> Result<double> {
      if (before_step) before_step(step);
      ++steps_run;
      float& w = state[0].as<float>()[0];
      float& m = state[1].as<float>()[0];
      double loss = 0;
      float gradient = 0;
      for (const float x : arrays[0].as<float>()) {
        loss += 0.5 * (w - x) * (w - x);
        gradient += w - x;
      }
      const auto count = static_cast<float>(arrays[0].count());
      m = 0.9f * m + gradient / count;
      w -= 0.1f * m;
      return spoil_at != 0 && step >= spoil_at ? std::numeric_limits<double>::quiet_NaN() : loss / count;
    };
    hooks.evaluate = [](std::span<const Array> parameters,
                        std::span<const Array> batch) -> Result<std::vector<double>> {
      double sum = 0;
      for (const float x : batch[0].as<float>()) sum += std::abs(parameters[0].real(0) - x);
      return std::vector<double>{2 * sum / static_cast<double>(batch[0].count()),
                                 sum / static_cast<double>(batch[0].count())};
    };
  }

  std::vector<Array> initial() const {
    std::vector<Array> state = {Array(Dtype::f32, {1}), Array(Dtype::f32, {1})};
    state[0].set_real(0, 5);
    return state;
  }
  Result<TrainOutcome> run(ReportStyle style = ReportStyle::quiet) {
    Reporter reporter(style, false, [this](std::string_view text) { told += text; });
    return train(settings, data ? &*data : nullptr, initial(), hooks, reporter);
  }
  /// The run must succeed.
  TrainOutcome done() {
    auto outcome = run();
    if (!outcome) FAIL(outcome.error().message);
    return *outcome;
  }

  std::optional<Dataset> data;
  TrainSettings settings;
  TrainHooks hooks;
  std::function<void(std::int64_t)> before_step;
  std::int64_t spoil_at = 0;
  std::int64_t steps_run = 0;
  std::string told;
};

inline bool same_bits(const std::vector<Array>& left, const std::vector<Array>& right) {
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (std::memcmp(left[i].data(), right[i].data(), left[i].bytes()) != 0) return false;
  }
  return left.size() == right.size();
}

}  // namespace dp::test
