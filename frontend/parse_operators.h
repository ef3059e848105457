#pragma once
// The one table of operators: how each is written and how tightly it binds. The parser builds trees by it and
// the printer sets parentheses by it.

#include <algorithm>
#include <array>
#include <string_view>

#include "frontend/ast_declarations.h"
#include "frontend/parse_token.h"

namespace dp {

/// How tightly an expression holds together; each level holds operands of the levels above it.
enum class Level { lowest, pipe, or_, and_, not_, comparison, range, sum, product, negative, power, postfix };

struct OperatorRow {
  ast::BinaryOp op;
  TokenKind token;
  std::string_view spelling;
  Level level;
};

inline constexpr std::array operators = std::to_array<OperatorRow>({
    {ast::BinaryOp::power, TokenKind::caret_, "^", Level::power},  // to the right: a^b^c is a^(b^c)
    {ast::BinaryOp::multiply, TokenKind::star_, "*", Level::product},
    {ast::BinaryOp::divide, TokenKind::slash_, "/", Level::product},
    {ast::BinaryOp::remainder, TokenKind::percent_, "%", Level::product},
    {ast::BinaryOp::matmul, TokenKind::at_, "@", Level::product},
    {ast::BinaryOp::add, TokenKind::plus_, "+", Level::sum},
    {ast::BinaryOp::subtract, TokenKind::minus_, "-", Level::sum},
    {ast::BinaryOp::range, TokenKind::dots_, "..", Level::range},
    {ast::BinaryOp::equal, TokenKind::equal_, "==", Level::comparison},
    {ast::BinaryOp::not_equal, TokenKind::not_equal_, "!=", Level::comparison},
    {ast::BinaryOp::less, TokenKind::less_, "<", Level::comparison},
    {ast::BinaryOp::less_equal, TokenKind::less_equal_, "<=", Level::comparison},
    {ast::BinaryOp::greater, TokenKind::greater_, ">", Level::comparison},
    {ast::BinaryOp::greater_equal, TokenKind::greater_equal_, ">=", Level::comparison},
    {ast::BinaryOp::close, TokenKind::close_, "~=", Level::comparison},
    {ast::BinaryOp::and_, TokenKind::and_, "and", Level::and_},
    {ast::BinaryOp::or_, TokenKind::or_, "or", Level::or_},
});

inline const OperatorRow& row_of(ast::BinaryOp op) {
  return *std::ranges::find(operators, op, &OperatorRow::op);
}
/// Null where `token` is no operator between two operands.
inline const OperatorRow* row_of(TokenKind token) {
  const auto row = std::ranges::find(operators, token, &OperatorRow::token);
  return row == operators.end() ? nullptr : &*row;
}
/// `a < b < c` and `a..b..c` mean nothing.
inline bool chains(Level level) { return level != Level::comparison && level != Level::range; }
inline bool groups_right(Level level) { return level == Level::power; }

}  // namespace dp
