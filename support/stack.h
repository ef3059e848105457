#pragma once
// Runs a function on a thread of its own with a stack of a chosen size, and waits for it. The front end and
// the passes walk trees by recursion; their depth is limited by the language, and this makes the stack match
// that limit wherever `dpc` or a library that embeds it happens to be called from.

#include <cstddef>
#include <functional>

namespace dp {

inline constexpr std::size_t deep_stack_bytes = std::size_t{64} << 20;

/// Calls `work` on a stack of at least `bytes` and returns when it has returned. What it throws is thrown
/// here. Without the means for another thread it is called on the present stack.
void run_with_stack(std::size_t bytes, const std::function<void()>& work);

}  // namespace dp
