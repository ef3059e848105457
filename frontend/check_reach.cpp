#include "frontend/check_reach.h"

#include <algorithm>
#include <unordered_map>

namespace dp::checker {
namespace {

class Walker {
 public:
  Walker(const Body& body, const typed::WrtPath& part) : body_(body), part_(part) {}

  /// What a loop carries depends on itself: again, until nothing more is found.
  Reach settled(const typed::Expr& expression) {
    for (;;) {
      known_.clear();
      const Reach result = of(expression);
      if (known_ == last_) return result;
      last_ = known_;
    }
  }

 private:
  Reach of(const typed::Expr& expression) {
    const Reach inner =
        std::visit([&](const auto& node) { return of_node(expression, node); }, expression.node);
    return inner == Reach::smooth && !holds_reals(expression.type) ? Reach::discrete : inner;
  }

  Reach of_all(const std::vector<typed::ExprPtr>& expressions) {
    Reach result = Reach::none;
    for (const typed::ExprPtr& each : expressions) result = std::max(result, of(*each));
    return result;
  }

  Reach of_node(const typed::Expr&, const typed::VariableExpr& node) { return of_variable(node.variable); }

  Reach of_variable(typed::VariableId variable) {
    if (variable == part_.variable) return Reach::smooth;
    const auto [found, is_new] = known_.try_emplace(variable, last_[variable]);
    if (!is_new) return found->second;
    const VariableNote& note = body_.notes[variable];
    Reach result = note.definition ? of(*note.definition) : Reach::none;
    for (const typed::VariableId each : note.sources) result = std::max(result, of_variable(each));
    if (result == Reach::smooth && !holds_reals(body_.function.variables[variable].type))
      result = Reach::discrete;
    known_[variable] = result;
    return result;
  }

  /// A field of the variable itself counts only where it lies on the path, or behind it.
  Reach of_node(const typed::Expr& expression, const typed::FieldExpr& node) {
    std::vector<std::size_t> path;
    const typed::Expr* at = &expression;
    while (const auto* field = std::get_if<typed::FieldExpr>(&at->node)) {
      path.insert(path.begin(), field->field);
      at = field->object.get();
    }
    const auto* root = std::get_if<typed::VariableExpr>(&at->node);
    if (!root || root->variable != part_.variable) return of(*node.object);
    const std::size_t common = std::min(path.size(), part_.path.size());
    const bool same =
        std::equal(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(common), part_.path.begin());
    return same ? Reach::smooth : Reach::none;
  }

  Reach of_node(const typed::Expr&, const typed::PointExpr& node) { return of_all(node.operands); }
  Reach of_node(const typed::Expr&, const typed::StructuralExpr& node) {
    return node.op == Op::stop ? Reach::none : of_all(node.operands);
  }
  Reach of_node(const typed::Expr&, const typed::CallExpr& node) { return of_all(node.arguments); }
  Reach of_node(const typed::Expr&, const typed::TupleExpr& node) { return of_all(node.elements); }
  Reach of_node(const typed::Expr&, const typed::StructExpr& node) { return of_all(node.fields); }
  Reach of_node(const typed::Expr&, const typed::DrawExpr& node) { return of_all(node.operands); }
  Reach of_node(const typed::Expr&, const typed::ItemExpr& node) { return of(*node.object); }
  Reach of_node(const typed::Expr&, const typed::ConvertExpr& node) { return of(*node.value); }
  Reach of_node(const typed::Expr&, const typed::BroadcastExpr& node) { return of(*node.value); }
  Reach of_node(const typed::Expr&, const typed::ReshapeExpr& node) { return of(*node.value); }
  Reach of_node(const typed::Expr&, const typed::BlockExpr& node) {
    return node.value ? of(*node.value) : Reach::none;
  }
  Reach of_node(const typed::Expr&, const typed::GradExpr& node) {
    return std::max(of(*node.of), node.with ? of(*node.with) : Reach::none);
  }
  Reach of_node(const typed::Expr&, const typed::IfExpr& node) {
    Reach result = node.otherwise ? of(*node.otherwise) : Reach::none;
    for (const auto& [condition, value] : node.branches) result = std::max(result, of(*value));
    return result;
  }
  Reach of_node(const typed::Expr&, const typed::ForExpr& node) { return of(*node.body); }
  Reach of_node(const typed::Expr&, const typed::IndexExpr& node) { return of(*node.object); }
  Reach of_node(const typed::Expr&, const typed::UpdateExpr& node) {
    return std::max(of(*node.object), of(*node.value));
  }
  template <class Leaf>
  Reach of_node(const typed::Expr&, const Leaf&) {
    return Reach::none;
  }

  const Body& body_;
  const typed::WrtPath& part_;
  std::unordered_map<typed::VariableId, Reach> known_, last_;  // of this round, of the one before
};

}  // namespace

Reach reach(const Body& body, const typed::Expr& expression, const typed::WrtPath& part) {
  return Walker(body, part).settled(expression);
}

}  // namespace dp::checker
