#pragma once
// The graph that a command of the form `FILE [FN or TRAIN] [NAME=VALUE …]` is about.

#include "dpc/program.h"
#include "ir/graph.h"

namespace dp {

/// Of a function (`main` where none is named), with the dimensions that the values tell, or of the step of a
/// training block. `needs_sizes`: every size must be known, else E2202 says which value is missing.
Result<Graph> graph_of(Program& program, const std::vector<std::string>& words, const CommonOptions& options,
                       bool needs_sizes);

}  // namespace dp
