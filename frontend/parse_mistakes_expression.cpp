#include <fmt/format.h>

#include <array>

#include "frontend/parse_mistakes.h"
#include "frontend/parse_operators.h"

namespace dp {
namespace {

using enum TokenKind;
using Known = std::optional<Diagnostic>;

bool is_derivative(TokenKind kind) {
  return kind == grad_ || kind == vjp_ || kind == jvp_ || kind == jacobian_ || kind == hessian_;
}

/// True where `at` stands right behind an operator, so that an operand is wanted.
bool wants_operand(const Mistake& mistake) {
  const TokenKind before = mistake.before(mistake.at);
  return row_of(before) || before == not_;
}

Known ternary(const Mistake& mistake) {
  if (mistake.kind(mistake.at) != if_ || !ends_operand(mistake.before(mistake.at))) return std::nullopt;
  if (mistake.before(mistake.at) == rbrace_) return std::nullopt;
  return diagnose(diag::TernaryIf, mistake.span(mistake.at)).fix("`if c { a } else { b }`");
}

/// `1 + for i: …`, `1 + grad …`.
Known far_reaching_operand(const Mistake& mistake) {
  const TokenKind found = mistake.kind(mistake.at);
  if (!wants_operand(mistake) || (found != for_ && found != if_ && !is_derivative(found)))
    return std::nullopt;
  const std::string word(mistake.text(mistake.at));
  return diagnose(diag::NeedsParentheses, mistake.span(mistake.at), word).fix(fmt::format("`({} …)`", word));
}

/// `1 + sum i: …`: the parser took `sum` for an operand and stops at `i`.
Known reducer_operand(const Mistake& mistake) {
  if (mistake.kind(mistake.at) != name_ || mistake.before(mistake.at) != name_) return std::nullopt;
  std::size_t first = mistake.at - 1;
  while (first >= 2 && mistake.kind(first - 1) == dot_ && mistake.kind(first - 2) == name_) first -= 2;
  const TokenKind before = mistake.before(first);
  const TokenKind after = mistake.kind(mistake.at + 1);
  const bool binds = after == colon_ || after == comma_ || after == in_ || after == if_;
  const bool operand = row_of(before) || before == not_;
  if (!operand || !binds) return std::nullopt;
  const std::string word(mistake.text(mistake.at - 1));
  return diagnose(diag::NeedsParentheses, mistake.span(mistake.at - 1), word)
      .fix(fmt::format("`({} {}: …)`", word, mistake.text(mistake.at)));
}

Known missing_wrt(const Mistake& mistake) {
  const auto word = mistake.enclosing({grad_, vjp_, jvp_, jacobian_, hessian_});
  const bool wanted = mistake.expects(wrt_) || (word && mistake.expects(eof_));
  if (!word || !wanted || mistake.enclosing({wrt_}) || mistake.expects_expression()) return std::nullopt;
  const std::string shown(mistake.text(*word));
  return diagnose(diag::GradWithoutWrt, mistake.span(*word), shown).fix(fmt::format("`{} … wrt x`", shown));
}

Known wrt_needs_name(const Mistake& mistake) {
  const auto wrt = mistake.enclosing({wrt_});
  const bool behind = mistake.before(mistake.at) == wrt_;
  const bool call = wrt && mistake.kind(mistake.at) == lparen_ && mistake.before(mistake.at) == name_ &&
                    !mistake.expects_expression() && !mistake.enclosing({with_, along_});
  const auto opening = mistake.opening();
  const bool in_tuple = opening && mistake.before(*opening) == wrt_;
  if (!behind && !call && !in_tuple) return std::nullopt;
  return diagnose(diag::WrtNeedsName, mistake.span(mistake.at));
}

Known missing_body(const Mistake& mistake) {
  const auto head = mistake.enclosing({for_, while_, if_, else_});
  if (!head) return std::nullopt;
  const TokenKind kind = mistake.kind(*head), found = mistake.kind(mistake.at);
  const std::string word(mistake.text(*head));
  const bool ends = found == eof_ || found == end_ || is_closing(found);
  if (kind != for_ && found == colon_)
    return diagnose(diag::MissingBraces, mistake.span(mistake.at), word)
        .fix(fmt::format("`{} … {{ … }}`", word));
  const bool wants_block = mistake.expects(lbrace_) || (kind == for_ && mistake.expects(colon_));
  if (ends && wants_block && !mistake.expects_expression()) {
    return diagnose(diag::MissingBody, mistake.span(*head), word)
        .fix(kind == for_ ? "`for i: e` or `for i { … }`" : fmt::format("`{} … {{ … }}`", word));
  }
  const bool one_line =
      wants_block && kind != for_ && !is_closing(found) && ends_operand(mistake.before(mistake.at));
  if (!one_line || found == assign_) return std::nullopt;
  return diagnose(diag::MissingBraces, mistake.span(mistake.at), word)
      .fix(fmt::format("`{} … {{ … }}`", word));
}

Known operator_after_pipe(const Mistake& mistake) {
  const TokenKind found = mistake.kind(mistake.at);
  if (!row_of(found) || !mistake.enclosing({pipe_, as_}) || !ends_operand(mistake.before(mistake.at)))
    return std::nullopt;
  return diagnose(diag::OperatorAfterPipe, mistake.span(mistake.at), std::string(mistake.text(mistake.at)));
}

Known decrement(const Mistake& mistake) {
  const std::size_t at = mistake.at;
  const bool twice =
      at >= 2 && mistake.kind(at) == eof_ && mistake.kind(at - 1) == minus_ && mistake.kind(at - 2) == minus_;
  if (!twice || mistake.span(at - 2).end != mistake.span(at - 1).begin) return std::nullopt;
  return diagnose(diag::Increment, join(mistake.span(at - 2), mistake.span(at - 1)), "--").fix("`x -= 1`");
}

Known lambda(const Mistake& mistake) {
  const TokenKind before = mistake.before(mistake.at);
  const bool is_argument = before == lparen_ || before == comma_ || before == assign_;
  if (mistake.kind(mistake.at) != fn_ || !is_argument) return std::nullopt;
  return diagnose(diag::Lambda, mistake.span(mistake.at));
}

Known reserved_name(const Mistake& mistake) {
  const TokenKind found = mistake.kind(mistake.at);
  const bool declares = starts_declaration(found) && found != fn_;
  const TokenKind before = mistake.before(mistake.at);
  const bool in_parentheses = before == lparen_ || before == comma_;
  const bool typed = in_parentheses && mistake.kind(mistake.at + 1) == colon_;
  const bool in_list = (declares && in_parentheses) || typed || before == fn_;
  if (!is_reserved(found) || (!mistake.expects(name_) && !in_list)) return std::nullopt;
  if (mistake.expects_expression() && !declares && found != with_ && found != along_) return std::nullopt;
  const std::string word(mistake.text(mistake.at));
  return diagnose(diag::ReservedWord, mistake.span(mistake.at), word).fix(fmt::format("`{}_`", word));
}

/// `max(x y)`, `z = a b`: two names side by side are the beginning of `sum i: …`, so the parser waits for a
/// colon.
Known nothing_between(const Mistake& mistake) {
  const std::size_t at = mistake.at;
  const bool names = at >= 2 && mistake.kind(at - 1) == name_ && mistake.kind(at - 2) == name_;
  if (!names || !mistake.expects(colon_) || mistake.failure.inside != Inside::expression) return std::nullopt;
  const auto opening = mistake.opening();
  const bool in_list = opening && mistake.kind(*opening) != lbrace_;
  return diagnose(diag::NothingBetween, mistake.span(at - 1), mistake.shown(at - 2), mistake.shown(at - 1))
      .fix(in_list ? "`,` or an operator between them" : "an operator between them, or a new line");
}

constexpr std::array recognisers = std::to_array<Recogniser>(
    {nothing_between, decrement, ternary, far_reaching_operand, reducer_operand, wrt_needs_name, missing_wrt,
     missing_body, operator_after_pipe, lambda, reserved_name});

}  // namespace

std::span<const Recogniser> expression_recognisers() { return recognisers; }

}  // namespace dp
