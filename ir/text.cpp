#include "ir/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>

namespace dp {
namespace {

constexpr std::uint64_t usual_nan = 0x7ff8000000000000u;
constexpr std::uint64_t sign_bit = std::uint64_t{1} << 63;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0;
}

std::string nan_text(double value) {
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(value);
  if (bits == usual_nan) return "nan";
  return bits == (usual_nan | sign_bit) ? "-nan" : fmt::format("nan:{:016x}", bits);
}

std::optional<double> parse_nan(std::string_view text) {
  if (text == "nan") return std::bit_cast<double>(usual_nan);
  if (text == "-nan") return std::bit_cast<double>(usual_nan | sign_bit);
  if (!text.starts_with("nan:")) return std::nullopt;
  std::uint64_t bits = 0;
  const auto [end, error] = std::from_chars(text.data() + 4, text.data() + text.size(), bits, 16);
  const double value = std::bit_cast<double>(bits);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isnan(value)) return std::nullopt;
  return value;
}

template <class T>
std::optional<double> parse_finite(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return static_cast<double>(value);
}

std::string integer_text(std::int64_t value, Dtype dtype) {
  if (dtype == Dtype::boolean) return value != 0 ? "true" : "false";
  return std::to_string(value);
}

}  // namespace

bool is_name_character(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '[' || c == ']' || c == '\'' || c == '$';
}

bool is_plain_name(std::string_view name) {
  return !name.empty() && is_letter(name.front()) && std::all_of(name.begin(), name.end(), is_name_character);
}

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      result += {'\\', c};
    } else if (c == '\n') {
      result += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      result += c;
    }
  }
  return result + "\"";
}

std::string name_or_quoted(std::string_view name) {
  return is_plain_name(name) ? std::string(name) : quoted(name);
}

std::string real_text(double value, Dtype dtype) {
  if (std::isnan(value)) return nan_text(value);
  std::string text =
      dtype == Dtype::f32 ? fmt::format("{}", static_cast<float>(value)) : fmt::format("{}", value);
  const bool tells = text.find_first_of(".ein") != std::string::npos;
  return tells ? text : text + ".0";
}

std::optional<double> parse_real(std::string_view text, Dtype dtype) {
  if (text.find("nan") != std::string_view::npos) return parse_nan(text);
  return dtype == Dtype::f32 ? parse_finite<float>(text) : parse_finite<double>(text);
}

std::string literal_text(const Literal& literal, Dtype dtype) {
  const auto listed = [](const auto& elements, const auto& element_text) {
    if (elements.size() == 1) return element_text(elements[0]);
    std::string text = "[";
    for (const auto element : elements) text += (text.size() > 1 ? ", " : "") + element_text(element);
    return text + "]";
  };
  if (const auto* reals = std::get_if<std::vector<double>>(&literal.elements)) {
    return listed(*reals, [&](double element) { return real_text(element, dtype); });
  }
  return listed(std::get<std::vector<std::int64_t>>(literal.elements),
                [&](std::int64_t element) { return integer_text(element, dtype); });
}

std::optional<AttributeValue> default_attribute(std::string_view name, const Type& result) {
  if (name == "shape") return result.shape;
  if (name == "dtype") return result.dtype;
  if (name == "conditional" || name == "stacked") return std::int64_t{0};
  if (name == "stride") return std::vector<std::int64_t>(result.rank(), 1);
  const bool axes =
      name == "axes" || name == "permutation" || name.starts_with("batch_") || name.starts_with("sum_");
  if (axes) return std::vector<std::int64_t>();
  return std::nullopt;
}

}  // namespace dp
