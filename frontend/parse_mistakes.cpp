#include "frontend/parse_mistakes.h"

#include <fmt/format.h>

#include "frontend/parse_operators.h"

namespace dp {
namespace {

using enum TokenKind;

/// What may follow any operand: never worth mentioning.
bool continues_operand(TokenKind kind) {
  return row_of(kind) || kind == dot_ || kind == lbracket_ || kind == lparen_ || kind == pipe_ || kind == as_;
}

std::vector<std::string> worth_mentioning(const Mistake& mistake) {
  std::vector<std::string> result;
  if (mistake.expects(comma_)) result.push_back(describe(comma_));
  const bool after_operand = mistake.expects(plus_);
  for (const TokenKind kind : mistake.failure.expected) {
    if (kind == eof_ || kind == end_ || kind == comma_ || (after_operand && continues_operand(kind)))
      continue;
    result.push_back(describe(kind));
  }
  const bool only_closing = result.size() == 1 && (mistake.expects(rparen_) || mistake.expects(rbracket_));
  if (only_closing && ends_operand(mistake.before(mistake.at))) result.insert(result.begin(), "`,`");
  return result;
}

std::string expected_text(const Mistake& mistake) {
  if (mistake.expects_expression()) return "an expression";
  if (mistake.failure.inside == Inside::type && mistake.expects(name_)) return "a type";
  if (mistake.unit == Unit::declaration && mistake.at == 0) return "a declaration";
  if (mistake.unit == Unit::every_action && mistake.at == 0) return "`save`, `print` or `metric`";
  const TokenKind before = mistake.before(mistake.at);
  if (mistake.kind(mistake.at) == comma_ && (before == comma_ || before == lparen_)) return "an expression";
  const std::vector<std::string> words = worth_mentioning(mistake);
  if (words.empty() || words.size() > 5) return "the end of the statement";
  std::string result = words.front();
  for (std::size_t i = 1; i < words.size(); ++i) result += (i + 1 == words.size() ? " or " : ", ") + words[i];
  return result;
}

/// What to write instead, where that is clear from the place; else "".
std::string advice(const Mistake& mistake) {
  const TokenKind found = mistake.kind(mistake.at);
  if (found == lbrace_ && mistake.expects_expression() && mistake.before(mistake.at) == assign_)
    return "a body is `= expression` or `{ … }`, without `=`";
  if (row_of(found) && mistake.enclosing({wrt_}))
    return "`(grad … wrt …)` in parentheses: as an operand it needs them";
  if (found == comma_ && mistake.unit == Unit::layer_item)
    return "fields stand on lines of their own, or `;` separates them";
  if (mistake.before(mistake.at) == else_) return "`else { … }`";
  if (found == comma_ && mistake.kind(0) == const_) return "a `const` of its own on the next line";
  if (found == colon_ && mistake.enclosing({lbracket_})) return "a part is `a..b`";
  if (found == dots_ && mistake.failure.inside == Inside::type) return "`..` stands first: `real[.., n]`";
  return "";
}

}  // namespace

std::string_view Mistake::text(std::size_t position) const {
  return position < tokens_.size() ? source(tokens_[position]) : std::string_view();
}

std::string Mistake::shown(std::size_t position) const {
  return position < tokens_.size() ? describe(tokens_[position], source) : describe(eof_);
}

Span Mistake::span(std::size_t position) const {
  if (position < tokens_.size()) return source.span(tokens_[position]);
  const std::uint32_t end = tokens_.empty() ? 0 : tokens_.back().end;
  return {source.file, end, end};
}

bool Mistake::expects(TokenKind kind) const {
  return std::ranges::find(failure.expected, kind) != failure.expected.end();
}

bool Mistake::starts_line(std::size_t position) const {
  if (position == 0 || position >= tokens_.size()) return true;
  const std::uint32_t begin = tokens_[position - 1].end;
  return source.text.substr(begin, tokens_[position].begin - begin).find('\n') != std::string_view::npos;
}

std::optional<std::size_t> Mistake::opening() const {
  std::size_t depth = 0;
  for (std::size_t i = at; i-- > 0;) {
    if (is_closing(tokens_[i].kind)) ++depth;
    if (is_opening(tokens_[i].kind) && depth-- == 0) return i;
  }
  return std::nullopt;
}

std::optional<std::size_t> Mistake::enclosing(std::initializer_list<TokenKind> kinds) const {
  std::size_t depth = 0;
  for (std::size_t i = at; i-- > 0;) {
    if (is_closing(tokens_[i].kind)) ++depth;
    if (depth == 0 && std::ranges::find(kinds, tokens_[i].kind) != kinds.end()) return i;
    if (is_opening(tokens_[i].kind) && depth-- == 0) return std::nullopt;
  }
  return std::nullopt;
}

Diagnostic describe_failure(Unit unit, std::span<const Token> tokens, const SyntaxFailure& failure,
                            const ParseContext& context) {
  const Mistake mistake(unit, tokens, failure, context);
  if (failure.too_deep)
    return diagnose(diag::ExpressionTooDeep, mistake.span(mistake.at), context.limits.tree_depth);
  for (const auto recognisers : {statement_recognisers(), expression_recognisers(), last_recognisers()}) {
    for (const Recogniser recognise : recognisers) {
      if (auto known = recognise(mistake)) return std::move(*known);
    }
  }
  auto unexpected =
      diagnose(diag::Unexpected, mistake.span(mistake.at), expected_text(mistake), mistake.shown(mistake.at));
  if (std::string fix = advice(mistake); !fix.empty()) unexpected.fixes.push_back(std::move(fix));
  return unexpected;
}

}  // namespace dp
