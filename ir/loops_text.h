#pragma once
// The words and numbers of the loop IR's text, shared by its printer and its parser so that they cannot
// disagree.

#include <string>
#include <string_view>

#include "ir/loops.h"

namespace dp::loops {

/// How an op stands between or before its operands: `x + y`. A higher level binds more tightly.
struct Infix {
  Op op;
  std::string_view sign;
  int level;
};
inline constexpr Infix infixes[] = {
    {Op::or_, "|", 1}, {Op::and_, "&", 2},       {Op::eq, "==", 3}, {Op::ne, "!=", 3},
    {Op::lt, "<", 3},  {Op::le, "<=", 3},        {Op::add, "+", 4}, {Op::sub, "-", 4},
    {Op::mul, "*", 5}, {Op::floor_div, "//", 5}, {Op::div, "/", 5}, {Op::mod, "%", 5},
};
inline constexpr int comparison_level = 3;  // does not chain
inline constexpr int highest_level = 5;

/// Words that cannot be names: those that begin a statement or stand in expressions.
bool is_reserved(std::string_view word);

/// One element of a literal: `3`, `1.5`, `true`; with `:f64` behind it where its type is not what the form
/// says (i64, f32, bool).
std::string element_text(const Literal& literal, std::size_t position, Dtype dtype);
std::string typed_element_text(const Literal& literal, Dtype dtype);

/// `"…"` with \n, \t, \", \\ and \xNN for other bytes that do not print.
std::string quoted(std::string_view text);

}  // namespace dp::loops
