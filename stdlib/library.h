#pragma once
// The standard library as texts: what stdlib/*.dp holds, compiled into the program so that it needs no files.

#include <span>
#include <string_view>

namespace dp {

struct LibraryFile {
  std::string_view name;  // "losses.dp"
  std::string_view text;
};

std::span<const LibraryFile> library_files();

}  // namespace dp
