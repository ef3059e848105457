#include <antlr4-runtime.h>

#include "frontend/antlr_parser.h"
#include "grammar/DpLexer.h"

namespace dp {
namespace {

/// Byte offset of every code point, and of the end; empty for a text of ASCII alone, where they are the same.
std::vector<std::uint32_t> code_point_offsets(std::string_view text) {
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (std::ranges::all_of(text, is_ascii)) return {};
  std::vector<std::uint32_t> offsets;
  for (std::uint32_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) offsets.push_back(i);
  }
  offsets.push_back(static_cast<std::uint32_t>(text.size()));
  return offsets;
}

}  // namespace

std::optional<std::vector<Token>> lex(std::string_view text, std::size_t limit) {
  const std::string_view byte_order_mark = "\xef\xbb\xbf";
  const std::uint32_t skipped = text.starts_with(byte_order_mark) ? 3 : 0;
  text.remove_prefix(skipped);
  const std::vector<std::uint32_t> offsets = code_point_offsets(text);
  const auto byte = [&](std::size_t position) {
    return skipped + (offsets.empty() ? static_cast<std::uint32_t>(position) : offsets[position]);
  };
  antlr4::ANTLRInputStream stream{std::string(text)};
  dp_grammar::DpLexer lexer(&stream);
  lexer.removeErrorListeners();
  std::vector<Token> result;
  for (auto token = lexer.nextToken(); token->getType() != antlr4::Token::EOF; token = lexer.nextToken()) {
    if (result.size() == limit) return std::nullopt;
    result.push_back({.kind = static_cast<TokenKind>(token->getType()),
                      .begin = byte(token->getStartIndex()),
                      .end = byte(token->getStopIndex() + 1)});
  }
  return result;
}

}  // namespace dp
