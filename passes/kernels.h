#pragma once
// What the kernels of a fused graph compute, read and keep: shared by `fuse`, which makes them, and by
// `plan_memory` and `lower`, which must understand them the same way. A node is *stored* if it is an input, a
// constant with more than one element, or an output of a kernel; every other node is computed where it is
// used, inside the kernels that need it.

#include <vector>

#include "ir/graph.h"

namespace dp {

/// By node: whether it has a buffer of its own.
std::vector<bool> stored_nodes(const Graph& graph);
bool is_array_constant(const Node& node);
bool is_scatter(Op op);
/// A value and what it is made of by putting parts into one thing after the other, the last first.
std::vector<Id> parts_put_in_turn(const Graph& graph, Id id);
/// A reshape, or the part at one position of the first axis: its elements lie together where the operand's
/// lie.
bool is_address(const Node& node, const Graph& graph);

/// The results of a loop that its kernel computes, by slot; `no_id` for those that nobody reads.
std::vector<Id> loop_results(const Graph& graph, const Kernel& kernel);
/// The loop that a kernel of that kind runs.
Id loop_of(const Graph& graph, const Kernel& kernel);

/// Outputs that no kernel computes, arguments and constants: copied before the first kernel runs.
std::vector<Id> copied_outputs(const Graph& graph, const std::vector<bool>& stored);

/// The nodes that a kernel computes, its outputs included; ascending, so operands come first.
std::vector<Id> computed_nodes(const Graph& graph, const Kernel& kernel, const std::vector<bool>& stored);
/// The stored nodes that a kernel reads and does not compute, ascending.
std::vector<Id> nodes_read(const Graph& graph, const Kernel& kernel, const std::vector<bool>& stored);

/// A product whose sums go through the 64 lanes: y has batch and summed axes only, and the summed axes are
/// the trailing ones of both operands, in order. Without guards it is a reduction like any other.
bool is_lane_product(const Node& node, const Graph& graph);
/// A `reduce_…`, `argmax`, `argmin` or a lane product.
bool is_reduction(const Node& node, const Graph& graph);
/// The axes of the first operand that a reduction sums over, ascending.
std::vector<std::int64_t> reduced_axes(const Node& node);
/// Whether the last axis is among them: sums go through lanes, and work on rows follows.
bool reduces_rows(const Node& node, const Graph& graph);

/// How many leading axes of a kernel's outputs are its rows: the rank of the reductions that it computes over
/// rows; of other kernels the rank of its outputs.
std::size_t row_rank(const Graph& graph, const Kernel& kernel, const std::vector<Id>& computed);

/// About how many simple operations one element of the op costs: 0 where nothing is computed, 10 and more
/// where storing is better than computing twice.
int op_cost(const Node& node);

}  // namespace dp
