#pragma once
// Decides where every stored value lives, before anything runs: inputs and outputs in the caller's memory,
// the rest in one arena. Lifetimes are exact, from the kernel that computes a value to the last that reads
// it; values that do not live at the same time share bytes; a value may take the place of one that its kernel
// reads last, where each element is read only to compute the element that replaces it. The body of a loop has
// a plan of its own, a region of the arena that lives as long as the loop runs. Before: kernels are in the
// order they run, all sizes are known. After: `plan` is set, `arena_bytes` is the exact peak, and of the
// donations those are left that are safe.

#include <string>
#include <vector>

#include "ir/graph.h"

namespace dp {

Graph plan_memory(const Graph& graph);

/// What the buffer of a loop holds: the number of its steps, the region of its body, and the places of
/// carried values and stacked parts that nobody reads once the loop is over.
struct LoopLayout {
  std::int64_t bytes = 0;
  std::int64_t region = 0;
  std::vector<std::int64_t> homes;  // by slot of the loop's results; of those that are read no use
};
/// Its body has a plan.
LoopLayout loop_layout(const Graph& graph, const Kernel& kernel);

/// Reasons why a plan is wrong: values that live at the same time and overlap, places that do not exist, a
/// peak that is not the peak. Empty when it is sound.
std::vector<std::string> plan_errors(const Graph& planned);

}  // namespace dp
