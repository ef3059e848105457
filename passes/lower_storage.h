#pragma once
// Which loop buffer holds which node, made once from the plan and read by every kernel's emitter.

#include <optional>
#include <vector>

#include "ir/graph.h"
#include "ir/loops.h"

namespace dp {

struct Storage {
  struct Place {
    std::optional<loops::BufferId> read;   // where its elements are loaded from
    std::vector<loops::BufferId> written;  // where a kernel that computes it puts them
  };
  std::vector<Place> places;  // by node

  const Place& operator[](Id id) const { return places[id]; }
};

/// Declares the plan's buffers in the module.
Storage declare_buffers(const Graph& planned, loops::Module& module);

}  // namespace dp
