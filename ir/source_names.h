#pragma once
// Names for the values of a printed program: the user's where they can be kept, t1, t2, … else. Kept apart
// from the writer because nothing else decides what shadows what.

#include <set>
#include <string>
#include <vector>

#include "ir/graph.h"

namespace dp {

class SourceNames {
 public:
  /// Reserves the names of dimensions and gives the inputs theirs.
  explicit SourceNames(const Graph& graph);

  /// The name of a value; empty where it has none yet.
  const std::string& operator[](Id id) const { return names_[id]; }
  /// True where the user's name of that value can be kept.
  bool has_own(Id id) const { return !wanted_[id].empty(); }
  /// Names the value: its own name, or the next number.
  const std::string& give(Id id);
  /// A name for a value that is no node.
  std::string fresh();

 private:
  bool is_free(const std::string& name) const;
  void name_inputs(const Graph& graph);
  void find_own_names(const Graph& graph);

  std::vector<std::string> names_, wanted_;
  std::set<std::string> taken_;
  int last_number_ = 0;
};

}  // namespace dp
