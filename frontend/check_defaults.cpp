// Defaults of parameters: closed expressions, checked again for each call that needs them, so that every call
// has a tree of its own in its own terms.

#include "frontend/check_calls.h"
#include "frontend/check_notes.h"
#include "frontend/check_proof.h"
#include "frontend/check_types.h"

namespace dp::checker {
namespace {

/// Puts the caller's dimensions for the callee's, in a closed expression.
void to_caller(typed::Expr& expression, const typed::Instance& instance) {
  expression.type = substitute(expression.type, instance);
  if (auto* dim = std::get_if<typed::DimExpr>(&expression.node))
    dim->value = substitute(dim->value, instance);
  if (auto* converted = std::get_if<typed::ConvertExpr>(&expression.node))
    to_caller(*converted->value, instance);
  if (auto* op = std::get_if<typed::PointExpr>(&expression.node)) {
    for (typed::ExprPtr& each : op->operands) to_caller(*each, instance);
  }
}

}  // namespace

typed::ExprPtr default_value(Body& body, FunctionRecord& function, std::size_t parameter,
                             const typed::Instance& instance, Span span) {
  const std::size_t written = parameter - (function.layer ? 1 : 0);
  const ast::Expr& syntax = *function.syntax->parameters[written].initial;
  const typed::Function& callee = *function.typed;
  typed::Function scratch;
  scratch.span = callee.span;
  Body closed(body.program, function.origin, scratch);
  closed.dims = function.context->dims;
  const typed::Type wanted = callee.variables[callee.parameters[parameter]].type;
  typed::ExprPtr result = fitted(closed, check_expr(closed, syntax), wanted);
  if (result && !scratch.variables.empty()) {
    unsupported(body, span, "a default value that is computed in several steps");
    return nullptr;
  }
  if (result) to_caller(*result, instance);
  return result;
}

}  // namespace dp::checker
