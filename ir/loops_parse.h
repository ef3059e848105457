#pragma once
// The parser of the loop IR's text in two parts: this one reads words and expressions and knows which names
// are in sight; loops_parse.cpp reads declarations and statements with it. Inside `ir/` only. The first
// mistake ends the reading: `failed()` is then true for ever and every further word read is the end.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ir/loops.h"
#include "ir/loops_lex.h"

namespace dp::loops {

class ExprReader {
 public:
  ExprReader(std::string_view text, Module& module) : tokens_(lex(text)), module_(module) {}

  bool failed() const { return error_.has_value(); }
  const std::optional<Diagnostic>& error() const { return error_; }
  void fail(std::string message);
  std::string found() const;  // the next word, as a message names it

  const Token& peek(std::size_t ahead = 0) const;
  bool at(std::string_view text) const;  // the next word is this name or sign
  bool accept(std::string_view text);
  void expect(std::string_view text);
  std::string name();
  std::string string();
  std::int64_t integer();
  std::optional<Dtype> dtype();
  /// One element of the type, as `element_text` prints it, put behind those that `literal` has.
  void element(Dtype dtype, Literal& literal);

  /// An expression that binds at least as tightly as `level`.
  ExprId expression(int level = 0);
  std::vector<ExprId> expressions_in_parentheses();

  struct Place {
    enum class Kind { buffer, variable, value } kind;
    std::uint32_t number = 0;
  };
  void declare(const std::string& name, Place place);
  /// Names declared after `scope()` stay in sight only until its `restore`.
  std::size_t scope() const { return declared_.size(); }
  void restore(std::size_t scope);
  std::optional<std::uint32_t> find(const std::string& name, Place::Kind kind);

  /// The scalar type of each value so far.
  std::vector<Dtype> value_dtypes;

 private:
  ExprId primary();
  ExprId constant();
  ExprId named(const std::string& name);
  ExprId call(const std::string& name);
  ExprId operation(Op op, std::vector<ExprId> operands, std::int64_t exponent, std::optional<Dtype> dtype);
  ExprId add(Expr expr);

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  Module& module_;
  std::map<std::string, Place, std::less<>> names_;
  std::vector<std::string> declared_;
  std::optional<Diagnostic> error_;
};

}  // namespace dp::loops
