#pragma once
// The standard library as texts: what stdlib/*.dp holds, compiled into the program so that it needs no files.
// Reading all of it costs more than a user's program does, so that only what a program may need is read.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace dp {

struct LibraryFile {
  std::string_view name;  // "losses.dp"
  std::string_view text;
};

std::span<const LibraryFile> library_files();

/// Bytes of a library file: a declaration with the comments above it.
struct LibraryPart {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

/// For each of `library_files()` the declarations that these texts may need, in their order: those whose name
/// is a word of one of the texts, or of a declaration that is needed. A declaration counts under the
/// beginnings of its name too, up to an underscore: `solve` is made of `solve_matrix`. No tests.
std::vector<std::vector<LibraryPart>> needed_library(std::span<const std::string_view> texts);

}  // namespace dp
