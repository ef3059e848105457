#pragma once
// Visits every expression and statement of a piece of the syntax tree, in the order of the text. Who looks
// for something is asked at each node whether to go deeper.

#include <functional>

#include "frontend/ast.h"

namespace dp::ast {

class Walker {
 public:
  /// Asked before what is inside is visited; false: it is passed over. May be empty.
  std::function<bool(const Expr&)> enter;
  std::function<bool(const Stmt&)> enter_statement;
  /// Told when what is inside has been visited, or passed over. May be empty.
  std::function<void(const Expr&)> leave;

  void visit(const Expr& expression) const;
  void visit(const Block& block) const;
  void visit(const Stmt& statement) const;

 private:
  void visit(const ExprPtr& expression) const;
  void visit(const std::vector<ExprPtr>& expressions) const;
  void visit(const std::vector<IndexItem>& items) const;
  void visit(const Target& target) const;
  void inside(const Expr& expression) const;
};

}  // namespace dp::ast
