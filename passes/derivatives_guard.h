#pragma once
// Where an adjoint may be other than 0: the elements that every `select` on its way has taken. What was not
// selected must not reach a gradient even where it is inf or NaN, so what multiplies a guarded adjoint is
// formed inside `select(guard, …, 0)`. A guard is kept as an "or" of "and"s of the conditions themselves, so
// that it can be seen that both branches together are everywhere: a leaky relu written with `where` carries
// no guard on.

#include <functional>
#include <set>
#include <utility>
#include <vector>

#include "passes/expression.h"

namespace dp {

class Guard {
 public:
  /// Everywhere: no guard.
  Guard() = default;
  /// Where the bool `condition` holds.
  static Guard where(const Expression& condition);

  bool is_everywhere() const { return terms_.size() == 1 && terms_.front().empty(); }
  /// Where this holds and `condition` is `value`.
  Guard and_where(const Expression& condition, bool value) const;
  /// Where one of them holds.
  friend Guard either(const Guard& a, const Guard& b);
  /// The guard after a move that takes every element of the result from the operand. Such moves may be done
  /// to each condition for itself.
  Guard moved(const std::function<Expression(const Expression&)>& move) const;
  /// The bools that it is made of.
  std::set<Id> conditions() const;
  /// As a bool node; the guard must not be everywhere.
  Expression expression(Graph& graph) const;
  /// The value where the guard holds, else 0.
  Expression keep(const Expression& value) const;

 private:
  /// (bool node, the value that it must have); a set of them is their "and".
  using Condition = std::pair<Id, bool>;
  using Conditions = std::set<Condition>;

  static void require(Graph& graph, Conditions& conditions, Id node, bool value);
  static bool simplify_once(std::vector<Conditions>& terms);
  void simplify();

  std::vector<Conditions> terms_{{}};
  Graph* graph_ = nullptr;
};

Guard either(const Guard& a, const Guard& b);

}  // namespace dp
