#include "frontend/antlr_builder.h"

namespace dp {

using namespace ast;

namespace {

AssignOp assign_op(TokenKind token) {
  switch (token) {
    case TokenKind::add_assign_: return AssignOp::add;
    case TokenKind::subtract_assign_: return AssignOp::subtract;
    case TokenKind::multiply_assign_: return AssignOp::multiply;
    case TokenKind::divide_assign_: return AssignOp::divide;
    default: return AssignOp::bind;
  }
}

bool is_jump(const Expr& expression) {
  const NameUse* use = std::get_if<NameUse>(&expression.node);
  return use && (use->name == "break" || use->name == "continue" || use->name == "pass");
}

}  // namespace

/// A `return` may only be the last statement of a function's body.
Block Builder::block(P::BlockContext& tree, bool of_function) {
  Block result{.span = span(tree)};
  for (P::StatementContext* item : tree.statement()) result.statements.push_back(statement(*item));
  for (std::size_t i = 0; i < result.statements.size(); ++i) {
    const bool last = i + 1 == result.statements.size();
    if (!std::holds_alternative<Return>(result.statements[i].node) || (last && of_function)) continue;
    report(diagnose(diag::EarlyReturn, result.statements[i].span)
               .note("`if c { a } else { b }` is an expression: its value can be the function's"));
  }
  return result;
}

Block Builder::block_of(P::ExpressionContext& tree) {
  Block result{.span = span(tree)};
  result.statements.push_back({span(tree), ExprStmt{expression(tree)}});
  return result;
}

std::vector<ExprPtr> Builder::printing(P::PrintingContext& tree) { return expressions(tree.expression()); }

Stmt Builder::statement(P::StatementContext& tree) {
  const auto parts = tree.expression();
  const Span whole = span(tree);
  if (tree.printing()) return {whole, Print{printing(*tree.printing())}};
  if (tree.RETURN()) return {whole, Return{expression(*parts[0])}};
  if (tree.WHILE()) {
    ExprPtr condition = expression(*parts[0]);
    ExprPtr limit = tree.UPTO() ? expression(*parts[1]) : nullptr;
    return {whole, While{std::move(condition), std::move(limit), block(*tree.block(), false)}};
  }
  ExprPtr first = expression(*parts[0]);
  ExprPtr second = parts.size() > 1 ? expression(*parts[1]) : nullptr;
  if (tree.ASSERT()) return {whole, Assert{std::move(first), std::move(second)}};
  if (second) {
    const For* loop = std::get_if<For>(&first->node);
    if (loop && !loop->braces && !first->parenthesised) {
      const Span at = span(dynamic_cast<Terminal&>(*tree.children[1]));
      report(diagnose(diag::BindingInBody, at).fix("`for i in … { x = … }`"));
      return {whole, ExprStmt{std::move(first)}};
    }
    Target left = target(std::move(first));
    return {whole, Bind{std::move(left), assign_op(kind(*tree.children[1])), std::move(second)}};
  }
  if (is_jump(*first)) report(diagnose(diag::NoJumps, first->span, std::get<NameUse>(first->node).name));
  return {whole, ExprStmt{std::move(first)}};
}

/// What stands left of `=` was parsed as an expression; here it becomes a name, an element or a tuple of
/// them.
Target Builder::target(ExprPtr expression) {
  Target result{.span = expression->span};
  if (const NameUse* use = std::get_if<NameUse>(&expression->node); use && !expression->parenthesised) {
    result.name = {use->name, expression->span};
    return result;
  }
  if (Tuple* tuple = std::get_if<Tuple>(&expression->node); tuple && !tuple->elements.empty()) {
    for (ExprPtr& element : tuple->elements) result.parts.push_back(target(std::move(element)));
    return result;
  }
  Index* element = std::get_if<Index>(&expression->node);
  const NameUse* object = element ? std::get_if<NameUse>(&element->object->node) : nullptr;
  if (object) {
    result.name = {object->name, element->object->span};
    result.items = std::move(element->items);
    return result;
  }
  Diagnostic error = diagnose(diag::InvalidTarget, expression->span);
  const bool twice = element && std::holds_alternative<Index>(element->object->node);
  if (twice) error.fixes.push_back("one index for all axes: `x[i, j] = …`");
  if (std::holds_alternative<RealLiteral>(expression->node)) error.notes.push_back("this word is a number");
  if (std::holds_alternative<Field>(expression->node)) {
    error.fixes.push_back("build a new struct by name: `Camera(focal = f, …)`");
  }
  report(std::move(error).note(
      "left of `=` stands a name, an element or slice `x[i, a..b]`, or a tuple of them"));
  return result;
}

}  // namespace dp
