// `custom`: a value whose derivative the program has written itself. Its cotangents stand beside it as
// expressions in seeds; differentiating means putting the real cotangent in their place.

#include <unordered_map>

#include "passes/derivatives_rules.h"
#include "support/assert.h"

namespace dp::derivative_rules {
namespace {

/// The slots of a custom's seeds: its result's cotangent, its result, then the tangents of its operands.
constexpr std::int64_t cotangent_slot = 0, result_slot = 1, first_tangent_slot = 2;

/// Rebuilds what depends on the seeds of one id. A `custom` of the same id binds them anew in the derivatives
/// that it brings.
class Substitution {
 public:
  Substitution(Graph& graph, std::int64_t id) : graph_(graph), id_(id) {}

  void keep(Id id) { known_.emplace(id, id); }
  void put(std::int64_t slot, Id value) { values_[slot] = value; }
  /// Whether everything that was rebuilt works element by element.
  bool is_pointwise() const { return pointwise_; }

  Id of(Id id) {
    if (const auto known = known_.find(id); known != known_.end()) return known->second;
    const Id result = rebuilt(id);
    known_.emplace(id, result);
    return result;
  }

 private:
  Id rebuilt(Id id) {
    Node node = graph_[id];
    if (node.op == Op::seed && node.integer("id") == id_) return values_.at(node.integer("slot"));
    const bool binds = node.op == Op::custom && node.integer("id") == id_;
    const std::size_t free =
        binds ? 1 + static_cast<std::size_t>(node.integer("count")) : node.operands.size();
    bool changed = false;
    for (std::size_t k = 0; k < free; ++k) {
      const Id operand = of(node.operands[k]);
      changed = changed || operand != node.operands[k];
      node.operands[k] = operand;
    }
    if (!changed) return id;
    const Form form = info(node.op).form;
    pointwise_ = pointwise_ && (form == Form::eval || form == Form::point || form == Form::level);
    const Note note = graph_.note(id);
    const Id result =
        graph_.add(node.op, std::move(node.operands), std::move(node.attributes), std::move(node.type));
    graph_.annotate(result, note);
    return result;
  }

  Graph& graph_;
  std::int64_t id_;
  bool pointwise_ = true;
  std::unordered_map<Id, Id> known_;
  std::unordered_map<std::int64_t, Id> values_;
};

Substitution in_place_of(const Application& application) {
  Substitution result(*application.graph, application.node.integer("id"));
  result.put(result_slot, application.id);
  const auto count = static_cast<std::size_t>(application.node.integer("count"));
  for (std::size_t k = 0; k <= count; ++k) result.keep(application.node.operands[k]);
  return result;
}

}  // namespace

Adjoint pull_custom(const Application& application, std::size_t k, const Adjoint& ct) {
  const auto count = static_cast<std::size_t>(application.node.integer("count"));
  Substitution substitution = in_place_of(application);
  substitution.put(cotangent_slot, ct.value.id);
  const Id pulled = substitution.of(application.node.operands[k + count]);
  // An element that was not selected stays apart where elements do not meet; elsewhere its cotangent is 0.
  if (!substitution.is_pointwise()) return {{application.graph, pulled}, {}};
  return {ct.guard.keep({application.graph, pulled}), ct.guard};
}

Expression push_custom(const Application& application, const Tangents& tangents) {
  const auto count = static_cast<std::size_t>(application.node.integer("count"));
  DP_ASSERT(application.node.operands.size() > 1 + 2 * count, "a custom derivative has no tangents");
  std::optional<Expression> sum;
  for (std::size_t k = 1; k <= count; ++k) {
    if (!tangents[k]) continue;
    Substitution substitution = in_place_of(application);
    substitution.put(cotangent_slot, zero(application.result()).id);
    substitution.put(first_tangent_slot + static_cast<std::int64_t>(k) - 1, tangents[k]->id);
    const Expression term{application.graph, substitution.of(application.node.operands[k + 2 * count])};
    sum = sum ? *sum + term : term;
  }
  DP_ASSERT(sum, "a tangent is asked of an op none of whose operands has one");
  return *sum;
}

}  // namespace dp::derivative_rules
