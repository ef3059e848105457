#pragma once
// Code points and the columns they take on a terminal. Used where text must line up (messages, tables) and
// where text from outside must be proven to be UTF-8 before it is passed on.

#include <cstddef>
#include <string>
#include <string_view>

namespace dp {

/// What stands at a byte of a text. An invalid sequence is one byte long and has the value U+FFFD.
struct CodePoint {
  char32_t value = 0;
  std::size_t bytes = 1;
  bool valid = true;
};

/// The code point that starts at `offset`, which must lie inside the text. Overlong forms, surrogates and
/// values above U+10FFFF are invalid (RFC 3629).
CodePoint decode_utf8(std::string_view text, std::size_t offset);

std::string encode_utf8(char32_t value);

/// The offset of the first byte that is not valid UTF-8, or `text.size()`.
std::size_t valid_utf8_prefix(std::string_view text);

/// Columns that a code point takes: 0 for combining marks, 2 for wide characters, else 1.
int display_width(char32_t value);
std::size_t display_width(std::string_view text);

/// True for what must never reach a terminal as it is: control characters and changes of text direction.
bool is_unprintable(char32_t value);

}  // namespace dp
