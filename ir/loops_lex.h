#pragma once
// The loop IR's text as words: names, numbers, strings and signs, each with its line. Inside `ir/` only.

#include <string>
#include <string_view>
#include <vector>

namespace dp::loops {

struct Token {
  enum class Kind { name, number, string, sign, end } kind = Kind::end;
  std::string text;  // of a string: what it stands for
  std::size_t line = 1;
};

/// Always ends in an `end` token; a character that begins nothing is a sign of its own.
std::vector<Token> lex(std::string_view text);

}  // namespace dp::loops
