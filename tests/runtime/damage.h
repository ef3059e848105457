#pragma once
// Damages a valid file in every way that one cut or one flipped bit can. Readers must answer each with a
// value or an error, within their bounds; what they answer is for the caller to judge.

#include <functional>
#include <vector>

#include "runtime/files/read_file.h"

namespace dp::test {

using Visit = std::function<void(Bytes damaged)>;

/// Each is a copy of its own, so that a sanitizer sees reads past its end.
inline void for_each_truncation(const std::string& file, const Visit& visit) {
  for (std::size_t length = 0; length < file.size(); ++length) {
    const std::vector<std::byte> cut(as_bytes(file).begin(),
                                     as_bytes(file).begin() + static_cast<std::ptrdiff_t>(length));
    visit(cut);
  }
}

inline void for_each_bit_flip(const std::string& file, const Visit& visit) {
  for (std::size_t bit = 0; bit < file.size() * 8; ++bit) {
    std::vector<std::byte> flipped(as_bytes(file).begin(), as_bytes(file).end());
    flipped[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
    visit(flipped);
  }
}

}  // namespace dp::test
