#pragma once
// From the place where the parser stopped to what the user did. A list of recognisers, each for one typical
// mistake, is tried in order; where none knows the mistake, the message says what could stand there. Private
// to the parser.

#include "frontend/antlr_parser.h"

namespace dp {

/// The one diagnostic of a unit that does not parse.
Diagnostic describe_failure(Unit unit, std::span<const Token> tokens, const SyntaxFailure& failure,
                            const ParseContext& context);

/// The unit and the place, as the recognisers look at them.
class Mistake {
 public:
  Mistake(Unit unit, std::span<const Token> tokens, const SyntaxFailure& failure, const ParseContext& context)
      : unit(unit),
        at(std::min(failure.at, tokens.size())),
        failure(failure),
        source(context.source),
        tokens_(tokens) {}

  const Unit unit;
  const std::size_t at;  // the token that cannot stand where it stands
  const SyntaxFailure& failure;
  const TokenSource& source;

  /// The kind of a token; eof outside the unit.
  TokenKind kind(std::size_t position) const {
    return position < tokens_.size() ? tokens_[position].kind : TokenKind::eof_;
  }
  TokenKind before(std::size_t position) const {
    return position == 0 ? TokenKind::eof_ : kind(position - 1);
  }
  std::string_view text(std::size_t position) const;
  std::string shown(std::size_t position) const;
  /// The place of a token; behind the last token, of the end.
  Span span(std::size_t position) const;
  bool expects(TokenKind kind) const;
  /// True where an expression could begin at `at`.
  bool expects_expression() const { return expects(TokenKind::integer_) && expects(TokenKind::lparen_); }
  /// The nearest token before `at` of one of these kinds, in the same brackets.
  std::optional<std::size_t> enclosing(std::initializer_list<TokenKind> kinds) const;
  /// The bracket around `at`.
  std::optional<std::size_t> opening() const;
  /// True where a line ends between a token and the one before it.
  bool starts_line(std::size_t position) const;
  bool in_statement() const { return unit == Unit::statement || unit == Unit::train_item; }

 private:
  std::span<const Token> tokens_;
};

/// The recognisers, in the order in which they are tried.
using Recogniser = std::optional<Diagnostic> (*)(const Mistake&);
std::span<const Recogniser> statement_recognisers();   // by how a statement or declaration begins
std::span<const Recogniser> expression_recognisers();  // by what stands around the place
std::span<const Recogniser> last_recognisers();        // where nothing else is known

}  // namespace dp
