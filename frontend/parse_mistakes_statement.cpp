#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "frontend/parse_mistakes.h"
#include "frontend/parse_operators.h"

namespace dp {
namespace {

using enum TokenKind;
using Known = std::optional<Diagnostic>;

struct ForeignWord {
  std::string_view seen, here;
};
constexpr std::array foreign_words = std::to_array<ForeignWord>({
    {"def", "fn"},
    {"func", "fn"},
    {"function", "fn"},
    {"fun", "fn"},
    {"proc", "fn"},
    {"class", "layer"},
    {"model", "layer"},
    {"module", "layer"},
    {"network", "layer"},
    {"type", "struct"},
    {"enum", "struct"},
    {"record", "struct"},
    {"include", "import"},
    {"use", "import"},
    {"from", "import"},
});
constexpr std::array needless_words =
    std::to_array<std::string_view>({"let", "var", "val", "auto", "mut", "int", "float", "double", "real",
                                     "f32", "f64", "i32", "i64", "bool"});

bool is_needless(std::string_view word) {
  return std::ranges::find(needless_words, word) != needless_words.end();
}

/// `y = x +` and on the next line `z = 2`: the parser stops at the second `=`.
Known dangling_operator(const Mistake& mistake) {
  const std::size_t at = mistake.at;
  const bool binds =
      at >= 2 && mistake.kind(at) == assign_ && mistake.kind(at - 1) == name_ && mistake.starts_line(at - 1);
  const TokenKind before = binds ? mistake.kind(at - 2) : eof_;
  if (!binds || (!row_of(before) && before != comma_ && before != not_ && before != assign_))
    return std::nullopt;
  Span end = mistake.span(at - 2);
  end.begin = end.end;
  return diagnose(diag::Unexpected, end, "an expression", "the end of the line");
}

/// `minimise loss(w)`: an item that starts with no word of its block.
Known misspelt_item(const Mistake& mistake) {
  const bool words = mistake.kind(0) == name_ && mistake.at > 0 && mistake.at <= 2;
  if (mistake.unit != Unit::train_item || !words) return std::nullopt;
  static const std::vector<std::string> items{"param", "frozen", "freeze", "data",  "minimize",   "maximize",
                                              "using", "metric", "run",    "every", "accumulate", "stop"};
  const std::string_view near = did_you_mean(mistake.text(0), items);
  if (near.empty()) return std::nullopt;
  return diagnose(diag::Unexpected, mistake.span(0), "an item of a train block", mistake.shown(0))
      .fix(fmt::format("`{}`", near));
}

Known foreign_declaration(const Mistake& mistake) {
  if (mistake.kind(0) != name_ || (mistake.kind(1) != name_ && mistake.kind(1) != string_))
    return std::nullopt;
  const auto row = std::ranges::find(foreign_words, mistake.text(0), &ForeignWord::seen);
  if (row == foreign_words.end()) return std::nullopt;
  return diagnose(diag::ForeignDeclaration, mistake.span(0), std::string(row->seen), std::string(row->here));
}

Known misspelt_declaration(const Mistake& mistake) {
  if (mistake.unit != Unit::declaration || mistake.kind(0) != name_) return std::nullopt;
  const bool declares = mistake.kind(1) == name_ || mistake.kind(1) == string_;
  if (!declares || is_needless(mistake.text(0))) return std::nullopt;
  static const std::vector<std::string> words{"fn",      "layer",  "struct",    "dim",
                                              "const",   "data",   "train",     "test",
                                              "adjoint", "import", "optimizer", "precision"};
  Diagnostic error = diagnose(diag::Unexpected, mistake.span(0), "a declaration", mistake.shown(0));
  const std::string_view near = did_you_mean(mistake.text(0), words);
  return near.empty() ? std::move(error) : std::move(error).fix(fmt::format("`{}`", near));
}

Known statement_outside(const Mistake& mistake) {
  const TokenKind first = mistake.kind(0);
  const bool declares = starts_declaration(first) || first == at_ || first == precision_;
  if (mistake.unit != Unit::declaration || declares || mistake.at > 0) return std::nullopt;
  const bool binds = mistake.kind(1) == assign_;
  Diagnostic error = diagnose(diag::StatementOutsideFunction, mistake.span(0));
  if (binds) return std::move(error).fix(fmt::format("`const {} = …` for a fixed value", mistake.text(0)));
  return std::move(error).fix("put it into a function: `fn main() { … }`");
}

Known needless_keyword(const Mistake& mistake) {
  const bool constant = mistake.kind(0) == const_ && mistake.unit != Unit::declaration;
  const bool word = mistake.kind(0) == name_ && is_needless(mistake.text(0)) && mistake.kind(1) == name_;
  if (!constant && !word) return std::nullopt;
  const std::string keyword(mistake.text(0));
  Diagnostic error = diagnose(diag::NeedlessKeyword, mistake.span(0), keyword);
  if (mistake.unit == Unit::declaration) return std::move(error).fix("at the top of a file: `const x = …`");
  return std::move(error).fix(fmt::format("`{} = …`", mistake.text(mistake.text(1) == "mut" ? 2 : 1)));
}

Known nested_declaration(const Mistake& mistake) {
  const TokenKind first = mistake.kind(0);
  if (mistake.unit == Unit::declaration || mistake.unit == Unit::value || mistake.at > 0) return std::nullopt;
  if (!starts_declaration(first)) return std::nullopt;
  const bool names = mistake.kind(1) == assign_ || mistake.kind(1) == dot_ || mistake.kind(1) == colon_;
  if (names) return diagnose(diag::ReservedWord, mistake.span(0), std::string(mistake.text(0)));
  return diagnose(diag::NestedDeclaration, mistake.span(0), std::string(mistake.text(0)));
}

Known else_without_if(const Mistake& mistake) {
  if (mistake.kind(mistake.at) != else_ || mistake.enclosing({if_})) return std::nullopt;
  return diagnose(diag::ElseWithoutIf, mistake.span(mistake.at));
}

Known else_if(const Mistake& mistake) {
  const std::string_view word = mistake.text(mistake.at);
  if (mistake.kind(mistake.at) != name_ || (word != "elif" && word != "elsif")) return std::nullopt;
  return diagnose(diag::Unexpected, mistake.span(mistake.at), "`else if`", mistake.shown(mistake.at))
      .fix("`else if`");
}

/// `y: f64 = 2` in a function.
Known typed_binding(const Mistake& mistake) {
  const bool here =
      mistake.in_statement() && mistake.at == 1 && mistake.kind(0) == name_ && mistake.kind(1) == colon_;
  if (!here) return std::nullopt;
  const std::string name(mistake.text(0));
  Diagnostic error = diagnose(diag::TypedBinding, mistake.span(1), name);
  if (mistake.kind(3) != assign_) return error;
  return std::move(error).fix(fmt::format("`{} = {}(…)`", name, mistake.text(2)));
}

Known assignment(const Mistake& mistake) {
  if (mistake.kind(mistake.at) != assign_) return std::nullopt;
  const auto head = mistake.enclosing({if_, while_, assert_, where_, colon_});
  if (!head) return std::nullopt;
  if (mistake.kind(*head) != colon_)
    return diagnose(diag::AssignmentInCondition, mistake.span(mistake.at)).fix("`==`");
  if (!mistake.in_statement()) return std::nullopt;
  return diagnose(diag::BindingInBody, mistake.span(mistake.at)).fix("`for i in … { x = … }`");
}

Known two_statements(const Mistake& mistake) {
  const TokenKind found = mistake.kind(mistake.at);
  const bool starts =
      found == name_ || found == integer_ || found == real_ || found == string_ || is_reserved(found);
  const bool complete =
      mistake.expects(eof_) && !mistake.expects(comma_) && ends_operand(mistake.before(mistake.at));
  const bool is_field = mistake.expects(colon_) && mistake.at == 1;  // `w real`, whose colon is missing
  if (!starts || !complete || is_field || found == else_ || mistake.at == 0) return std::nullopt;
  const TokenKind head = mistake.kind(0);
  const bool lists =
      head == split_ || head == dim_ || head == assert_ || head == using_ || head == run_ || head == stop_;
  if (lists) {
    return diagnose(diag::Unexpected, mistake.span(mistake.at), "`,` or the end of the statement",
                    mistake.shown(mistake.at));
  }
  const std::string before = mistake.shown(mistake.at - 1);
  return diagnose(diag::TwoStatements, mistake.span(mistake.at))
      .note(fmt::format("nothing can follow {} here but an operator", before))
      .fix("a new line or `;` before it");
}

constexpr std::array before_expressions = std::to_array<Recogniser>(
    {dangling_operator, foreign_declaration, misspelt_item, needless_keyword, misspelt_declaration,
     statement_outside, nested_declaration, else_without_if, else_if, typed_binding, assignment});
constexpr std::array after_expressions = std::to_array<Recogniser>({two_statements});

}  // namespace

std::span<const Recogniser> statement_recognisers() { return before_expressions; }
std::span<const Recogniser> last_recognisers() { return after_expressions; }

}  // namespace dp
