#pragma once
// Walks over the text of a dump, word by word. The first mistake is kept; from then on every question is
// answered with "no", so that the parser needs to look for it in few places only.

#include <optional>
#include <string>
#include <string_view>

#include "ir/type.h"
#include "support/diagnostic.h"

namespace dp {

class Scanner {
 public:
  Scanner(std::string_view text, FileId file) : text_(text), file_(file) {}

  bool failed() const { return error_.has_value(); }
  const std::optional<Diagnostic>& error() const { return error_; }
  /// Keeps the diagnostic, if it is the first. Always false.
  bool fail(Diagnostic diagnostic);
  /// "expected …" at the present place.
  bool expected(std::string what);
  Span span_from(std::size_t begin) const;
  Span here() const;

  /// The next character behind blanks, or 0 at the end. `take` passes over it if it is that one.
  char peek();
  bool take(char symbol);
  bool expect(char symbol);
  bool take_word(std::string_view word);  // a whole word
  std::size_t position();                 // behind blanks

  /// Passes over blank lines, ends of lines and comments.
  void skip_lines();
  /// The text behind `#` if there is one, and the end of the line.
  std::string_view rest_of_line();

  /// A name, plain or quoted.
  std::optional<std::string> name();
  std::optional<std::string> quoted_text();
  /// `%logits`, `x` or `"an input"`, with the sign.
  std::optional<std::string> reference();
  std::optional<std::int64_t> integer();
  /// Everything up to a blank, a comma or a closing bracket.
  std::string_view token();
  std::optional<Type> type();
  std::optional<Shape> shape();

 private:
  std::optional<Dtype> dtype();
  std::string_view extent_text();

  std::string_view text_;
  FileId file_;
  std::size_t at_ = 0;
  std::optional<Diagnostic> error_;
};

}  // namespace dp
