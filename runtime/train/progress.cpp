#include "runtime/train/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace dp {
namespace {

constexpr auto between_bars = std::chrono::milliseconds(100);
constexpr int bar_columns = 24;

/// JSON has no words for these; results use the same three texts.
nlohmann::ordered_json json_number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return value;
}

std::string json_line(const nlohmann::ordered_json& object) { return object.dump() + "\n"; }

nlohmann::ordered_json json_values(const std::vector<std::string>& names, std::span<const double> values) {
  nlohmann::ordered_json object = nlohmann::ordered_json::object();
  for (std::size_t i = 0; i < values.size() && i < names.size(); ++i)
    object[names[i]] = json_number(values[i]);
  return object;
}

std::string bar_text(double share) {
  const int full = static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * bar_columns));
  std::string text;
  for (int i = 0; i < bar_columns; ++i) text += i < full ? "━" : "╌";
  return text;
}

/// `9.8`, `1.2 k`, `3.4 M`.
std::string rate_text(double rate) {
  if (rate >= 1e6) return fmt::format("{:.1f} M", rate / 1e6);
  if (rate >= 1e3) return fmt::format("{:.1f} k", rate / 1e3);
  return fmt::format("{:.1f} ", rate);
}

}  // namespace

std::string clock_text(double seconds) {
  if (!std::isfinite(seconds)) return "-:--";
  const auto whole = static_cast<std::int64_t>(std::max(seconds, 0.0) + 0.5);
  const std::int64_t hours = whole / 3600, minutes = whole / 60 % 60, rest = whole % 60;
  return hours > 0 ? fmt::format("{}:{:02}:{:02}", hours, minutes, rest)
                   : fmt::format("{}:{:02}", minutes, rest);
}

Reporter::Reporter(ReportStyle style, bool colour, std::function<void(std::string_view)> write)
    : style_(style), colour_(colour), write_(std::move(write)) {}

void Reporter::begin(const RunFacts& facts) {
  facts_ = facts;
  started_ = Clock::now();
}

double Reporter::seconds() const { return std::chrono::duration<double>(Clock::now() - started_).count(); }

double Reporter::examples_per_second(std::int64_t step) const {
  return static_cast<double>((step - facts_.first_step) * facts_.examples_per_step) /
         std::max(seconds(), 1e-9);
}

std::string Reporter::described(std::string_view part, std::span<const double> values) const {
  std::string text = values.empty() ? "" : fmt::format("  {}", part);
  for (std::size_t i = 0; i < values.size() && i < facts_.value_names.size(); ++i) {
    text += fmt::format("{} {} {:.6g}", i == 0 ? "" : " ", facts_.value_names[i], values[i]);
  }
  return text;
}

void Reporter::step(std::int64_t step, double loss) {
  if (style_ != ReportStyle::bar) return;
  const auto now = Clock::now();
  if (now - drawn_ < between_bars) return;
  drawn_ = now;
  draw_bar(step, loss);
}

void Reporter::draw_bar(std::int64_t step, double loss) {
  const double share =
      static_cast<double>(step) / static_cast<double>(std::max<std::int64_t>(facts_.total_steps, 1));
  const double done = static_cast<double>(std::max<std::int64_t>(step - facts_.first_step, 1));
  const double left = seconds() / done * static_cast<double>(facts_.total_steps - step);
  const std::string bar = colour_ ? "\x1b[36m" + bar_text(share) + "\x1b[0m" : bar_text(share);
  std::string text = fmt::format("\r\x1b[2K{} {}/{}", bar, step, facts_.total_steps);
  if (facts_.has_epochs) text += fmt::format("  epoch {}", (step - 1) / facts_.steps_per_epoch + 1);
  text += fmt::format("  loss {:.4g}{}", loss, validation_);
  text += fmt::format("  {}examples/s  {} left", rate_text(examples_per_second(step)), clock_text(left));
  write_(text);
  bar_shown_ = true;
}

void Reporter::clear_bar() {
  if (bar_shown_) write_("\r\x1b[2K");
  bar_shown_ = false;
}

void Reporter::line(std::string_view text) {
  clear_bar();
  write_(fmt::format("{}\n", text));
}

void Reporter::row(const MetricsRow& row) {
  if (style_ == ReportStyle::quiet) return;
  validation_ = described(facts_.evaluated_part, row.validation);
  if (style_ == ReportStyle::json) {
    nlohmann::ordered_json object = {
        {"step", row.step}, {"epoch", row.epoch}, {"loss", json_number(row.loss)}};
    object["metrics"] = json_values(facts_.value_names, row.validation);
    object["seconds"] = seconds();
    write_(json_line(object));
    return;
  }
  const std::int64_t epochs = facts_.total_steps / facts_.steps_per_epoch;
  std::string text = facts_.has_epochs ? fmt::format("epoch {}/{}  ", row.epoch, epochs) : "";
  text += fmt::format("step {}/{}  loss {:.6g}{}", row.step, facts_.total_steps, row.loss, validation_);
  text += fmt::format("  {}examples/s  {}", rate_text(examples_per_second(row.step)), clock_text(seconds()));
  line(text);
}

void Reporter::test(std::span<const double> values) {
  if (style_ == ReportStyle::quiet || values.empty()) return;
  if (style_ == ReportStyle::json) {
    write_(json_line({{"test", json_values(facts_.value_names, values)}, {"seconds", seconds()}}));
    return;
  }
  line(described("test", values).substr(2));
}

void Reporter::message(std::string_view text) {
  if (style_ == ReportStyle::quiet) return;
  if (style_ == ReportStyle::json)
    write_(json_line({{"message", text}}));
  else
    line(text);
}

}  // namespace dp
