#pragma once
// How much work a module of loops is: operations and bytes, counted from its text and not from a machine. A
// loop that may end early counts as if it did not; conditions count as if they held.

#include <cstdint>
#include <vector>

#include "ir/loops.h"

namespace dp::loops {

struct Cost {
  double flops = 0;  // operations on reals: one for `add` as for `exp`, two for a fused multiply-add
  double bytes = 0;  // of the buffers that a kernel reads and writes, each counted once for each
};

/// By function of the module, in its order.
std::vector<Cost> costs(const Module& module);
Cost total(const std::vector<Cost>& costs);

}  // namespace dp::loops
