#include "ir/loops_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

namespace dp::loops {
namespace {

constexpr std::uint64_t plain_nan = 0x7ff8000000000000;

std::string real_text(double value, Dtype dtype) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  if (std::isnan(value)) return bits == plain_nan ? "nan" : fmt::format("nan(0x{:x})", bits);
  std::string text =
      dtype == Dtype::f32 ? fmt::format("{}", static_cast<float>(value)) : fmt::format("{}", value);
  if (text.find_first_of(".eni") == std::string::npos) text += ".0";
  return text;
}

}  // namespace

bool is_reserved(std::string_view word) {
  constexpr std::string_view words[] = {"parallel", "for",    "vector", "unroll", "matmul", "let",
                                        "store",    "reduce", "if",     "check",  "print",  "true",
                                        "false",    "inf",    "nan",    "call"};
  return std::ranges::find(words, word) != std::end(words) || op_from_name(word) || dtype_from_name(word);
}

std::string element_text(const Literal& literal, std::size_t position, Dtype dtype) {
  if (const auto* reals = std::get_if<std::vector<double>>(&literal.elements)) {
    return real_text((*reals)[position], dtype);
  }
  const std::int64_t value = std::get<std::vector<std::int64_t>>(literal.elements)[position];
  if (dtype == Dtype::boolean) return value != 0 ? "true" : "false";
  return fmt::format("{}", value);
}

std::string typed_element_text(const Literal& literal, Dtype dtype) {
  const bool is_plain = dtype == Dtype::f32 || dtype == Dtype::i64 || dtype == Dtype::boolean;
  const std::string text = element_text(literal, 0, dtype);
  return is_plain ? text : fmt::format("{}:{}", text, name(dtype));
}

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      result += {'\\', c};
    } else if (c == '\n' || c == '\t') {
      result += c == '\n' ? "\\n" : "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      result += fmt::format("\\x{:02x}", byte);
    } else {
      result += c;
    }
  }
  return result + '"';
}

}  // namespace dp::loops
