#include "frontend/build_pointwise.h"

#include <algorithm>
#include <set>

namespace dp {
namespace {

class Walker {
 public:
  bool function(const typed::Function& function) {
    if (!function.body || !visited_.insert(&function).second) return true;
    return expression(*function.body);
  }

 private:
  bool all(const std::vector<typed::ExprPtr>& expressions) {
    return std::all_of(expressions.begin(), expressions.end(),
                       [&](const auto& each) { return expression(*each); });
  }

  bool expression(const typed::Expr& expr) {
    const auto* type = std::get_if<typed::TensorType>(&expr.type.node);
    if (type && !type->shape.is_scalar()) return false;
    return std::visit([&](const auto& node) { return of(node); }, expr.node);
  }

  bool of(const typed::PointExpr& node) { return all(node.operands); }
  bool of(const typed::ConvertExpr& node) { return expression(*node.value); }
  bool of(const typed::TupleExpr& node) { return all(node.elements); }
  bool of(const typed::ItemExpr& node) { return expression(*node.object); }
  bool of(const typed::StructuralExpr& node) { return node.op == Op::stop && all(node.operands); }
  bool of(const typed::CallExpr& node) {
    const auto* callee = std::get_if<const typed::Function*>(&node.callee);
    return callee && all(node.arguments) && function(**callee);
  }
  bool of(const typed::IfExpr& node) {
    for (const auto& [condition, value] : node.branches)
      if (!expression(*condition) || !expression(*value)) return false;
    return !node.otherwise || expression(*node.otherwise);
  }
  bool of(const typed::BlockExpr& node) {
    return (!node.value || expression(*node.value)) &&
           std::all_of(node.statements.begin(), node.statements.end(),
                       [&](const typed::Statement& each) { return statement(each); });
  }
  bool of(const typed::NumberExpr&) { return true; }
  bool of(const typed::DimExpr&) { return true; }
  bool of(const typed::ConstantExpr&) { return true; }
  bool of(const typed::ArgumentExpr&) { return true; }
  bool of(const typed::VariableExpr&) { return true; }
  template <class Other>
  bool of(const Other&) {
    return false;
  }

  bool statement(const typed::Statement& statement) {
    if (const auto* let = std::get_if<typed::LetStatement>(&statement.node)) return expression(*let->value);
    if (const auto* unpack = std::get_if<typed::UnpackStatement>(&statement.node))
      return expression(*unpack->value);
    if (const auto* assertion = std::get_if<typed::AssertStatement>(&statement.node))
      return expression(*assertion->condition);
    return false;  // prints one line an element
  }

  std::set<const typed::Function*> visited_;
};

}  // namespace

bool is_pointwise(const typed::Function& function) { return Walker().function(function); }

}  // namespace dp
