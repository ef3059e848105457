#pragma once
// The words that the printer and the parser of graphs share: names, quoted texts, numbers, and which
// attributes go without saying.

#include <optional>
#include <string>
#include <string_view>

#include "ir/graph.h"

namespace dp {

/// The most nodes that a graph may have, read or built.
inline constexpr std::size_t node_limit = 1'000'000;

/// May stand in a dump without quotes: `x`, `net.blocks[3].w`.
bool is_plain_name(std::string_view name);
bool is_name_character(char c);

std::string quoted(std::string_view text);
std::string name_or_quoted(std::string_view name);

/// The shortest text that reads back to the same bits, told from an integer by a point or an exponent: `0.1`,
/// `1.0`,
/// `-0.0`, `inf`, `nan`; a NaN of unusual bits is `nan:7ff0000000000001`.
std::string real_text(double value, Dtype dtype);
std::optional<double> parse_real(std::string_view text, Dtype dtype);

/// One element, or `[1.0, 2.0]` in row-major order.
std::string literal_text(const Literal& literal, Dtype dtype);

/// The value of an attribute that the type of the result, or custom, already gives: `shape` and `dtype` of
/// the result, a `stride` of ones, no axes, a loop without condition that stacks nothing. Printed only where
/// it differs.
std::optional<AttributeValue> default_attribute(std::string_view name, const Type& result);

}  // namespace dp
