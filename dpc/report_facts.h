#pragma once
// What `dpc report` tells of a planned graph, found by looking at the graph alone.

#include <vector>

#include "ir/graph.h"
#include "passes/pipeline.h"

namespace dp {

/// The stored values that a function's gradient reads and the function itself computes: shared, computed
/// once. `built` is the graph before its derivatives were made; it tells what is the function's own. Empty
/// where nothing is differentiated.
Result<std::vector<Id>> shared_with_gradient(const Graph& built, const Graph& planned,
                                             const PassOptions& options);

/// The moment of a run at which the arena holds most.
struct PeakMoment {
  std::size_t kernel = 0;
  std::int64_t bytes = 0;    // in use then
  std::vector<Buffer> held;  // the largest first
};
PeakMoment peak_moment(const Graph& planned);

/// Of arguments and results; results that are written over arguments are counted once.
std::int64_t argument_bytes(const Graph& planned);

/// E4202 where the arena, arguments and results take more than the limit, or than the machine has.
Status check_memory(const Graph& planned, std::optional<std::int64_t> limit);

}  // namespace dp
