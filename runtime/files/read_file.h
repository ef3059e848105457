#pragma once
// Whole files into memory, and the bounds within which files from outside are believed. Array files are
// parsed from memory, so every reader can be tested and fuzzed without a disk. Everything a file claims is
// checked before memory is reserved for it.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "support/array.h"
#include "support/result.h"

namespace dp {

using Bytes = std::span<const std::byte>;

/// 80 % of the memory that is available to the process (MemAvailable, or what its control group still
/// allows).
std::int64_t available_memory();

struct ReadLimits {
  std::int64_t memory_bytes = available_memory();  // for the arrays of one file, all together
  std::int64_t header_bytes = 16 << 20;            // of a .safetensors file
};

struct NamedArray {
  std::string name;
  Array array;
};

/// Reads a regular file; E1001 where there is none or it cannot be read, E1008 where it is larger than memory
/// allows.
Result<std::vector<std::byte>> read_file(const std::string& path, const ReadLimits& limits = {});

/// At most the first `count` bytes, and how many there are in all.
struct FileStart {
  std::vector<std::byte> bytes;
  std::uint64_t file_bytes = 0;
};
Result<FileStart> read_file_start(const std::string& path, std::uint64_t count);

/// Little-endian numbers from anywhere in a file. The range must have been checked.
template <class T>
T read_little_endian(Bytes bytes, std::size_t offset) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    value |= static_cast<T>(static_cast<T>(std::to_integer<unsigned>(bytes[offset + i])) << (8 * i));
  }
  return value;
}

template <class T>
void append_little_endian(std::vector<std::byte>& bytes, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) bytes.push_back(static_cast<std::byte>(value >> (8 * i)));
}

inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

/// Why a name from a file is not accepted, or empty: at most 1 KiB of valid UTF-8 without control characters,
/// not a way out of a folder. Names are keys and never used as paths; one day somebody will.
std::string_view reason_against_name(std::string_view name);

}  // namespace dp
