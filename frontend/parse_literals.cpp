#include "frontend/parse_literals.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "support/unicode.h"

namespace dp {
namespace {

std::string without_underscores(std::string_view spelling) {
  std::string result(spelling);
  std::erase(result, '_');
  return result;
}

/// `u{1F600}` at `at`, the position of the `u`; gives the position behind it, or nothing.
std::optional<std::size_t> append_code_point(std::string& text, std::string_view spelling, std::size_t at) {
  const std::size_t close = spelling.find('}', at);
  if (close == std::string_view::npos || spelling.substr(at, 2) != "u{") return std::nullopt;
  const std::string_view digits = spelling.substr(at + 2, close - at - 2);
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  const bool surrogate = value >= 0xd800 && value < 0xe000;
  if (error != std::errc() || end != digits.data() + digits.size() || value > 0x10ffff || surrogate)
    return std::nullopt;
  text += encode_utf8(value);
  return close + 1;
}

}  // namespace

std::optional<std::uint64_t> integer_value(std::string_view spelling) {
  const std::string digits = without_underscores(spelling);
  const bool hexadecimal = digits.starts_with("0x") || digits.starts_with("0X");
  const char* begin = digits.data() + (hexadecimal ? 2 : 0);
  std::uint64_t value = 0;
  const auto result = std::from_chars(begin, digits.data() + digits.size(), value, hexadecimal ? 16 : 10);
  if (result.ec == std::errc::result_out_of_range) return std::nullopt;
  return value;
}

std::optional<double> real_value(std::string_view spelling) {
  const std::string digits = without_underscores(spelling);
  double value = 0;
  const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (result.ec != std::errc::result_out_of_range) return value;
  // Too small or too large: only a negative exponent or leading zeros make a literal small.
  const bool small = digits.find("e-") != std::string::npos || digits.find("E-") != std::string::npos ||
                     digits.starts_with("0.");
  return small ? std::optional(0.0) : std::nullopt;
}

std::string quoted_literal(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '\n')
      result += "\\n";
    else if (c == '\t')
      result += "\\t";
    else if (c == '"' || c == '\\')
      result += {'\\', c};
    else
      result += c;
  }
  return result + '"';
}

std::variant<std::string, BadEscape> string_value(std::string_view spelling) {
  std::string result;
  const char quote = spelling.front();
  const bool closed = spelling.size() > 1 && spelling.back() == quote;
  const std::size_t end = spelling.size() - (closed ? 1 : 0);
  for (std::size_t i = 1; i < end;) {
    if (spelling[i] != '\\') {
      result.push_back(spelling[i++]);
      continue;
    }
    const std::string_view from = "nt\"\\'", to = "\n\t\"\\'";
    const std::size_t simple = i + 1 < end ? from.find(spelling[i + 1]) : std::string_view::npos;
    if (simple != std::string_view::npos) {
      result.push_back(to[simple]);
      i += 2;
      continue;
    }
    const auto behind = append_code_point(result, spelling.substr(0, end), i + 1);
    if (!behind) return BadEscape{i, std::min(i + 2, end)};
    i = *behind;
  }
  return result;
}

}  // namespace dp
