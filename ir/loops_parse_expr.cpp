#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

#include "ir/loops_parse.h"
#include "ir/loops_text.h"
#include "ir/loops_walk.h"

namespace dp::loops {

void ExprReader::fail(std::string message) {
  if (failed()) return;
  const std::size_t line = tokens_[at_ > 0 ? at_ - 1 : 0].line;  // of the last word that was understood
  error_ = diagnose(diag::MalformedLoopText, {}, line, message);
  at_ = tokens_.size() - 1;
}

const Token& ExprReader::peek(std::size_t ahead) const {
  return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
}

bool ExprReader::at(std::string_view text) const {
  const bool is_word = peek().kind == Token::Kind::name || peek().kind == Token::Kind::sign;
  return is_word && peek().text == text;
}

bool ExprReader::accept(std::string_view text) {
  if (!at(text)) return false;
  ++at_;
  return true;
}

void ExprReader::expect(std::string_view text) {
  if (!accept(text)) fail(fmt::format("`{}` expected, {} found", text, found()));
}

std::string ExprReader::found() const {
  return peek().kind == Token::Kind::end ? "the end of the text" : fmt::format("`{}`", peek().text);
}

std::string ExprReader::name() {
  if (peek().kind != Token::Kind::name) fail(fmt::format("a name expected, {} found", found()));
  return failed() ? "" : tokens_[at_++].text;
}

std::string ExprReader::string() {
  if (peek().kind != Token::Kind::string) fail(fmt::format("a string expected, {} found", found()));
  return failed() ? "" : tokens_[at_++].text;
}

std::int64_t ExprReader::integer() {
  const bool is_negative = accept("-");
  const std::string text = (is_negative ? "-" : "") + peek().text;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_whole = peek().kind == Token::Kind::number && end == text.data() + text.size();
  if (!is_whole || error != std::errc()) fail(fmt::format("an integer expected, `{}` found", text));
  if (!failed()) ++at_;
  return value;
}

std::optional<Dtype> ExprReader::dtype() {
  const auto dtype = dtype_from_name(peek().text);
  if (!dtype) fail(fmt::format("a scalar type expected, {} found", found()));
  if (!failed()) ++at_;
  return dtype;
}

namespace {

/// "inf", "1.5", with `sign`; for an f32 rounded once, from the text.
double real_of(const std::string& text, bool is_negative, Dtype dtype) {
  double value = 0;
  if (text == "inf") {
    value = std::numeric_limits<double>::infinity();
  } else if (dtype == Dtype::f32) {
    float single = 0;
    std::from_chars(text.data(), text.data() + text.size(), single);
    value = single;
  } else {
    std::from_chars(text.data(), text.data() + text.size(), value);
  }
  return is_negative ? -value : value;
}

}  // namespace

void ExprReader::element(Dtype dtype, Literal& literal) {
  if (!is_real(dtype)) {
    if (!std::holds_alternative<std::vector<std::int64_t>>(literal.elements)) {
      literal.elements = std::vector<std::int64_t>{};
    }
    auto& list = std::get<std::vector<std::int64_t>>(literal.elements);
    const bool is_truth = at("true") || at("false");
    if (is_truth != (dtype == Dtype::boolean))
      fail(fmt::format("`{}` is no {}", peek().text, dp::name(dtype)));
    list.push_back(is_truth ? (tokens_[at_++].text == "true" ? 1 : 0) : integer());
    return;
  }
  auto& list = std::get<std::vector<double>>(literal.elements);
  const bool is_negative = accept("-");
  if (accept("nan")) {
    std::uint64_t bits = 0x7ff8000000000000;
    if (accept("(")) {
      const std::string digits = peek().text.substr(std::min<std::size_t>(2, peek().text.size()));
      std::from_chars(digits.data(), digits.data() + digits.size(), bits, 16);
      ++at_;
      expect(")");
    }
    list.push_back(std::bit_cast<double>(bits));
    return;
  }
  if (peek().kind != Token::Kind::number && !at("inf")) fail(fmt::format("`{}` is no number", peek().text));
  if (!failed()) list.push_back(real_of(tokens_[at_++].text, is_negative, dtype));
}

ExprId ExprReader::add(Expr expr) {
  module_.expressions.push_back(std::move(expr));
  return static_cast<ExprId>(module_.expressions.size() - 1);
}

ExprId ExprReader::expression(int level) {
  ExprId left = level > highest_level ? primary() : expression(level + 1);
  while (level >= 1 && level <= highest_level && !failed()) {
    const Infix* found = nullptr;
    for (const Infix& infix : infixes) {
      if (infix.level == level && at(infix.sign)) found = &infix;
    }
    if (found == nullptr) break;
    ++at_;
    const ExprId right = expression(level + 1);
    if (!failed()) left = operation(found->op, {left, right}, 0, std::nullopt);
    if (level == comparison_level) break;
  }
  return left;
}

std::vector<ExprId> ExprReader::expressions_in_parentheses() {
  std::vector<ExprId> list;
  expect("(");
  while (!failed() && !at(")")) {
    list.push_back(expression());
    if (!at(")")) expect(",");
  }
  expect(")");
  return list;
}

ExprId ExprReader::primary() {
  const bool is_constant =
      peek().kind == Token::Kind::number || at("-") || at("inf") || at("nan") || at("true") || at("false");
  if (is_constant) return constant();
  if (accept("(")) {
    const ExprId inner = expression();
    expect(")");
    return inner;
  }
  const std::string word = name();
  if (failed()) return 0;
  return at("(") ? call(word) : named(word);
}

// The form of the number tells i64, f32 and bool apart; other types stand behind it.
ExprId ExprReader::constant() {
  const std::size_t begin = at_;
  const bool is_negative = at("-");
  const std::string& text = peek(is_negative ? 1 : 0).text;
  const bool is_truth = text == "true" || text == "false";
  const bool is_fraction =
      text.find_first_of(".n") != std::string::npos || text.find('e') != std::string::npos;
  Dtype dtype = is_truth ? Dtype::boolean : is_fraction ? Dtype::f32 : Dtype::i64;
  Literal literal;
  element(dtype, literal);
  if (!failed() && accept(":")) {
    dtype = this->dtype().value_or(dtype);
    const std::size_t end = at_;
    at_ = begin;
    literal = {};
    if (!failed()) element(dtype, literal);
    if (!failed()) at_ = end;
  }
  return failed() ? 0 : add({dtype, ConstantExpr{std::move(literal)}});
}

void ExprReader::declare(const std::string& name, Place place) {
  if (name == "_" || failed()) return;
  if (!names_.emplace(name, place).second) return fail(fmt::format("`{}` is there already", name));
  declared_.push_back(name);
}

void ExprReader::restore(std::size_t scope) {
  while (declared_.size() > scope) {
    names_.erase(declared_.back());
    declared_.pop_back();
  }
}

std::optional<std::uint32_t> ExprReader::find(const std::string& name, Place::Kind kind) {
  const auto found = names_.find(name);
  if (found != names_.end() && found->second.kind == kind) return found->second.number;
  constexpr std::string_view words[] = {"buffer", "variable", "value"};
  fail(fmt::format("no {} `{}` in sight", words[static_cast<std::size_t>(kind)], name));
  return std::nullopt;
}

ExprId ExprReader::named(const std::string& name) {
  if (accept("[")) {
    const auto buffer = find(name, Place::Kind::buffer);
    const ExprId index = expression();
    expect("]");
    return failed() ? 0 : add({module_.buffers[*buffer].dtype, LoadExpr{*buffer, index}});
  }
  const auto found = names_.find(name);
  if (found != names_.end() && found->second.kind == Place::Kind::variable) {
    return add({Dtype::i64, VariableExpr{found->second.number}});
  }
  const auto value = find(name, Place::Kind::value);
  return failed() ? 0 : add({value_dtypes[*value], ValueExpr{*value}});
}

ExprId ExprReader::call(const std::string& name) {
  const auto target = dtype_from_name(name);
  const auto op = target ? std::optional(Op::convert) : op_from_name(name);
  if (!op) fail(fmt::format("no op `{}`", name));
  expect("(");
  std::vector<ExprId> operands;
  std::int64_t exponent = 0;
  while (!failed() && !at(")")) {
    if (op == Op::power && operands.size() == 1) {
      exponent = integer();
      break;
    }
    operands.push_back(expression());
    if (!at(")")) expect(",");
  }
  expect(")");
  return failed() ? 0 : operation(*op, std::move(operands), exponent, target);
}

ExprId ExprReader::operation(Op op, std::vector<ExprId> operands, std::int64_t exponent,
                             std::optional<Dtype> dtype) {
  const int arity = info(op).arity + (op == Op::random_bits ? 1 : 0);
  if (static_cast<int>(operands.size()) != arity)
    fail(fmt::format("`{}` takes {} operands", dp::name(op), arity));
  if (failed()) return 0;
  std::vector<Dtype> dtypes;
  for (const ExprId operand : operands) dtypes.push_back(module_.expressions[operand].dtype);
  return add({dtype.value_or(result_dtype(op, dtypes)), OpExpr{op, std::move(operands), exponent}});
}

}  // namespace dp::loops
