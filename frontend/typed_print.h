#pragma once
// Prints one expression of the typed tree, for the printer of whole modules. Every construct is written as a
// call by the name of its op, so that nothing that the checker made explicit is hidden.

#include <string>

#include "frontend/typed.h"

namespace dp::typed {

/// Names the variables of one function: a name that is bound again becomes `x#2`, `x#3`, …
class ExpressionPrinter {
 public:
  explicit ExpressionPrinter(const std::vector<Variable>& variables);

  /// On one line but for blocks, whose lines are indented by `indent` more than two spaces.
  std::string text(const Expr& expression, int indent = 0) const;
  std::string text(const Statement& statement, int indent) const;
  const std::string& name(VariableId variable) const { return names_[variable]; }
  std::string path(const WrtPath& path) const;

 private:
  struct Visitor;
  std::string list(const std::vector<ExprPtr>& expressions, int indent) const;
  std::string call(const CallExpr& call, int indent) const;
  std::string structural(const StructuralExpr& structural, int indent) const;
  std::string conditional(const IfExpr& conditional, int indent) const;
  std::string block(const BlockExpr& block, int indent) const;
  std::string merged(const std::vector<Merged>& merged) const;
  std::string carried(const std::vector<Carried>& carried) const;
  std::string loop(const ForExpr& loop, int indent) const;
  std::string loop(const WhileExpr& loop, int indent) const;
  std::string index(const std::vector<IndexPart>& parts, int indent) const;
  std::string gradient(const GradExpr& gradient, int indent) const;
  std::string field(const FieldExpr& field, int indent) const;

  const std::vector<Variable>& variables_;
  std::vector<std::string> names_;
};

}  // namespace dp::typed
