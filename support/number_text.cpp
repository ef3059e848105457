#include "support/number_text.h"

#include <charconv>
#include <cmath>

namespace dp {
namespace {

/// `d.ddde±xx`, the shortest of that form.
template <class T>
std::string scientific(T value) {
  char buffer[64];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr};
}

/// The digits with the point behind the first `exponent + 1` of them.
std::string positional(std::string digits, int exponent) {
  if (exponent < 0) return "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  const auto whole = static_cast<std::size_t>(exponent) + 1;
  if (digits.size() <= whole) return digits + std::string(whole - digits.size(), '0') + ".0";
  return digits.insert(whole, ".");
}

}  // namespace

std::string number_text(double value, Dtype dtype) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  const double magnitude = std::fabs(value);
  const std::string sign = std::signbit(value) ? "-" : "";
  const std::string text =
      dtype == Dtype::f32 ? scientific(static_cast<float>(magnitude)) : scientific(magnitude);
  const std::size_t mark = text.find('e');
  const int exponent = std::stoi(text.substr(mark + 1));
  constexpr int least = -4, most = 15;
  if (exponent < least || exponent > most) return sign + text;
  std::string digits = text.substr(0, mark);
  if (digits.size() > 1) digits.erase(1, 1);
  return sign + positional(std::move(digits), exponent);
}

}  // namespace dp
