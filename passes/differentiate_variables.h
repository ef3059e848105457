#pragma once
// The bound variables of a graph that a sweep adds nodes to: which of them each node depends on, and how far
// those go that are indices. One is kept for all sweeps over a graph and grows with it.

#include <cstdint>
#include <map>

#include "ir/binders.h"
#include "passes/derivatives.h"

namespace dp {

class LoopVariables {
 public:
  /// The graph must outlive it.
  explicit LoopVariables(const Graph& graph);

  /// Valid until the graph grows: copy what is to be kept.
  const Variables& of(Id id) { return free_.of(id); }
  /// Those of both, with what the guard depends on.
  Variables of(const Adjoint& adjoint);
  /// How many steps the loop of an index has. The graph has such an index.
  Dim extent(std::int64_t variable);
  /// The number of a loop that is not in the graph yet.
  std::int64_t fresh() { return next_++; }
  /// What `fresh` gives next: all variables from it on are younger.
  std::int64_t next() const { return next_; }

 private:
  const Graph* graph_;
  FreeVariables free_;
  std::map<std::int64_t, Dim> extents_;
  std::size_t seen_ = 0;
  std::int64_t next_;
};

/// Those of `all` that are not among `known`, ascending: outer loops first, as they are numbered.
std::vector<std::int64_t> without(const Variables& all, const Variables& known);

/// x at all values of these indices, stacked along new first axes.
Expression stacked_over(const Expression& x, std::span<const std::int64_t> indices, LoopVariables& variables);

/// A contribution that depends on more indices than `kept`, summed over the others; its guard holds where one
/// of them had it hold.
Adjoint summed_over_indices(const Adjoint& contribution, const Variables& kept, LoopVariables& variables);

}  // namespace dp
