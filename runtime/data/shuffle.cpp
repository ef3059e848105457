#include "runtime/data/shuffle.h"

#include <utility>

#include "support/philox.h"

namespace dp {
namespace {

/// Uniform over 0 … bound − 1, from 64 random bits; the bias, below bound / 2^64, cannot be observed.
std::uint64_t draw_below(std::uint64_t bound, std::uint64_t counter, std::uint64_t seed,
                         std::uint64_t stream) {
  const PhiloxBlock block = philox(counter, seed, stream);
  const std::uint64_t bits = std::uint64_t{block[1]} << 32 | block[0];
  return static_cast<std::uint64_t>(static_cast<unsigned __int128>(bits) * bound >> 64);
}

}  // namespace

void shuffle(std::span<std::int64_t> items, std::uint64_t seed, std::uint64_t stream) {
  for (std::size_t i = items.size(); i-- > 1;) {
    std::swap(items[i], items[draw_below(i + 1, i, seed, stream)]);
  }
}

}  // namespace dp
