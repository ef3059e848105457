#pragma once
// The invariants of kernels and plans, behind ir/verify.h; all that is checked before them may be relied on.

#include "ir/verify.h"

namespace dp {

std::optional<Violation> check_kernels(const Graph& graph);
std::optional<Violation> check_buffers(const Graph& graph);
std::optional<Violation> check_arena(const Graph& graph);
std::optional<Violation> check_lifetimes(const Graph& graph);

}  // namespace dp
