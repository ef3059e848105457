// `if` by values: both branches are computed, what is checked or printed in them is so only where they are
// taken, and their values are selected.

#include "frontend/builder.h"
#include "ir/fold.h"
#include "support/assert.h"

namespace dp {
namespace {

std::optional<bool> known_truth(const Graph& graph, Id condition) {
  const auto known = known_scalar(graph, condition);
  if (!known) return std::nullopt;
  return std::get<std::vector<std::int64_t>>(known->elements)[0] != 0;
}

class Branches {
 public:
  Branches(Builder& builder, const typed::IfExpr& expr, Frame& frame)
      : builder_(builder), expr_(expr), frame_(frame) {}

  Value run() {
    Outcome outcome = from(0);
    for (std::size_t k = 0; k < expr_.merged.size(); ++k)
      builder_.bind(expr_.merged[k].into, std::move(outcome.merged[k]), frame_, {});
    return std::move(outcome.value);
  }

 private:
  struct Outcome {
    Value value;
    std::vector<Value> merged;
  };

  /// What the branches from the k-th on come to.
  Outcome from(std::size_t k) {
    if (k == expr_.branches.size()) return taken(k, expr_.otherwise.get());
    const auto& [condition_expr, body] = expr_.branches[k];
    const Id condition = builder_.tensor(*condition_expr, frame_);
    if (const auto known = known_truth(builder_.graph, condition))
      return *known ? taken(k, body.get()) : from(k + 1);
    Outcome yes = builder_.where(condition, [&] { return taken(k, body.get()); });
    const Id opposite = builder_.graph.add(Op::not_, {condition});
    Outcome no = builder_.where(opposite, [&] { return from(k + 1); });
    Outcome result;
    if (expr_.otherwise) result.value = builder_.choose(condition, yes.value, no.value);
    for (std::size_t name = 0; name < expr_.merged.size(); ++name)
      result.merged.push_back(builder_.choose(condition, yes.merged[name], no.merged[name]));
    return result;
  }

  Outcome taken(std::size_t k, const typed::Expr* body) {
    Outcome result;
    if (body) result.value = builder_.evaluate(*body, frame_);
    if (!expr_.otherwise) result.value = {};  // a statement
    for (const typed::Merged& each : expr_.merged)
      result.merged.push_back(frame_.variables.at(each.from.at(k)));
    return result;
  }

  Builder& builder_;
  const typed::IfExpr& expr_;
  Frame& frame_;
};

}  // namespace

Value Builder::choose(Id condition, const Value& yes, const Value& no) {
  if (yes.is_tensor() && no.is_tensor()) {
    if (yes.id() == no.id()) return yes;
    const bool tensors = graph[yes.id()].type.rank() > 0 || graph[no.id()].type.rank() > 0;
    const Shape shape = graph[graph[yes.id()].type.rank() > 0 ? yes.id() : no.id()].type.shape;
    const Id spread_condition =
        tensors && graph[condition].type.rank() == 0 ? spread(condition, shape, {}) : condition;
    return Value::tensor(point(Op::select, {spread_condition, yes.id(), no.id()}));
  }
  if (!yes.is_tree() || !no.is_tree()) return {};
  Value::Parts parts;
  for (std::size_t k = 0; k < yes.parts().size(); ++k)
    parts.push_back(choose(condition, yes.parts()[k], no.parts().at(k)));
  return Value::tree(std::move(parts));
}

Value Builder::evaluate_if(const typed::IfExpr& expr, Frame& frame) {
  return Branches(*this, expr, frame).run();
}

Value Builder::evaluate_logic(const typed::PointExpr& expr, Frame& frame) {
  const bool is_and = expr.op == Op::and_;
  const Id left = tensor(*expr.operands[0], frame);
  if (const auto known = known_truth(graph, left)) {
    if (*known != is_and) return Value::tensor(left);
    return evaluate(*expr.operands[1], frame);
  }
  const Id needed = is_and ? left : graph.add(Op::not_, {left});
  const Id right = where(needed, [&] { return tensor(*expr.operands[1], frame); });
  return Value::tensor(point(expr.op, {left, right}));
}

}  // namespace dp
