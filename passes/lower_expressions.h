#pragma once
// Expressions of the loop IR while `lower` makes them: hash-consed, lightly simplified, and each with its
// depth, the innermost open loop whose variable or reduction it needs. Depth 0 is the kernel's own body.

#include <map>
#include <set>
#include <vector>

#include "ir/loops.h"

namespace dp {

class Expressions {
 public:
  explicit Expressions(loops::Module& module) : module_(module) {}

  loops::VariableId new_variable(std::string name, int depth);
  loops::ValueId new_value(std::string name, Dtype dtype, int depth);

  loops::ExprId integer(std::int64_t value);
  loops::ExprId constant(Dtype dtype, const Literal& literal, std::size_t position = 0);
  loops::ExprId real_constant(Dtype dtype, double value);
  loops::ExprId truth(bool value);
  /// 0, or false.
  loops::ExprId zero(Dtype dtype) { return real_constant(dtype, 0); }
  loops::ExprId variable(loops::VariableId variable);
  loops::ExprId value(loops::ValueId value);
  loops::ExprId load(loops::BufferId buffer, loops::ExprId index);
  loops::ExprId op(Op op, std::vector<loops::ExprId> operands, std::int64_t exponent = 0);
  loops::ExprId convert(Dtype dtype, loops::ExprId operand);
  /// Conjunction that leaves out what is always true.
  loops::ExprId both(loops::ExprId a, loops::ExprId b);

  /// Expressions that are arithmetic of indices: they stay where they stand, for strides to be read from
  /// them.
  void mark_index(loops::ExprId expr) { index_.insert(expr); }
  bool is_index(loops::ExprId expr) const { return index_.contains(expr); }

  Dtype dtype(loops::ExprId expr) const { return module_.expressions[expr].dtype; }
  int depth(loops::ExprId expr) const { return depths_[expr]; }
  bool mentions(loops::ExprId expr, loops::VariableId variable) const;
  /// The same expression with other variables in place of some.
  loops::ExprId renamed(loops::ExprId expr, const std::map<loops::VariableId, loops::VariableId>& names);

 private:
  loops::ExprId add(std::vector<std::int64_t> key, loops::Expr expr, int depth);

  loops::Module& module_;
  std::map<std::vector<std::int64_t>, loops::ExprId> known_;
  std::set<loops::ExprId> index_;
  std::vector<int> depths_;
  std::vector<int> variable_depths_;
  std::vector<int> value_depths_;
  std::vector<Dtype> value_dtypes_;
};

}  // namespace dp
