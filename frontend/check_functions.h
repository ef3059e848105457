#pragma once
// Functions: signatures first, bodies when they are needed. A function's result is known from its signature,
// or from its body where the signature leaves it out.

#include "frontend/check_value.h"

namespace dp::checker {

/// The function of a declaration, its signature checked; null where that failed.
FunctionRecord* function_of(Program& program, Entry& entry);
/// Checks the signature; false where it has errors.
bool need_signature(Program& program, FunctionRecord& function);
/// As a call needs it: the result type known, the body on the list of what is to be checked.
bool need_result(Program& program, FunctionRecord& function, Body& caller, Span span);
void need_body(Program& program, FunctionRecord& function);
/// Checks all bodies that were asked for, and those that they ask for.
void check_pending(Program& program);

/// A block in a scope of its own: its value is its last statement, open numbers in it those of `wanted` where
/// it is not null (check_statements.cpp).
Value check_block(Body& body, const ast::Block& block, const typed::Type* wanted = nullptr);
/// One statement; what it becomes is added to `statements`.
void check_statement(Body& body, const ast::Stmt& statement, std::vector<typed::Statement>& statements);

/// Reads parameters, result and clauses into the function of `body` (check_signature.cpp).
bool check_parameters(Body& body, const std::vector<ast::Parameter>& parameters);
bool check_clauses_of(Body& body, const std::vector<ast::ExprPtr>& clauses);
/// Sizes in a signature that may be negative where no clause forbids it.
bool check_signature_sizes(Body& body, const ast::Function& function);

/// The value as one of type `wanted`, open numbers settled. Null, and nothing said, where it does not fit.
typed::ExprPtr fitted(Body& body, Value value, const typed::Type& wanted);

}  // namespace dp::checker
