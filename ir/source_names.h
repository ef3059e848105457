#pragma once
// Names for the values of a printed program: the user's where they can be kept, t1, t2, … else. Kept apart
// from the writer because nothing else decides what shadows what. A loop's body has names of its own, none of
// which stands outside: a name from outside that is bound in a loop would be carried by it.

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "ir/graph.h"

namespace dp {

class SourceNames {
 public:
  /// Reserves the names of dimensions and gives the inputs theirs.
  explicit SourceNames(const Graph& graph);
  /// Of a loop's body, whose inputs are called so.
  SourceNames(const Graph& body, std::span<const std::string> inputs, const SourceNames& around);

  /// The name of a value; empty where it has none yet.
  const std::string& operator[](Id id) const { return names_[id]; }
  /// True where the user's name of that value can be kept.
  bool has_own(Id id) const { return !wanted_[id].empty(); }
  /// Names the value: its own name, or the next number.
  const std::string& give(Id id);
  void give(Id id, std::string name) { names_[id] = std::move(name); }
  /// A name for a value that is no node.
  std::string fresh();
  /// That name, where it is one and nothing has it yet, else a fresh one; of an index a letter.
  std::string claim(const std::string& wish, bool is_index = false);
  /// A letter for an index: i, j, k, …
  std::string index();

 private:
  struct Taken {
    std::set<std::string> names;
    int last_number = 0;
  };

  bool is_free(const std::string& name) const;
  void name_inputs(const Graph& graph);
  void find_own_names(const Graph& graph);

  std::vector<std::string> names_, wanted_;
  std::shared_ptr<Taken> taken_;  // by the whole program
};

}  // namespace dp
