#pragma once
// What is known of the integers of a graph while it is built: so that an index that must lie in its axis is
// not checked when the program runs. Indices are polynomials of dimensions and loop variables; a loop
// variable lies in its range, a bounded integer below its bound.

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "ir/graph.h"

namespace dp {

class Bounds {
 public:
  explicit Bounds(const Graph& graph) : graph_(&graph) {}

  /// All elements of the node lie in 0 .. bound-1.
  void learn(Id id, const Dim& bound) { known_.insert_or_assign(id, bound); }
  /// A clause of the function that is being built: left <= right.
  void assume(const Dim& left, const Dim& right) { clauses_.emplace_back(left, right); }
  std::size_t clauses() const { return clauses_.size(); }
  void forget_clauses(std::size_t count) { clauses_.resize(count); }

  /// Whether all elements are at least 0 and below the extent.
  bool inside(Id id, const Dim& extent);
  bool never_zero(Id id);
  bool never_negative(const Dim& form) const;

 private:
  /// A scalar as a polynomial of dimensions and `%k`, atoms that lie in 0 .. atoms_[k]-1.
  std::optional<Dim> form(Id id);
  std::optional<Dim> bound(Id id);
  std::optional<Dim> bound_of(const Node& node);
  Dim atom(std::string name, const Dim& extent);

  const Graph* graph_;
  std::map<Id, Dim> known_;
  std::map<std::string, Dim> atoms_;
  std::vector<std::pair<Dim, Dim>> clauses_;
};

}  // namespace dp
