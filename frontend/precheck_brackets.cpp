#include <fmt/format.h>

#include <algorithm>

#include "frontend/precheck.h"

namespace dp {
namespace {

using enum TokenKind;

struct Imbalance {
  std::size_t at = 0;             // the bracket without a counterpart
  std::optional<std::size_t> by;  // a bracket of another kind that closes over it
};

/// The first bracket of `tokens[begin, end)` that has no counterpart there.
std::optional<Imbalance> find_imbalance(std::span<const Token> tokens, std::size_t begin, std::size_t end) {
  std::vector<std::size_t> open;
  for (std::size_t i = begin; i < end; ++i) {
    if (is_opening(tokens[i].kind)) open.push_back(i);
    if (!is_closing(tokens[i].kind)) continue;
    if (open.empty()) return Imbalance{i, std::nullopt};
    if (closing_of(tokens[open.back()].kind) == tokens[i].kind) {
      open.pop_back();
      continue;
    }
    const auto matches = [&](std::size_t o) { return closing_of(tokens[o].kind) == tokens[i].kind; };
    const bool closes_outer = std::ranges::any_of(open, matches);
    return closes_outer || tokens[i].kind != rbrace_ ? Imbalance{open.back(), i} : Imbalance{i, std::nullopt};
  }
  if (open.empty()) return std::nullopt;
  return Imbalance{open.back(), std::nullopt};
}

std::optional<std::size_t> find_too_deep(std::span<const Token> tokens, std::size_t limit) {
  std::size_t depth = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (is_opening(tokens[i].kind) && ++depth > limit) return i;
    if (is_closing(tokens[i].kind) && depth > 0) --depth;
  }
  return std::nullopt;
}

/// A declaration's first word at the beginning of a line: taken for the start of one where brackets cannot
/// tell.
bool starts_at_margin(const Token& token, const TokenSource& source) {
  const bool at_margin = token.begin == 0 || source.text[token.begin - 1] == '\n';
  return at_margin && (starts_declaration(token.kind) || token.kind == at_);
}

/// Columns of white space in front of the first token of the line.
std::size_t indentation(const Token& token, const TokenSource& source) {
  const std::size_t newline =
      token.begin == 0 ? std::string_view::npos : source.text.rfind('\n', token.begin - 1);
  const std::size_t line = newline == std::string_view::npos ? 0 : newline + 1;
  return source.text.find_first_not_of(" \t", line) - line;
}

/// Where a `{` has no counterpart, the layout often shows it to be another one: a `}` first on its line that
/// stands further left than the line of the brace it closes belongs to a brace further out.
Imbalance by_indentation(Imbalance imbalance, std::span<const Token> tokens, std::size_t begin,
                         const TokenSource& source) {
  if (tokens[imbalance.at].kind != lbrace_ || imbalance.by) return imbalance;
  std::vector<std::size_t> open;
  for (std::size_t i = begin; i < tokens.size(); ++i) {
    if (is_opening(tokens[i].kind)) open.push_back(i);
    if (!is_closing(tokens[i].kind) || open.empty()) continue;
    const std::size_t opening = open.back();
    open.pop_back();
    const bool first = i > 0 && tokens[i - 1].kind == newline_;
    if (first && indentation(tokens[i], source) < indentation(tokens[opening], source)) return {opening, i};
  }
  return imbalance;
}

bool has_broken_text(std::span<const Token> tokens) {
  return std::ranges::any_of(tokens,
                             [](const Token& token) { return token.kind == string_ && token.reported; });
}

Diagnostic describe_imbalance(const Imbalance& imbalance, std::span<const Token> tokens,
                              const TokenSource& source) {
  const Token& bracket = tokens[imbalance.at];
  const std::string shown(source(bracket));
  if (is_closing(bracket.kind)) return diagnose(diag::UnexpectedClosing, source.span(bracket), shown);
  Diagnostic error = diagnose(diag::UnclosedBracket, source.span(bracket), shown).under("opened here");
  if (!imbalance.by) return error;
  const Token& other = tokens[*imbalance.by];
  return std::move(error).label(source.span(other),
                                fmt::format("expected {} before this", describe(closing_of(bracket.kind))));
}

}  // namespace

bool check_brackets(std::vector<Token>& tokens, ParseContext& context) {
  if (const auto deep = find_too_deep(tokens, context.limits.bracket_nesting)) {
    context.diagnostics.report(
        diagnose(diag::NestingTooDeep, context.source.span(tokens[*deep]), context.limits.bracket_nesting));
    return false;
  }
  if (!find_imbalance(tokens, 0, tokens.size())) return true;
  std::vector<Token> kept;
  for (std::size_t begin = 0, end = 0; begin < tokens.size(); begin = end) {
    end = begin + 1;
    while (end < tokens.size() && !starts_at_margin(tokens[end], context.source)) ++end;
    const auto imbalance = find_imbalance(tokens, begin, end);
    // A text without an end, reported already, may have swallowed the bracket.
    const bool known = has_broken_text(std::span(tokens).subspan(begin, end - begin));
    if (imbalance) {
      const auto declaration = std::span<const Token>(tokens).first(end);
      const Imbalance likely = by_indentation(*imbalance, declaration, begin, context.source);
      if (!known) context.diagnostics.report(describe_imbalance(likely, tokens, context.source));
    } else {
      kept.insert(kept.end(), tokens.begin() + static_cast<std::ptrdiff_t>(begin),
                  tokens.begin() + static_cast<std::ptrdiff_t>(end));
    }
  }
  tokens = std::move(kept);
  return true;
}

}  // namespace dp
