#pragma once
// Operators and the elementwise primitives: scalar types are brought together, shapes are made equal, and the
// result stays open where nothing but literals and dimensions took part.

#include "frontend/check_value.h"

namespace dp::checker {

Value check_unary(Body& body, const ast::Unary& unary, Span span);
Value check_binary(Body& body, const ast::Binary& binary, Span span);

/// One of the EVAL ops of the op table on operands of any shapes; `what` names it in messages.
Value pointwise(Body& body, Op op, std::vector<Value> operands, Span span, std::string_view what);
/// An arithmetic operator by the user's sign; also leaf by leaf on structs, layers and tuples.
Value arithmetic(Body& body, ast::BinaryOp op, Value left, Value right, Span span);
/// `where(c, a, b)`.
Value select(Body& body, Value condition, Value yes, Value no, Span span);

std::string_view sign_of(ast::BinaryOp op);

/// `x @ y` (check_matmul.cpp).
Value matmul(Body& body, Value left, Value right, Span span, Span op_span);
/// `x ^ y` (check_power.cpp).
Value power(Body& body, Value base, Value exponent, Span span);
/// `a ~= b`: one bool (check_close.cpp).
Value close(Body& body, Value left, Value right, Span span);

}  // namespace dp::checker
