#include "frontend/ast_walk.h"

namespace dp::ast {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

}  // namespace

void Walker::visit(const ExprPtr& expression) const {
  if (expression) visit(*expression);
}

void Walker::visit(const std::vector<ExprPtr>& expressions) const {
  for (const ExprPtr& each : expressions) visit(each);
}

void Walker::visit(const std::vector<IndexItem>& items) const {
  for (const IndexItem& each : items) {
    visit(each.begin);
    visit(each.end);
  }
}

void Walker::visit(const Target& target) const {
  visit(target.items);
  for (const Target& each : target.parts) visit(each);
}

void Walker::visit(const Expr& expression) const {
  if (!enter || enter(expression)) inside(expression);
  if (leave) leave(expression);
}

void Walker::visit(const Block& block) const {
  for (const Stmt& each : block.statements) visit(each);
}

void Walker::inside(const Expr& expression) const {
  const auto loop = [&](const For& node) {
    visit(node.function);
    for (const Binder& each : node.binders) visit(each.range);
    visit(node.filter);
    visit(node.body);
  };
  const auto branches = [&](const If& node) {
    for (const IfBranch& each : node.branches) {
      visit(each.condition);
      visit(each.body);
    }
    if (node.otherwise) visit(*node.otherwise);
  };
  const auto call = [&](const Call& node) {
    visit(node.callee);
    for (const Argument& each : node.arguments) visit(each.value);
  };
  const auto two = [&](const ExprPtr& first, const ExprPtr& second) {
    visit(first);
    visit(second);
  };
  std::visit(Overloaded{
                 loop,
                 branches,
                 call,
                 [&](const Field& node) { visit(node.object); },
                 [&](const Index& node) {
                   visit(node.object);
                   visit(node.items);
                 },
                 [&](const Unary& node) { visit(node.operand); },
                 [&](const Binary& node) { two(node.left, node.right); },
                 [&](const Pipe& node) { two(node.value, node.target); },
                 [&](const As& node) {
                   visit(node.value);
                   visit(node.dims);
                 },
                 [&](const Grad& node) {
                   two(node.of, node.wrt);
                   visit(node.with);
                 },
                 [&](const Tuple& node) { visit(node.elements); },
                 [&](const Stack& node) { visit(node.elements); },
                 [](const auto&) {},
             },
             expression.node);
}

void Walker::visit(const Stmt& statement) const {
  if (enter_statement && !enter_statement(statement)) return;
  std::visit(Overloaded{
                 [&](const Bind& node) {
                   visit(node.value);
                   visit(node.target);
                 },
                 [&](const ExprStmt& node) { visit(node.value); },
                 [&](const Return& node) { visit(node.value); },
                 [&](const While& node) {
                   visit(node.condition);
                   visit(node.limit);
                   visit(node.body);
                 },
                 [&](const Assert& node) {
                   visit(node.condition);
                   visit(node.message);
                 },
                 [&](const Print& node) { visit(node.arguments); },
             },
             statement.node);
}

}  // namespace dp::ast
