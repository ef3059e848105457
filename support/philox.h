#pragma once
// Philox 4x32-10, the counter-based generator of the language (J. Salmon et al., "Parallel random numbers: as
// easy as 1, 2, 3", SC 2011): a bijection of 128-bit counters under a 64-bit key. The same key and counter
// give the same bits on every machine, for every number of threads; there is no state. Everything random is
// drawn from here.

#include <array>
#include <cstdint>

namespace dp {

using PhiloxBlock = std::array<std::uint32_t, 4>;
using PhiloxKey = std::array<std::uint32_t, 2>;

constexpr PhiloxBlock philox(PhiloxBlock counter, PhiloxKey key) {
  constexpr std::uint64_t multiplier_0 = 0xD2511F53, multiplier_1 = 0xCD9E8D57;
  constexpr std::uint32_t weyl_0 = 0x9E3779B9, weyl_1 = 0xBB67AE85;
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product_0 = multiplier_0 * counter[0];
    const std::uint64_t product_1 = multiplier_1 * counter[2];
    const auto high = [](std::uint64_t product) { return static_cast<std::uint32_t>(product >> 32); };
    const auto low = [](std::uint64_t product) { return static_cast<std::uint32_t>(product); };
    counter = {high(product_1) ^ counter[1] ^ key[0], low(product_1), high(product_0) ^ counter[3] ^ key[1],
               low(product_0)};
    key = {key[0] + weyl_0, key[1] + weyl_1};
  }
  return counter;
}

/// The stream that tells the counters of folded keys from those of draws.
inline constexpr std::uint64_t fold_stream = 0x666f6c64;

/// The block at a 64-bit counter (the low half; the upper half is `stream`) under a 64-bit key.
constexpr PhiloxBlock philox(std::uint64_t counter, std::uint64_t key, std::uint64_t stream = 0) {
  const auto high = [](std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32); };
  const auto low = [](std::uint64_t value) { return static_cast<std::uint32_t>(value); };
  return philox(PhiloxBlock{low(counter), high(counter), low(stream), high(stream)},
                PhiloxKey{low(key), high(key)});
}

}  // namespace dp
