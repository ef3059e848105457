#pragma once
// What `vectorize` knows of a graph with bound variables before it begins: the extents of loops, which of
// them are scans, which indices of parallel loops each value depends on (through what scans carry, too), and
// which positions are sums of indices.

#include <map>
#include <optional>

#include "ir/binders.h"

namespace dp::vectorizer {

/// constant + Σ stride · index; no stride is 0.
struct Affine {
  Dim constant;
  std::map<std::int64_t, std::int64_t> strides;  // by the loop's id
};

class LoopFacts {
 public:
  explicit LoopFacts(const Graph& graph);

  const std::vector<Id>& live() const { return live_; }
  /// Whether there is anything for `vectorize` to do.
  bool has_binders() const { return has_binders_; }
  bool is_scan(std::int64_t loop) const { return scans_.contains(loop); }
  const Dim& extent(std::int64_t loop) const { return extents_.at(loop); }
  FreeVariables& free() { return free_; }

  /// The parallel loops on whose indices a value depends; of a scan, those on which it depends whether it
  /// goes on.
  const Variables& lanes(Id id) const { return lanes_[id]; }
  /// The same of what a scan carries in a slot.
  Variables carried_lanes(Id scan, std::size_t slot) const;
  /// Whether something asks for the scan's number of steps.
  bool is_counted(Id scan) const { return counted_.contains(scan); }

  /// The position as a sum of indices, if it is one.
  const std::optional<Affine>& affine(Id id);
  /// Whether every value of that sum is a position of an axis of that extent.
  bool is_inside(const Affine& position, const Dim& extent) const;

 private:
  void note(Id id);
  bool spread();
  Variables lanes_of(Id id) const;
  Variables condition_lanes(Id scan) const;
  std::optional<Affine> affine_of(const Node& node);

  const Graph& graph_;
  std::vector<Id> live_;
  mutable FreeVariables free_;
  bool has_binders_ = false;
  std::map<std::int64_t, Dim> extents_;
  std::map<std::int64_t, std::vector<Id>> scans_;  // by the loop's id
  std::set<Id> counted_;
  std::vector<Variables> lanes_;
  std::map<Id, std::optional<Affine>> affine_;
};

}  // namespace dp::vectorizer
