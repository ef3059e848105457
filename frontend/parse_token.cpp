#include "frontend/parse_token.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace dp {
namespace {

using enum TokenKind;

struct Spelling {
  TokenKind kind;
  std::string_view text;
};

// clang-format off
constexpr std::array spellings = std::to_array<Spelling>({
    {lparen_, "("},            {rparen_, ")"},            {lbracket_, "["},          {rbracket_, "]"},
    {lbrace_, "{"},            {rbrace_, "}"},            {add_assign_, "+="},       {arrow_, "->"},
    {assign_, "="},            {at_, "@"},                {caret_, "^"},             {close_, "~="},
    {colon_, ":"},             {comma_, ","},             {dots_, ".."},             {divide_assign_, "/="},
    {dot_, "."},               {equal_, "=="},            {greater_, ">"},           {greater_equal_, ">="},
    {less_, "<"},              {less_equal_, "<="},       {minus_, "-"},             {multiply_assign_, "*="},
    {not_equal_, "!="},        {percent_, "%"},           {pipe_, "|>"},             {plus_, "+"},
    {semicolon_, ";"},         {slash_, "/"},             {star_, "*"},              {subtract_assign_, "-="},
    {bound_open_, "<"},        {bound_close_, ">"},       {adjoint_, "adjoint"},     {along_, "along"},
    {and_, "and"},             {as_, "as"},               {assert_, "assert"},       {const_, "const"},
    {data_, "data"},           {dim_, "dim"},             {else_, "else"},           {false_, "false"},
    {fn_, "fn"},               {for_, "for"},             {grad_, "grad"},           {hessian_, "hessian"},
    {if_, "if"},               {import_, "import"},       {in_, "in"},               {jacobian_, "jacobian"},
    {jvp_, "jvp"},             {layer_, "layer"},         {not_, "not"},
    {optimizer_, "optimizer"},
    {or_, "or"},               {print_, "print"},         {return_, "return"},       {struct_, "struct"},
    {test_, "test"},           {train_, "train"},         {true_, "true"},           {vjp_, "vjp"},
    {while_, "while"},         {with_, "with"},           {wrt_, "wrt"},             {batch_, "batch"},
    {epochs_, "epochs"},       {from_, "from"},           {given_, "given"},         {steps_, "steps"},
    {unchecked_, "unchecked"}, {upto_, "upto"},           {where_, "where"},
});
// clang-format on

constexpr std::array declaration_words =
    std::to_array({fn_, layer_, struct_, dim_, const_, data_, train_, optimizer_, test_, adjoint_, import_});

}  // namespace

std::string describe(TokenKind kind) {
  switch (kind) {
    case name_: return "a name";
    case integer_:
    case real_: return "a number";
    case string_: return "a text in double quotes";
    case end_:
    case eof_: return "the end of the statement";
    default: break;
  }
  const auto row = std::ranges::find(spellings, kind, &Spelling::kind);
  return row == spellings.end() ? "a word" : fmt::format("`{}`", row->text);
}

std::string describe(const Token& token, const TokenSource& source) {
  if (token.kind == eof_) return "the end of the statement";
  if (token.kind == end_) return source(token) == ";" ? "`;`" : "the end of the line";
  const std::string_view text = source(token);
  return text.size() > 40 ? describe(token.kind) : fmt::format("`{}`", text);
}

bool is_opening(TokenKind kind) { return kind == lparen_ || kind == lbracket_ || kind == lbrace_; }
bool is_closing(TokenKind kind) { return kind == rparen_ || kind == rbracket_ || kind == rbrace_; }

TokenKind closing_of(TokenKind opening) {
  if (opening == lparen_) return rparen_;
  return opening == lbracket_ ? rbracket_ : rbrace_;
}

bool is_reserved(TokenKind kind) { return kind >= adjoint_ && kind <= wrt_; }

bool starts_declaration(TokenKind kind) {
  return std::ranges::find(declaration_words, kind) != declaration_words.end();
}

bool ends_operand(TokenKind kind) {
  constexpr std::array ends = std::to_array(
      {name_, integer_, real_, string_, true_, false_, rparen_, rbracket_, rbrace_, bound_close_});
  return std::ranges::find(ends, kind) != ends.end();
}

}  // namespace dp
