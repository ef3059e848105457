#pragma once
// Reads what ir/print.h prints. The text may come from anyone: every value is bounded, every type inferred
// again and compared, and the first mistake is a diagnostic with its place. What holds of a stage
// (ir/verify.h) is for the caller to check. Lines beginning with `#` and blank lines are passed over.

#include <vector>

#include "ir/graph.h"
#include "support/result.h"

namespace dp {

/// The graph in that file of `sources`, which must hold exactly one.
Result<Graph> parse_graph(const Sources& sources, FileId file);
/// All graphs in it, one after the other.
Result<std::vector<Graph>> parse_graphs(const Sources& sources, FileId file);

}  // namespace dp
