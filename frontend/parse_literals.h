#pragma once
// From the spelling of a literal to its value. Private to the parser.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace dp {

/// `1_000`, `0xff`: nothing where it does not fit 64 bits.
std::optional<std::uint64_t> integer_value(std::string_view spelling);
/// `1.5`, `1e-3`: nothing where it is too large for f64; too small is zero.
std::optional<double> real_value(std::string_view spelling);

/// `text` in double quotes, with escapes where they are needed.
std::string quoted_literal(std::string_view text);

/// An escape that means nothing: its bytes within the spelling.
struct BadEscape {
  std::size_t begin, end;
};
/// The text between the quotes of `spelling`, escapes resolved. The closing quote may be missing.
std::variant<std::string, BadEscape> string_value(std::string_view spelling);

}  // namespace dp
