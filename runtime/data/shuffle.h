#pragma once
// Orders drawn from a seed. An order is a function of (seed, stream) alone: the split of a data set and the
// order of each epoch come out the same on every machine, and a run that is resumed draws what it would have
// drawn.

#include <cstdint>
#include <span>

namespace dp {

/// Fisher–Yates: place i, from the last down, is exchanged with one of 0 … i, drawn from Philox at counter i.
void shuffle(std::span<std::int64_t> items, std::uint64_t seed, std::uint64_t stream);

/// Streams under one seed, so that uses of the same seed do not repeat each other.
inline constexpr std::uint64_t split_stream = 0;
constexpr std::uint64_t epoch_stream(std::int64_t epoch) { return static_cast<std::uint64_t>(epoch) + 1; }

}  // namespace dp
