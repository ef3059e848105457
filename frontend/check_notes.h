#pragma once
// What diagnostics say beside their message: where dimensions came from, and how clauses are spelled.

#include "frontend/check_body.h"
#include "frontend/check_value.h"

namespace dp::checker {

/// Adds a note for every dimension name in `dims`: "`hidden` is the argument of Classifier, line 10".
Diagnostic with_origins(Diagnostic diagnostic, const Body& body, const std::vector<Dim>& dims);
Diagnostic with_origins(Diagnostic diagnostic, const Body& body, const std::vector<typed::Type>& types);

/// `left <= right`, with negative terms moved to the other side: `k <= n + 1`.
std::string at_most_text(const Dim& left, const Dim& right);

/// The end of a pipeline, where a message about its value points: `relu` in `x |> fc1 |> relu`.
Span tip(const ast::Expr& expression);
/// The user's text of a place.
std::string source_text(const Body& body, Span span);
/// The text as an operand: in parentheses where it is more than a name, a call or a literal.
std::string operand_text(const Body& body, Span span);

/// "no arguments", "one argument", "3 arguments".
std::string counted(std::size_t count, std::string_view one, std::string_view many);

/// Reports "… is not supported yet"; gives a poisoned value.
Value unsupported(Body& body, Span span, std::string_view what);

}  // namespace dp::checker
