#pragma once
// A token as the passes between lexer and parser see it: a kind from the grammar and a place, no text of its
// own and nothing of ANTLR's. Private to the parser.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/token_kinds.h"
#include "support/source.h"

namespace dp {

/// What the items between a `{` and its `}` are.
enum class BlockKind : std::uint8_t {
  unknown,
  module,
  statements,
  layer,
  fields,
  data,
  train,
  every,
  optimizer
};

struct Token {
  TokenKind kind;
  BlockKind block = BlockKind::unknown;  // of `{`, once layout has seen it
  bool reported = false;                 // part of a mistake that the user has been told of
  std::uint32_t begin = 0, end = 0;      // bytes
};

/// A text and its tokens' place in it.
struct TokenSource {
  FileId file;
  std::string_view text;

  std::string_view operator()(const Token& token) const {
    return text.substr(token.begin, token.end - token.begin);
  }
  Span span(const Token& token) const { return {file, token.begin, token.end}; }
};

/// The words of the language, as messages write them: "`)`", "a name", "the end of the line".
std::string describe(TokenKind kind);
/// The same of one token: names and literals with their text.
std::string describe(const Token& token, const TokenSource& source);

bool is_opening(TokenKind kind);
bool is_closing(TokenKind kind);
/// The bracket that closes `opening`.
TokenKind closing_of(TokenKind opening);
/// A reserved word: written like a name, but cannot be one.
bool is_reserved(TokenKind kind);
/// `fn`, `layer`, …: the first word of a declaration, reserved everywhere.
bool starts_declaration(TokenKind kind);
/// True of the last token of an operand: what follows is an operator, a suffix or the end.
bool ends_operand(TokenKind kind);

}  // namespace dp
