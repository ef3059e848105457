#pragma once
// What graphs compute in quad precision on inputs drawn from a seed, and whether two of them agree.

#include <string>
#include <vector>

#include "ir/interpret.h"

namespace dp::test {

/// Real inputs within -1 and 1, integers within -1 and 4, bools. All sizes known.
Result<std::vector<QuadTensor>> run_in_quad(const Graph& graph, unsigned seed);

/// Empty, or where the results differ by more than 1e-25 of the larger (or of 1), or the diagnostics at all.
std::string difference(const Result<std::vector<QuadTensor>>& expected,
                       const Result<std::vector<QuadTensor>>& actual);

}  // namespace dp::test
