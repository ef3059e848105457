#pragma once
// Copies of statements in which loop variables have become other indices. Every variable and value that a
// copied statement gives is a new one. What the ranges of the variables decide is decided: comparisons,
// limits, choices.

#include <map>
#include <optional>

#include "passes/lower_expressions.h"
#include "passes/lower_index.h"

namespace dp {

/// The range of an i64 expression where that of its variables is known.
using Ranges = std::map<loops::VariableId, Interval>;
std::optional<Interval> range_of(const loops::Module& module, loops::ExprId id, const Ranges& ranges);

class Rewriter {
 public:
  Rewriter(loops::Module& module, Expressions& expressions, Ranges ranges)
      : module_(module), expressions_(expressions), ranges_(std::move(ranges)) {}

  /// In copies, `expr` (of that range) stands for the variable.
  void replace(loops::VariableId variable, loops::ExprId expr) { replaced_[variable] = expr; }
  void set_range(loops::VariableId variable, Interval range) { ranges_[variable] = range; }

  loops::Body copy(const loops::Body& body);
  loops::ExprId copy(loops::ExprId id);

 private:
  loops::Stmt statement(const loops::For& loop);
  loops::Stmt statement(const loops::Let& let);
  loops::Stmt statement(const loops::Store& store);
  loops::Stmt statement(const loops::Reduce& reduce);
  loops::Stmt statement(const loops::Matmul& product);
  loops::Stmt statement(const loops::If& branch);
  loops::Stmt statement(const loops::Check& check);
  loops::Stmt statement(const loops::Print& print);
  loops::Stmt statement(const loops::Call& call) { return {call}; }

  loops::VariableId fresh(loops::VariableId variable, std::int64_t extent);
  loops::ValueId fresh(loops::ValueId value, Dtype dtype);
  std::vector<loops::ExprId> copy(const std::vector<loops::ExprId>& list);
  loops::ExprId operation(const loops::Expr& expr, const loops::OpExpr& op);
  std::optional<loops::ExprId> decided(Op op, const std::vector<loops::ExprId>& operands);
  std::optional<loops::ExprId> compared(Op op, loops::ExprId x, loops::ExprId y);
  std::optional<loops::ExprId> limited(Op op, loops::ExprId x, loops::ExprId y);
  std::optional<loops::ExprId> combined(Op op, loops::ExprId x, loops::ExprId y);
  std::optional<loops::ExprId> summed(Op op, loops::ExprId x, loops::ExprId y);
  std::optional<std::int64_t> number(loops::ExprId id) const;

  loops::Module& module_;
  Expressions& expressions_;
  Ranges ranges_;
  std::map<loops::VariableId, loops::ExprId> replaced_;
  std::map<loops::ValueId, loops::ValueId> values_;
  std::map<loops::ExprId, loops::ExprId> known_;
};

}  // namespace dp
