#pragma once
// First step of `fuse`: which nodes are points, and at which indices each point reads the points and inputs
// that it depends on. Inside `passes/` only.

#include <set>
#include <vector>

#include "ir/graph.h"

namespace dp {

/// Where an axis of what is read comes from: an axis of the reader (0, 1, …), an axis that the reader sums
/// over
/// (`summed_axis` + its number in the operand), or nowhere in particular.
using Axis = int;
inline constexpr Axis no_axis = -1;
inline constexpr Axis summed_axis = 1000;

struct Reference {
  Id node = no_id;
  std::vector<Axis> axes;      // of each axis of the node
  bool is_elementwise = true;  // the element at the same place in row-major order

  auto operator<=>(const Reference&) const = default;
};

/// What `reader` reads on the way to the nodes where `is_end` holds, each way of reading once.
std::set<Reference> references(const Graph& graph, Id reader, const std::vector<bool>& is_end);

/// By node: points, and inputs and array constants, which end the way as well.
struct Points {
  std::vector<bool> is_point;
  std::vector<bool> is_end;  // points, inputs, array constants
  std::vector<int> costs;    // of one element, computed from points
  std::vector<Id> points;    // ascending
};
Points find_points(const Graph& graph);

/// A reduction over exactly the trailing axes whose result axes are the leading axes of its operand, in
/// order.
bool is_row_reduction(const Graph& graph, Id id);

/// From this cost on, computing twice is worse than storing.
inline constexpr int dear = 8;

}  // namespace dp
