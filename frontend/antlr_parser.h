#pragma once
// The door to ANTLR, without ANTLR's headers: a lexer from text to tokens, and a parser from the tokens of
// one unit (a declaration, a statement, an item of a block) to its syntax tree. Private to the parser; only
// frontend/antlr_*.cpp stand behind it.

#include <optional>
#include <variant>

#include "frontend/parse.h"
#include "frontend/parse_token.h"

namespace dp {

/// The tokens of a valid UTF-8 text, newlines and comments among them; nothing where there are more than
/// `limit`.
std::optional<std::vector<Token>> lex(std::string_view text, std::size_t limit);

/// What a unit is parsed as.
enum class Unit {
  declaration,
  statement,
  layer_item,
  data_item,
  train_item,
  every_action,
  optimizer_item,
  value
};

/// What the parser was in the middle of, as far as messages care.
enum class Inside { other, expression, type };

/// Why a unit is not what it should be.
struct SyntaxFailure {
  std::size_t at = 0;               // index of the token that cannot stand there; one past the end at the end
  std::vector<TokenKind> expected;  // what could
  Inside inside = Inside::other;
  bool too_deep = false;  // ended by the limit of nesting
};

/// Declarations and values have a tree; other units are parsed for their errors alone.
using UnitTree = std::variant<std::monostate, ast::Decl, ast::ExprPtr>;

struct ParseContext {
  TokenSource source;
  Diagnostics& diagnostics;
  const ParseLimits& limits;

  bool has_enough_errors() const { return diagnostics.all().size() >= limits.errors; }
};

/// Errors that only the finished tree shows (`a < b < c`) are reported on the way; then there is still a
/// tree.
std::variant<UnitTree, SyntaxFailure> parse_unit(Unit unit, std::span<const Token> tokens,
                                                 ParseContext& context);

}  // namespace dp
