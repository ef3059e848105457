#pragma once
// The calls of the op table that are routines on whole tensors: which routine of support/linear/ an op is,
// of what sizes, and running it on the formats of the language. Known to the interpreters and to `lower`,
// which turns such a node into a call with these sizes.

#include <span>
#include <vector>

#include "ir/graph.h"
#include "support/linear/routine.h"

namespace dp {

linear::Routine routine_of(Op op);

/// The sizes of a call, from the extents of the operands.
linear::Sizes call_sizes(const Node& node, std::span<const std::vector<std::int64_t>> operands);

/// Runs the routine on dense elements; `dtype` is the first operand's.
void run_routine(Op op, const linear::Sizes& sizes, Dtype dtype, std::span<const void* const> operands,
                 void* result);

}  // namespace dp
