#include "ir/loops_lex.h"

#include <cctype>
#include <charconv>

namespace dp::loops {
namespace {

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  std::vector<Token> run() {
    std::vector<Token> tokens;
    skip_blanks();
    while (at_ < text_.size()) {
      tokens.push_back(next());
      skip_blanks();
    }
    tokens.push_back({Token::Kind::end, "", line_});
    return tokens;
  }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool is_digit(std::size_t ahead = 0) const {
    return std::isdigit(static_cast<unsigned char>(peek(ahead))) != 0;
  }
  bool is_letter() const { return std::isalpha(static_cast<unsigned char>(peek())) != 0 || peek() == '_'; }

  void skip_blanks() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(peek())) != 0) {
      if (text_[at_++] == '\n') ++line_;
    }
  }

  Token next() {
    const std::size_t begin = at_;
    if (peek() == '"') return string();
    Token token{Token::Kind::sign, "", line_};
    if (is_letter()) {
      token.kind = Token::Kind::name;
      while (is_letter() || is_digit() || (peek() == '.' && peek(1) != '.')) ++at_;
    } else if (is_digit()) {
      token.kind = Token::Kind::number;
      skip_number();
    } else {
      skip_sign();
    }
    token.text = std::string(text_.substr(begin, at_ - begin));
    return token;
  }

  void skip_digits() {
    while (is_digit()) ++at_;
  }
  void skip_number() {
    if (peek() == '0' && peek(1) == 'x') {
      at_ += 2;
      while (std::isxdigit(static_cast<unsigned char>(peek())) != 0) ++at_;
      return;
    }
    skip_digits();
    if (peek() == '.' && is_digit(1)) {
      ++at_;
      skip_digits();
    }
    const bool is_signed = peek(1) == '-' || peek(1) == '+';
    if (peek() == 'e' && is_digit(is_signed ? 2 : 1)) {
      at_ += is_signed ? 2 : 1;
      skip_digits();
    }
  }
  void skip_sign() {
    for (const std::string_view sign : {"..", "==", "!=", "<=", "//"}) {
      if (text_.substr(at_, 2) == sign) {
        at_ += 2;
        return;
      }
    }
    ++at_;
  }

  Token string() {
    Token token{Token::Kind::string, "", line_};
    for (++at_; at_ < text_.size() && peek() != '"'; ++at_) {
      if (peek() == '\n') ++line_;
      token.text += peek() == '\\' ? escaped() : peek();
    }
    ++at_;
    return token;
  }
  char escaped() {
    ++at_;
    if (peek() == 'n') return '\n';
    if (peek() == 't') return '\t';
    if (peek() != 'x') return peek();
    int value = 0;
    const std::string_view digits = text_.substr(std::min(at_ + 1, text_.size()), 2);
    std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    at_ += digits.size();
    return static_cast<char>(value);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

}  // namespace

std::vector<Token> lex(std::string_view text) { return Lexer(text).run(); }

}  // namespace dp::loops
