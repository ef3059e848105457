#pragma once
// Second step of `fuse`: points joined into groups, which become kernels. Two groups may be joined if their
// loops agree, each reads of the other only what it has in the same iteration, and neither waits for a third
// that waits for the other. Inside `passes/` only.

#include <map>
#include <optional>
#include <vector>

#include "passes/fuse_points.h"

namespace dp {

struct Group {
  enum class Kind { map, row, column, product, alone };
  Kind kind = Kind::map;
  Shape space;             // the shape that all share; of a row group its rows
  std::vector<Id> points;  // ascending; empty once the group has gone into another
  bool is_update = false;  // maps of several shapes
};

class Groups {
 public:
  Groups(const Graph& graph, const Points& points);

  const std::vector<Group>& all() const { return groups_; }
  std::size_t group_of(Id point) const { return group_of_[point]; }
  /// What a point reads.
  const std::set<Reference>& reads(Id point) const { return reads_.at(point); }
  /// The groups that a group waits for: those it reads from, and for an effect the one before it.
  const std::set<std::size_t>& before(std::size_t group) const { return before_[group]; }

  void join_all();

 private:
  void find_order();
  void join_readers(bool (*agree)(const Group&, const Group&));
  void join_sharers();
  void join_scalars();
  void join_updates();
  bool join(std::size_t a, std::size_t b);

  std::optional<Group> joined(const Group& a, const Group& b) const;
  void unite(std::size_t into, std::size_t from);
  bool reads_agree(const Group& whole) const;
  bool read_agrees(const Group& whole, Id reader, const Reference& read) const;
  bool waits_through_third(std::size_t a, std::size_t b) const;
  bool reaches(std::size_t from, std::size_t to, std::size_t not_directly) const;
  bool is_small_row(const Group& group) const;
  bool is_final(const Group& group) const;
  bool writes_donated(const Group& group) const;

  const Graph& graph_;
  const Points& points_;
  std::vector<Group> groups_;
  std::vector<std::set<std::size_t>> before_;
  std::vector<std::size_t> group_of_;
  std::map<Id, std::set<Reference>> reads_;
  std::vector<std::vector<Id>> readers_;  // by point: the points that read it
  std::vector<bool> is_output_;
};

}  // namespace dp
