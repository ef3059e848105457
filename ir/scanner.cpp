#include "ir/scanner.h"

#include <charconv>

#include "ir/text.h"

namespace dp {
namespace {

constexpr std::size_t most_axes = 64;  // more than any program can make; keeps hostile text cheap

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

std::optional<char> hexadecimal(std::string_view digits) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return static_cast<char>(value);
}

}  // namespace

bool Scanner::fail(Diagnostic diagnostic) {
  if (!error_) error_ = std::move(diagnostic);
  return false;
}

bool Scanner::expected(std::string what) { return fail(diagnose(diag::DumpSyntax, here(), what)); }

Span Scanner::span_from(std::size_t begin) const {
  return {file_, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(at_)};
}

Span Scanner::here() const {
  const std::size_t end = at_ < text_.size() ? at_ + 1 : at_;
  return {file_, static_cast<std::uint32_t>(at_), static_cast<std::uint32_t>(end)};
}

char Scanner::peek() {
  while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  return failed() || at_ == text_.size() ? '\0' : text_[at_];
}

bool Scanner::take(char symbol) {
  if (symbol == '\0' || peek() != symbol) return false;
  ++at_;
  return true;
}

bool Scanner::expect(char symbol) { return take(symbol) || expected(fmt::format("`{}`", symbol)); }

bool Scanner::take_word(std::string_view word) {
  if (peek() == '\0' || !text_.substr(at_).starts_with(word)) return false;
  const std::size_t end = at_ + word.size();
  if (end < text_.size() && is_name_character(text_[end])) return false;
  at_ = end;
  return true;
}

std::size_t Scanner::position() {
  peek();
  return at_;
}

void Scanner::skip_lines() {
  while (peek() == '\n' || peek() == '#') {
    if (!take('\n')) rest_of_line();
  }
}

std::string_view Scanner::rest_of_line() {
  const bool comment = take('#');
  if (!comment && peek() != '\n' && at_ < text_.size()) {
    expected("the end of the line");
    return {};
  }
  const std::size_t end = std::min(text_.find('\n', at_), text_.size());
  std::string_view rest = text_.substr(at_, end - at_);
  at_ = std::min(end + 1, text_.size());
  if (rest.starts_with(' ')) rest.remove_prefix(1);
  while (!rest.empty() && is_blank(rest.back())) rest.remove_suffix(1);
  return rest;
}

std::optional<std::string> Scanner::quoted_text() {
  if (!take('"')) return std::nullopt;
  std::string result;
  while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\n') {
    if (text_[at_] != '\\') {
      result += text_[at_++];
      continue;
    }
    const std::string_view escape = text_.substr(at_ + 1, 3);
    const char kind = escape.empty() ? '\0' : escape[0];
    const std::optional<char> byte = kind == 'n'                         ? std::optional('\n')
                                     : kind == '"' || kind == '\\'       ? std::optional(kind)
                                     : kind == 'x' && escape.size() == 3 ? hexadecimal(escape.substr(1))
                                                                         : std::nullopt;
    if (!byte) break;
    result += *byte;
    at_ += kind == 'x' ? 4 : 2;
  }
  if (at_ < text_.size() && text_[at_] == '"') {
    ++at_;
    return result;
  }
  expected("a text in quotes, with no escapes but `\\n`, `\\\"`, `\\\\` and `\\x00`");
  return std::nullopt;
}

std::optional<std::string> Scanner::name() {
  if (peek() == '"') return quoted_text();
  const std::size_t begin = at_;
  while (at_ < text_.size() && is_name_character(text_[at_])) ++at_;
  std::string result(text_.substr(begin, at_ - begin));
  if (is_plain_name(result) && !failed()) return result;
  at_ = begin;
  expected("a name");
  return std::nullopt;
}

std::optional<std::string> Scanner::reference() {
  if (!take('%')) return name();
  const std::size_t begin = at_;
  while (at_ < text_.size() && is_name_character(text_[at_])) ++at_;
  if (at_ > begin) return "%" + std::string(text_.substr(begin, at_ - begin));
  expected("a name or number behind `%`");
  return std::nullopt;
}

std::optional<std::int64_t> Scanner::integer() {
  peek();
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
  if (failed() || error != std::errc{}) {
    expected("an integer of 64 bits");
    return std::nullopt;
  }
  at_ = static_cast<std::size_t>(end - text_.data());
  return value;
}

std::string_view Scanner::token() {
  peek();
  const std::size_t begin = at_;
  at_ = std::min(text_.find_first_of(" \t\r\n,])", at_), text_.size());
  return text_.substr(begin, at_ - begin);
}

std::optional<Dtype> Scanner::dtype() {
  peek();
  const std::size_t begin = at_;
  at_ = std::min(text_.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789", at_), text_.size());
  const std::optional<Dtype> found = dtype_from_name(text_.substr(begin, at_ - begin));
  if (found && !failed()) return found;
  at_ = begin;
  expected("a scalar type (f32, f64, i32, i64, bool or key)");
  return std::nullopt;
}

std::optional<Type> Scanner::type() {
  const std::optional<Dtype> scalar = dtype();
  if (!scalar) return std::nullopt;
  if (at_ == text_.size() || text_[at_] != '[') return Type{*scalar, {}};
  std::optional<Shape> extents = shape();
  if (!extents) return std::nullopt;
  return Type{*scalar, std::move(*extents)};
}

std::string_view Scanner::extent_text() {
  const std::size_t begin = at_;
  int depth = 0;
  while (at_ < text_.size() && text_[at_] != '\n') {
    const char c = text_[at_];
    if (depth == 0 && (c == ',' || c == ']')) break;
    depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    ++at_;
  }
  return text_.substr(begin, at_ - begin);
}

std::optional<Shape> Scanner::shape() {
  if (!expect('[')) return std::nullopt;
  Shape extents;
  if (take(']')) return extents;
  do {
    const std::size_t begin = at_;
    const std::optional<Dim> extent = parse_dim(extent_text());
    if (!extent || extents.size() == most_axes) {
      fail(diagnose(diag::DumpSyntax, span_from(begin), extent ? "fewer axes" : "an extent such as `2*n`"));
      return std::nullopt;
    }
    extents.push_back(*extent);
  } while (take(','));
  if (!expect(']')) return std::nullopt;
  return extents;
}

}  // namespace dp
