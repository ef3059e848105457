#include "frontend/precheck.h"

#include <fmt/format.h>

#include <array>

#include "support/unicode.h"

namespace dp {
namespace {

using enum TokenKind;

/// What another language writes, what it is here, and the token that it is read as.
struct Foreign {
  std::string_view seen, here;
  TokenKind kind;
};
constexpr std::array foreign = std::to_array<Foreign>({
    {"&&", "and", and_},
    {"&", "and", and_},
    {"||", "or", or_},
    {"|", "or", or_},
    {"!", "not", not_},
    {"**", "^", caret_},
    {":=", "=", assign_},
    {"=>", "=", assign_},
    {"<>", "!=", not_equal_},
    {"===", "==", equal_},
    {"!==", "!=", not_equal_},
    {"..=", "..", dots_},
    {"...", "..", dots_},
    {"<<", "shift_left(a, n)", star_},
    {">>>", "shift_right(a, n)", star_},
});

class TokenCheck {
 public:
  explicit TokenCheck(ParseContext& context) : context_(context) {}

  void run(std::vector<Token>& tokens) {
    std::vector<Token> kept;
    kept.reserve(tokens.size());
    for (Token& token : tokens) {
      if (context_.has_enough_errors()) break;
      skipping_line_ = skipping_line_ && token.kind != newline_;
      if (skipping_line_) continue;
      check(token);
      if (token.kind == unknown_ && !kept.empty()) kept.back().reported = true;
      if (token.kind != unknown_) kept.push_back(token);
    }
    tokens = std::move(kept);
  }

 private:
  std::string_view text(const Token& token) const { return context_.source(token); }
  Span span(const Token& token) const { return context_.source.span(token); }

  void report(Token& token, Diagnostic diagnostic) {
    token.reported = true;
    context_.diagnostics.report(std::move(diagnostic));
  }

  void check(Token& token) {
    switch (token.kind) {
      case unknown_: return unknown(token);
      case foreign_: return foreign_operator(token);
      case bad_number_: return bad_number(token);
      case open_string_:
        token.kind = string_;
        return report(token, diagnose(diag::UnterminatedText, span(token)));
      case single_quoted_:
        token.kind = string_;
        return report(token, diagnose(diag::SingleQuotes, span(token)).fix(in_double_quotes(text(token))));
      default: return check_length(token);
    }
  }

  static std::string in_double_quotes(std::string_view quoted) {
    const std::string_view inner = quoted.substr(1, quoted.size() - 2);
    return inner.size() > 60 ? std::string("\"…\"") : fmt::format("\"{}\"", inner);
  }

  void check_length(Token& token) {
    const std::size_t size = token.end - token.begin;
    const ParseLimits& limits = context_.limits;
    if (token.kind == name_ && size > limits.identifier_bytes) {
      report(token, diagnose(diag::NameTooLong, span(token), limits.identifier_bytes));
    } else if (token.kind == string_ && size > limits.string_bytes + 2) {
      report(token, diagnose(diag::TextTooLong, span(token), limits.string_bytes));
    } else if ((token.kind == integer_ || token.kind == real_) && size > limits.number_characters) {
      report(token, diagnose(diag::NumberTooLong, span(token), limits.number_characters));
    }
  }

  /// A run of characters that mean nothing is one mistake.
  void unknown(Token& token) {
    const bool continues = unknown_until_ == token.begin && token.begin != 0;
    unknown_until_ = token.end;
    if (continues) return;
    const CodePoint character = decode_utf8(context_.source.text, token.begin);
    const bool printable = !is_unprintable(character.value);
    const std::string shown = printable
                                  ? std::string(text(token))
                                  : fmt::format("U+{:04X}", static_cast<std::uint32_t>(character.value));
    Diagnostic error = diagnose(diag::UnknownCharacter, span(token), shown);
    if (shown == "'") error.notes.push_back("texts stand in double quotes; the transpose is `x.T`");
    if (shown == "²" || shown == "³") error.fixes.push_back("a power is written `x^2`");
    if (shown == "?") error.fixes.push_back("a choice is `if c { a } else { b }`");
    report(token, std::move(error));
  }

  void foreign_operator(Token& token) {
    const std::string seen(text(token));
    skipping_line_ = seen == "//";
    if (seen == "//" || seen == "/*") {
      report(token, diagnose(diag::ForeignComment, span(token), seen).fix("`# …`"));
      token.kind = seen == "//" ? unknown_ : slash_;
      return;
    }
    if (seen == "++") {
      report(token, diagnose(diag::Increment, span(token), seen).fix("`x += 1`"));
      token.kind = unknown_;
      return;
    }
    for (const Foreign& row : foreign) {
      if (row.seen != seen) continue;
      report(token, diagnose(diag::ForeignOperator, span(token), seen, std::string(row.here)));
      token.kind = row.kind;
    }
  }

  void bad_number(Token& token) {
    const std::string shown = token.end - token.begin > 40 ? std::string(text(token).substr(0, 40)) + "…"
                                                           : std::string(text(token));
    Diagnostic error = diagnose(diag::BadNumber, span(token), shown);
    const std::size_t letters = text(token).find_first_not_of("0123456789_.");
    const std::string_view rest = text(token).substr(std::min(letters, text(token).size()));
    const bool product = rest.size() < 20 && rest.find('.') == std::string_view::npos && rest != "e" &&
                         rest != "f" && rest != "E" && !text(token).starts_with("0x");
    if (product) error.fixes.push_back(fmt::format("`{} * {}`", text(token).substr(0, letters), rest));
    token.kind = integer_;
    report(token, std::move(error));
  }

  ParseContext& context_;
  std::uint32_t unknown_until_ = 0;
  bool skipping_line_ = false;  // behind `//`
};

}  // namespace

bool check_text(ParseContext& context) {
  const std::string_view text = context.source.text;
  const FileId file = context.source.file;
  if (text.size() > context.limits.source_bytes) {
    context.diagnostics.report(diagnose(diag::SourceTooLarge, {file, 0, 0}, std::to_string(text.size()),
                                        std::to_string(context.limits.source_bytes)));
    return false;
  }
  const auto valid = static_cast<std::uint32_t>(valid_utf8_prefix(text));
  if (valid == text.size()) return true;
  const unsigned byte = static_cast<unsigned char>(text[valid]);
  context.diagnostics.report(diagnose(diag::InvalidUtf8, {file, valid, valid + 1})
                                 .note(fmt::format("byte 0x{:02x} at offset {}", byte, valid)));
  return false;
}

bool check_tokens(std::vector<Token>& tokens, ParseContext& context) {
  TokenCheck(context).run(tokens);
  return !context.has_enough_errors();
}

}  // namespace dp
