#pragma once
// What a run tells while it runs: a bar on a terminal, plain lines elsewhere, JSON objects for programs, or
// nothing. A step costs one look at the clock at most.

#include <chrono>
#include <functional>
#include <string>

#include "runtime/train/metrics.h"

namespace dp {

enum class ReportStyle { quiet, lines, bar, json };

/// What stays the same during a run.
struct RunFacts {
  std::string name;
  std::int64_t total_steps = 0;
  std::int64_t steps_per_epoch = 1;
  std::int64_t examples_per_step = 1;
  std::int64_t first_step = 0;  // done before, by the run that is resumed
  bool has_epochs = true;
  std::vector<std::string> value_names;       // of what is evaluated: the objective, then the metrics
  std::string evaluated_part = "validation";  // what reports evaluate on
};

class Reporter {
 public:
  /// `write` receives whole lines, and pieces without a newline while a bar is drawn.
  Reporter(ReportStyle style, bool colour, std::function<void(std::string_view)> write);

  void begin(const RunFacts& facts);
  void step(std::int64_t step, double loss);
  void row(const MetricsRow& row);
  /// Objective and metrics on the test part.
  void test(std::span<const double> values);
  /// `resumed from …`, `saved …`.
  void message(std::string_view text);

  /// Since `begin`.
  double seconds() const;

 private:
  using Clock = std::chrono::steady_clock;

  void draw_bar(std::int64_t step, double loss);
  void clear_bar();
  void line(std::string_view text);
  double examples_per_second(std::int64_t step) const;
  std::string described(std::string_view part, std::span<const double> values) const;

  ReportStyle style_;
  bool colour_;
  std::function<void(std::string_view)> write_;
  RunFacts facts_;
  Clock::time_point started_ = Clock::now();
  Clock::time_point drawn_{};
  std::string validation_;  // of the last report, shown behind the bar
  bool bar_shown_ = false;
};

/// `0:07`, `12:34`, `3:04:05`.
std::string clock_text(double seconds);

}  // namespace dp
