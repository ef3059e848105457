// Statements and blocks. Binding a name again makes a new variable, so straight-line code may change its
// type.

#include <algorithm>

#include "frontend/check_expr.h"
#include "frontend/check_functions.h"
#include "frontend/check_loops.h"
#include "frontend/check_notes.h"
#include "frontend/check_numbers.h"
#include "frontend/check_operators.h"
#include "frontend/check_proof.h"

namespace dp::checker {
namespace {

using Statements = std::vector<typed::Statement>;

/// What was to be bound has no value; a name of which only a part was to be changed keeps its own.
void poison(Body& body, const ast::Target& target) {
  if (target.parts.empty() && target.items.empty()) body.bind_poisoned(target.name.text, target.span);
  for (const ast::Target& each : target.parts) poison(body, each);
}

ast::BinaryOp operator_of(ast::AssignOp op) {
  switch (op) {
    case ast::AssignOp::add: return ast::BinaryOp::add;
    case ast::AssignOp::subtract: return ast::BinaryOp::subtract;
    case ast::AssignOp::multiply: return ast::BinaryOp::multiply;
    default: return ast::BinaryOp::divide;
  }
}

/// The parts of an axis of static size: `(i, f) = z` is z[0] and z[1].
std::optional<typed::ExprPtr> axis_as_tuple(Body& body, typed::ExprPtr value, std::size_t count) {
  const typed::TensorType type = *as_tensor(value->type);
  if (type.shape.pack || type.shape.dims.empty()) return std::nullopt;
  const auto size = constant_size(body, type.shape.dims.front());
  if (!size || *size != static_cast<std::int64_t>(count)) return std::nullopt;
  const Span span = value->span;
  const typed::VariableId whole = body.add_variable("", value->type, span);
  body.notes[whole].definition = value.get();
  typed::BlockExpr block;
  block.statements.push_back({span, typed::LetStatement{whole, std::move(value)}});
  typed::TupleType tuple;
  typed::TupleExpr parts;
  typed::TensorType part = type;
  part.shape.dims.erase(part.shape.dims.begin());
  for (std::size_t k = 0; k < count; ++k) {
    typed::StructuralExpr slice{
        Op::slice, list(use(body, whole, span)), {}, {{}, type.shape.dims, {}}, false};
    slice.dims[0].assign(type.shape.dims.size(), Dim(0));
    slice.dims[2].assign(type.shape.dims.size(), Dim(1));
    slice.dims[0][0] = Dim(static_cast<std::int64_t>(k));
    slice.dims[1][0] = Dim(1);
    typed::TensorType one = type;
    one.shape.dims.front() = Dim(1);
    typed::ExprPtr row = make({one}, span, std::move(slice));
    parts.elements.push_back(make({part}, span, typed::ReshapeExpr{std::move(row), false}));
    tuple.elements.push_back({part});
  }
  block.value = make({tuple}, span, std::move(parts));
  return make({tuple}, span, std::move(block));
}

void report_unpack(Body& body, const ast::Target& target, const typed::Type& type) {
  body.report(diagnose(diag::CannotUnpack, target.span, text(type), target.parts.size()));
  poison(body, target);
}

void unpack(Body& body, const ast::Target& target, Value value, Span span, Statements& statements);

/// `((a, b), c[i]) = …`: a part that is no name is taken apart, or put in its place, behind the others.
void unpack_part(Body& body, const ast::Target& part, typed::VariableId variable, Statements& statements) {
  Value value{use(body, variable, part.span), Open::no};
  if (!part.parts.empty()) return unpack(body, part, std::move(value), part.span, statements);
  if (!part.items.empty()) update_part(body, part, std::move(value), part.span, statements);
}

void report_repeated(Body& body, const ast::Target& target) {
  for (std::size_t k = 1; k < target.parts.size(); ++k) {
    const ast::Target& part = target.parts[k];
    const auto same = [&](const ast::Target& other) {
      return other.parts.empty() && other.items.empty() && other.name.text == part.name.text;
    };
    const bool named = part.parts.empty() && part.items.empty() && part.name.text != "_";
    if (named &&
        std::any_of(target.parts.begin(), target.parts.begin() + static_cast<std::ptrdiff_t>(k), same))
      body.report(diagnose(diag::DuplicateParameter, part.span, part.name.text));
  }
}

void unpack(Body& body, const ast::Target& target, Value value, Span span, Statements& statements) {
  const std::size_t count = target.parts.size();
  report_repeated(body, target);
  const typed::Type type = value.type();
  if (as_tensor(type)) {
    auto parts = axis_as_tuple(body, std::move(value.expr), count);
    if (!parts) return report_unpack(body, target, type);
    value.expr = std::move(*parts);
  }
  const auto* tuple = std::get_if<typed::TupleType>(&value.type().node);
  if (!tuple || tuple->elements.size() != count) return report_unpack(body, target, type);
  typed::UnpackStatement node;
  for (std::size_t k = 0; k < count; ++k) {
    const ast::Target& part = target.parts[k];
    const bool named = part.parts.empty() && part.items.empty();
    const typed::Type& element = tuple->elements[k];
    node.variables.push_back(named ? body.assign(part.name.text, element, part.span, value.expr.get())
                                   : body.add_variable("", element, part.span));
    body.notes[node.variables.back()].definition = value.expr.get();
    body.notes[node.variables.back()].unpacked_with = node.variables.front();
  }
  const std::vector<typed::VariableId> variables = node.variables;
  node.value = std::move(value.expr);
  statements.push_back({span, std::move(node)});
  for (std::size_t k = 0; k < count; ++k) unpack_part(body, target.parts[k], variables[k], statements);
}

void check_bind(Body& body, const ast::Bind& bind, Span span, Statements& statements) {
  const ast::Target& target = bind.target;
  if (!target.items.empty()) return check_update(body, bind, span, statements);
  const bool changes = bind.op != ast::AssignOp::bind;
  Value present = changes ? check_name(body, target.name.text, target.name.span) : Value{};
  Value value = check_expr(body, *bind.value);
  if (changes) value = arithmetic(body, operator_of(bind.op), std::move(present), std::move(value), span);
  if (!value) return poison(body, target);
  // In a loop or branch a name from outside keeps its type, which open numbers take.
  const auto old = target.parts.empty() ? body.find_variable(target.name.text) : std::nullopt;
  if (old && body.notes[*old].keeps_type) settle_towards(body, value, body.function.variables[*old].type);
  settle_by_itself(value);
  if (std::holds_alternative<typed::NothingType>(value.type().node)) {
    body.report(diagnose(diag::NoValue, value.span()));
    return poison(body, target);
  }
  if (!target.parts.empty()) return unpack(body, target, std::move(value), span, statements);
  const typed::VariableId id =
      body.assign(target.name.text, value.type(), target.name.span, value.expr.get());
  statements.push_back({span, typed::LetStatement{id, std::move(value.expr)}});
}

void check_assert(Body& body, const ast::Assert& assertion, Span span, Statements& statements) {
  Value condition = check_expr(body, *assertion.condition);
  if (!condition) return;
  const auto* type = as_tensor(condition.type());
  if (!type || type->scalar != typed::Scalar::boolean || !type->shape.is_scalar()) {
    auto diagnostic = diagnose(diag::NotACondition, condition.span(), text(condition.type()));
    const bool of_bools = type && type->scalar == typed::Scalar::boolean;
    if (of_bools) diagnostic.fixes.push_back("all(" + source_text(body, condition.span()) + ")");
    body.report(std::move(diagnostic));
    return;
  }
  std::string message = source_text(body, assertion.condition->span);
  if (assertion.message) {
    const auto* given = std::get_if<ast::StringLiteral>(&assertion.message->node);
    if (!given) {
      body.report(diagnose(diag::NotAText, assertion.message->span));
      return;
    }
    message = given->value;
  }
  statements.push_back({span, typed::AssertStatement{std::move(condition.expr), std::move(message)}});
}

void check_print(Body& body, const ast::Print& print, Span span, Statements& statements) {
  typed::PrintStatement node;
  for (const ast::ExprPtr& each : print.arguments) {
    Value value = check_expr(body, *each);
    if (!value) return;
    settle_by_itself(value);
    node.arguments.push_back(std::move(value.expr));
  }
  statements.push_back({span, std::move(node)});
}

void check_loose(Body& body, const ast::Expr& expression, Span span, Statements& statements) {
  Value value = check_expr(body, expression);
  if (!value) return;
  const bool has_effect = std::holds_alternative<typed::NothingType>(value.type().node) ||
                          std::holds_alternative<typed::CallExpr>(value.expr->node) ||
                          std::holds_alternative<typed::BlockExpr>(value.expr->node) ||
                          std::holds_alternative<typed::ForExpr>(value.expr->node) ||
                          std::holds_alternative<typed::IfExpr>(value.expr->node);
  if (!has_effect) body.report(diagnose(diag::UnusedValue, expression.span));
  settle_by_itself(value);
  statements.push_back({span, typed::ExpressionStatement{std::move(value.expr)}});
}

/// The expression that a block ends with, if it does.
const ast::Expr* last_expression(const ast::Block& block) {
  if (block.statements.empty()) return nullptr;
  const auto& node = block.statements.back().node;
  if (const auto* value = std::get_if<ast::ExprStmt>(&node)) return value->value.get();
  if (const auto* value = std::get_if<ast::Return>(&node)) return value->value.get();
  return nullptr;
}

}  // namespace

void check_statement(Body& body, const ast::Stmt& statement, Statements& statements) {
  const auto& node = statement.node;
  if (const auto* bind = std::get_if<ast::Bind>(&node))
    return check_bind(body, *bind, statement.span, statements);
  if (const auto* each = std::get_if<ast::Assert>(&node))
    return check_assert(body, *each, statement.span, statements);
  if (const auto* each = std::get_if<ast::Print>(&node))
    return check_print(body, *each, statement.span, statements);
  if (const auto* each = std::get_if<ast::ExprStmt>(&node))
    return check_loose(body, *each->value, statement.span, statements);
  // Of a `return` elsewhere than in the end `parse` has told.
  if (const auto* each = std::get_if<ast::While>(&node)) check_while(body, *each, statement.span, statements);
}

Value check_block(Body& body, const ast::Block& block, const typed::Type* wanted) {
  const ScopeGuard scope(body);
  const ast::Expr* last = last_expression(block);
  Statements statements;
  const std::size_t count = block.statements.size() - (last ? 1 : 0);
  for (std::size_t k = 0; k < count; ++k) check_statement(body, block.statements[k], statements);
  if (last && count == 0) return wanted ? check_expr_towards(body, *last, *wanted) : check_expr(body, *last);
  Value value;
  if (last) {
    value = wanted ? check_expr_towards(body, *last, *wanted) : check_expr(body, *last);
    if (!value) return {};
    settle_by_itself(value);
  }
  typed::BlockExpr node{std::move(statements), std::move(value.expr)};
  typed::Type type = node.value ? node.value->type : typed::Type{typed::NothingType{}};
  const Span span = node.value ? node.value->span : block.span;
  return {make(std::move(type), span, std::move(node)), Open::no};
}

}  // namespace dp::checker
