#include "dpc/units.h"

#include <fmt/format.h>

#include <span>
#include <string_view>

namespace dp {
namespace {

std::string scaled(double value, std::span<const std::string_view> units, double step) {
  std::size_t unit = 0;
  for (; value >= step && unit + 1 < units.size(); ++unit) value /= step;
  return fmt::format("{:.4g} {}", value, units[unit]);
}

}  // namespace

std::string time_text(double seconds) {
  static constexpr std::string_view units[] = {"ns", "us", "ms"};
  return seconds >= 1 ? fmt::format("{:.4g} s", seconds) : scaled(seconds * 1e9, units, 1000);
}

std::string memory_text(double bytes) {
  static constexpr std::string_view units[] = {"bytes", "KiB", "MiB", "GiB"};
  return scaled(bytes, units, 1024);
}

std::string count_text(double count) {
  static constexpr std::string_view units[] = {"operations", "thousand operations", "million operations",
                                               "billion operations"};
  return scaled(count, units, 1000);
}

}  // namespace dp
