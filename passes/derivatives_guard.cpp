#include "passes/derivatives_guard.h"

#include <algorithm>

#include "support/assert.h"

namespace dp {
namespace {

/// Beyond this a guard becomes one condition: what is gained by seeing through more is less than what it
/// costs.
constexpr std::size_t most_terms = 8;

}  // namespace

/// Adds `node == value`, seen through `not` and through the "and" that holds or the "or" that does not.
void Guard::require(Graph& graph, Conditions& conditions, Id id, bool value) {
  const Node node = graph[id];
  if (node.op == Op::not_) return require(graph, conditions, node.operands[0], !value);
  if ((node.op == Op::and_ && value) || (node.op == Op::or_ && !value)) {
    for (const Id operand : node.operands) require(graph, conditions, operand, value);
    return;
  }
  conditions.insert({id, value});
}

Guard Guard::where(const Expression& condition) { return Guard().and_where(condition, true); }

Guard Guard::and_where(const Expression& condition, bool value) const {
  Guard result = *this;
  result.graph_ = condition.graph;
  for (Conditions& term : result.terms_) require(*condition.graph, term, condition.id, value);
  while (simplify_once(result.terms_)) {}
  return result;
}

/// Applies a ∨ (a ∧ b) = a, or (c ∧ a) ∨ (¬c ∧ a ∧ b) = (c ∧ a) ∨ (a ∧ b), to one pair.
bool Guard::simplify_once(std::vector<Conditions>& terms) {
  for (std::size_t i = 0; i < terms.size(); ++i) {
    for (std::size_t j = 0; j < terms.size(); ++j) {
      if (i == j) continue;
      if (std::ranges::includes(terms[j], terms[i])) {
        terms.erase(terms.begin() + static_cast<std::ptrdiff_t>(j));
        return true;
      }
      for (const auto& [condition, value] : terms[i]) {
        Conditions rest = terms[i];
        rest.erase({condition, value});
        const Condition opposite{condition, !value};
        if (!terms[j].contains(opposite) || !std::ranges::includes(terms[j], rest)) continue;
        terms[j].erase(opposite);
        return true;
      }
    }
  }
  return false;
}

Guard either(const Guard& a, const Guard& b) {
  if (a.is_everywhere() || b.is_everywhere()) return Guard();
  Guard result = a;
  result.terms_.insert(result.terms_.end(), b.terms_.begin(), b.terms_.end());
  while (Guard::simplify_once(result.terms_)) {}
  if (result.terms_.size() <= most_terms) return result;
  return Guard::where(result.expression(*a.graph_));
}

Guard Guard::moved(const std::function<Expression(const Expression&)>& move) const {
  Guard result = *this;
  for (Conditions& term : result.terms_) {
    Conditions moved;
    for (const auto& [condition, value] : term) moved.insert({move({graph_, condition}).id, value});
    term = std::move(moved);
  }
  return result;
}

std::set<Id> Guard::conditions() const {
  std::set<Id> ids;
  for (const Conditions& term : terms_) {
    for (const auto& [condition, value] : term) ids.insert(condition);
  }
  return ids;
}

Expression Guard::expression(Graph& graph) const {
  DP_ASSERT(!is_everywhere(), "a guard that holds everywhere is no node");
  Expression any{&graph, no_id};
  for (const Conditions& term : terms_) {
    Expression all{&graph, no_id};
    // From the latest condition back: what a sweep adds on its way down comes behind what it has built
    // already.
    for (auto place = term.rbegin(); place != term.rend(); ++place) {
      const auto& [id, value] = *place;
      const Expression condition = value ? Expression{&graph, id} : !Expression{&graph, id};
      all = all.id == no_id ? condition : all & condition;
    }
    any = any.id == no_id ? all : any | all;
  }
  return any;
}

Expression Guard::keep(const Expression& value) const {
  if (is_everywhere()) return value;
  const Conditions& first = terms_.front();
  const bool one_condition = terms_.size() == 1 && first.size() == 1;
  if (one_condition && !first.begin()->second) {
    return select({value.graph, first.begin()->first}, zero(value), value);
  }
  return select(expression(*value.graph), value, zero(value));
}

}  // namespace dp
