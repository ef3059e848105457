#pragma once
// Expressions: from syntax to typed values. Every construct has its own file; this is the door that they
// share.

#include "frontend/check_value.h"

namespace dp::checker {

Value check_expr(Body& body, const ast::Expr& expression);

/// An expression that must have the type `wanted`; open numbers take its scalar type, scalars are repeated to
/// its shape where `may_spread`. Reports nothing itself: returns a poisoned value only if the expression was,
/// else the value as it is for the caller to compare.
Value check_expr_towards(Body& body, const ast::Expr& expression, const typed::Type& wanted);
/// Gives open numbers inside the value (also in tuples) the scalar types of `wanted`.
void settle_towards(Body& body, Value& value, const typed::Type& wanted);
/// Open numbers without a context: i64, or `real`.
void settle_by_itself(Value& value);

Value check_name(Body& body, const std::string& name, Span span);  // check_names.cpp
/// A dimension as a number.
Value dim_value(Dim dim, Span span);  // check_names.cpp
/// Whether `gpt` of `gpt.Block` is an imported file, and what the name means there (check_names.cpp).
struct ModuleName {
  bool of_module = false;
  Entry* entry = nullptr;
};
ModuleName module_name(Body& body, const ast::Field& field);
Value report_unknown_in(Body& body, const ast::Field& field);
Value check_field(Body& body, const ast::Field& field, Span span);            // check_names.cpp
Value field_of(Body& body, Value object, const ast::Name& field, Span span);  // check_names.cpp
Value check_index(Body& body, const ast::Index& index, Span span);            // check_index.cpp
Value check_stack(Body& body, const ast::Stack& stack, Span span);            // check_stack.cpp
/// The parts, of one type, as one tensor with a new first axis (check_stack.cpp).
Value stack_parts(Body& body, std::vector<Value> parts, Span span);
Value check_reshape(Body& body, const ast::As& reshape, Span span);  // check_reshape.cpp
Value flattened(Body& body, Value value);                            // check_reshape.cpp
/// `wanted` is what the place asks for, or null: a branch may have it only by what its condition says
/// (check_if.cpp).
Value check_if(Body& body, const ast::If& conditional, Span span, const typed::Type* wanted);
Value check_grad(Body& body, const ast::Grad& gradient, Span span);  // check_grad.cpp
Value check_call(Body& body, const ast::Call& call, Span span);      // check_calls.cpp
Value check_pipe(Body& body, const ast::Pipe& pipe, Span span);      // check_calls.cpp

/// Names that a function's own layer gives: a field, or an argument (check_layers.cpp). Null where it has
/// none.
Value check_layer_name(Body& body, const std::string& name, Span span);

}  // namespace dp::checker
