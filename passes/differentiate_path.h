#pragma once
// What lies between the marks and y: found before anything is built, so that a sweep builds nothing in vain.

#include <optional>
#include <span>
#include <vector>

#include "passes/differentiate_scans.h"
#include "support/result.h"

namespace dp {

/// The nodes that y depends on, and that depend on one of the marks, by ways that carry a derivative.
class DerivativePath {
 public:
  std::span<const Id> nodes() const { return nodes_; }  // ascending: operands first
  bool contains(Id id) const { return knows(id) && states_[id - lowest_] != State::apart; }
  /// Whether on a way down from the node's adjoint to a mark something is multiplied that may be inf or NaN.
  /// If not, a guard has nothing to keep out.
  bool is_guarded(Id id) const { return knows(id) && states_[id - lowest_] == State::unbounded; }
  /// Whether that operand of a node on the path is on it too, and gets something from it.
  bool leads_to(const Graph& graph, const Node& node, std::size_t operand) const;

 private:
  friend Result<DerivativePath> find_path(const Graph& graph, Id y, std::span<const Id> marks,
                                          const ScanLoops& scans);
  enum class State : std::uint8_t { apart, bounded, unbounded };
  bool knows(Id id) const { return id >= lowest_ && id - lowest_ < states_.size(); }
  State state_of(const Graph& graph, Id id, std::span<const Source> sources) const;

  Id lowest_ = 0;
  std::vector<State> states_;
  std::vector<Id> nodes_;
};

Result<DerivativePath> find_path(const Graph& graph, Id y, std::span<const Id> marks, const ScanLoops& scans);

/// The nodes of the path, and the loops of the scans in it, that stand in that loop (null: in none) and in no
/// scan inside, users behind what they use. A loop comes before its results and behind what it starts from
/// and what its steps read.
struct PathItem {
  Id node = no_id;
  const ScanLoop* loop = nullptr;  // in place of the node
};
std::vector<PathItem> items_in(const ScanLoop* loop, const Graph& graph, const DerivativePath& path,
                               const ScanLoops& scans, LoopVariables& variables);

}  // namespace dp
