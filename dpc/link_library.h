#pragma once
// From object files to a library: what the system's C compiler and binutils do, in a temporary folder.

#include <string>
#include <vector>

#include "support/result.h"

namespace dp {

struct LibraryParts {
  std::string source;                // C: dpc/library_text.h
  std::vector<std::string> objects;  // machine code, each the bytes of an object file
};

/// A shared library of that name; E2234 where a tool is missing, E2235 where one fails.
Result<std::string> link_shared(const LibraryParts& parts, const std::string& name);
/// An archive of one object file that shows nothing but the library's own functions.
Result<std::string> link_static(const LibraryParts& parts);

}  // namespace dp
