// Signatures: parameters, clauses, and the sizes that only clauses keep from being negative.

#include <functional>

#include "frontend/check_dims.h"
#include "frontend/check_expr.h"
#include "frontend/check_function_values.h"
#include "frontend/check_functions.h"
#include "frontend/check_notes.h"
#include "frontend/check_proof.h"
#include "frontend/check_types.h"

namespace dp::checker {
namespace {

bool check_parameter(Body& body, const ast::Parameter& parameter) {
  if (!parameter.type) return false;  // `parse` has said so
  const auto* function = std::get_if<ast::FunctionType>(&parameter.type->node);
  const bool takes_function = function && body.record;  // of a function, not of a test
  auto type = takes_function ? check_function_type(body, *function) : check_type(body, *parameter.type);
  if (!type) return false;
  if (body.scopes.back().contains(parameter.name.text) || body.dims.contains(parameter.name.text)) {
    body.report(diagnose(diag::DuplicateParameter, parameter.name.span, parameter.name.text));
    return false;
  }
  const typed::VariableId id = body.bind(parameter.name.text, std::move(*type), parameter.name.span, nullptr);
  body.notes[id].parameter = true;
  body.function.parameters.push_back(id);
  body.function.defaults.emplace_back();
  return true;
}

/// The default in the function's own terms; it may use dimensions and constants, but no other parameter.
bool check_default(Body& body, const ast::Parameter& parameter, std::size_t place) {
  if (!parameter.initial) return true;
  // A function is checked where the call leaves it out, as one that is passed.
  if (std::holds_alternative<ast::FunctionType>(parameter.type->node)) return true;
  typed::Function scratch;
  scratch.span = body.function.span;
  Body closed(body.program, body.origin, scratch);
  closed.dims = body.dims;
  const typed::Type& wanted = body.function.variables[body.function.parameters[place]].type;
  Value value = check_expr(closed, *parameter.initial);
  if (!value) return false;
  const typed::Type found = value.type();
  body.function.defaults[place] = fitted(closed, std::move(value), wanted);
  if (body.function.defaults[place]) return true;
  body.report(
      diagnose(diag::DefaultType, parameter.initial->span, parameter.name.text, text(wanted), text(found)));
  return false;
}

/// Every list of dimensions in a type, as it is written.
void each_shape(const ast::TypeExpr& type, const std::function<void(const ast::DimList&)>& visit) {
  if (const auto* named = std::get_if<ast::NamedType>(&type.node); named && named->dims) visit(*named->dims);
  if (const auto* tuple = std::get_if<ast::TupleType>(&type.node)) {
    for (const ast::TypePtr& each : tuple->elements) each_shape(*each, visit);
  }
}

}  // namespace

bool check_parameters(Body& body, const std::vector<ast::Parameter>& parameters) {
  bool fine = true;
  const std::size_t first = body.function.parameters.size();
  for (const ast::Parameter& each : parameters) fine = check_parameter(body, each) && fine;
  if (!fine) return false;
  for (std::size_t k = 0; k < parameters.size(); ++k)
    fine = check_default(body, parameters[k], first + k) && fine;
  return fine;
}

bool check_clauses_of(Body& body, const std::vector<ast::ExprPtr>& clauses) {
  bool fine = true;
  for (const ast::ExprPtr& each : clauses) {
    const auto* binary = std::get_if<ast::Binary>(&each->node);
    using ast::BinaryOp;
    if (binary && binary->op == BinaryOp::and_) {
      body.report(diagnose(diag::BadClause, each->span));
      fine = false;
      continue;
    }
    const bool known = binary && (binary->op == BinaryOp::equal || binary->op == BinaryOp::less_equal ||
                                  binary->op == BinaryOp::greater_equal || binary->op == BinaryOp::less ||
                                  binary->op == BinaryOp::greater);
    if (!known) {
      body.report(diagnose(diag::BadClause, each->span));
      fine = false;
      continue;
    }
    auto left = check_dim(body, *binary->left), right = check_dim(body, *binary->right);
    if (!left || !right) {
      fine = false;
      continue;
    }
    if (binary->op == BinaryOp::equal) {
      body.function.equalities.emplace_back(*left, *right);
      assume_equal(body, *left, *right);
      continue;
    }
    const bool swapped = binary->op == BinaryOp::greater || binary->op == BinaryOp::greater_equal;
    if (swapped) std::swap(left, right);
    const bool strict = binary->op == BinaryOp::less || binary->op == BinaryOp::greater;
    const Dim low = strict ? *left + Dim(1) : *left;
    body.function.at_most.emplace_back(low, *right);
    assume_at_most(body, low, *right);
  }
  return fine;
}

bool check_signature_sizes(Body& body, const ast::Function& function) {
  bool fine = true;
  const auto visit = [&](const ast::DimList& list) {
    for (const ast::ExprPtr& each : list.dims) {
      const auto dim = check_dim(body, *each);
      if (dim) fine = check_size(body, *dim, each->span) && fine;
    }
  };
  for (const ast::Parameter& each : function.parameters) each_shape(*each.type, visit);
  return fine;
}

}  // namespace dp::checker
