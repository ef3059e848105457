#pragma once
// Where the values of a graph are: which loop buffer holds which node, and from which element on. Made once
// from the plan and read by every kernel's emitter. Inside the body of a loop a place may move with the
// number of the step, and a single number has no place but is a value of the step's code.

#include <map>
#include <optional>
#include <vector>

#include "ir/graph.h"
#include "ir/loops.h"
#include "passes/lower_index.h"

namespace dp {

/// A part of an offset: a whole number known when it runs, times elements.
struct Base {
  loops::ExprId number;
  std::optional<loops::VariableId> variable;  // where the number is one
  Interval range;
  std::int64_t elements = 0;

  bool operator==(const Base& other) const { return number == other.number && elements == other.elements; }
};

struct Slot {
  loops::BufferId buffer = 0;
  std::vector<Base> bases;
  /// Somebody reads the elements there; else a single number need not be stored.
  bool is_required = true;
};

struct Storage {
  struct Place {
    std::optional<Slot> read;   // where its elements are loaded from
    std::vector<Slot> written;  // where a kernel that computes it puts them
  };
  std::vector<Place> places;  // by node

  // Of the body of a loop:
  bool is_body = false;
  std::map<Id, loops::ExprId> given;  // single numbers, and constants, as expressions
  struct Step {
    Id node = no_id;
    loops::VariableId variable = 0;
    std::int64_t extent = 0;
  };
  std::optional<Step> step;
  std::int64_t arena = 0;  // bytes in the whole arena at which that of this graph begins

  const Place& operator[](Id id) const { return places[id]; }
};

/// Declares the plan's buffers in the module.
Storage declare_buffers(const Graph& planned, loops::Module& module);

/// A buffer for a value of the plan: its name, type and place, the arena beginning at `arena`.
loops::BufferId declare_buffer(const Graph& graph, const Buffer& buffer, std::int64_t arena,
                               loops::Module& module);

/// Whether both are the same elements in memory.
bool is_same_memory(const Slot& a, const Slot& b, const loops::Module& module);

}  // namespace dp
