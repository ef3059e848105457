#pragma once
// The stages of a program as text: one door for `dpc emit`, `dpc opt` and dumps that are run.

#include <string>
#include <string_view>
#include <vector>

#include "dpc/options.h"
#include "ir/graph.h"
#include "support/result.h"

namespace dp {

/// In the order of the pipeline: ast typed graph grad simplified fused planned loops llvm asm; then dot, svg.
const std::vector<std::string>& stage_names();

/// The text of a stage from `graph` on; `sources`, where given, tell the lines that values come from.
Result<std::string> stage_text(const Graph& graph, std::string_view stage, const CommonOptions& options,
                               const Sources* sources = nullptr);

/// The graph as a picture for Graphviz; kernels are boxes around their nodes.
std::string dot_text(const Graph& graph);
/// The same drawn by Graphviz's `dot`, which must be installed.
Result<std::string> svg_text(const Graph& graph);

}  // namespace dp
