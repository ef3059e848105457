#pragma once
// A text file given on the command line.

#include <string>

#include "support/result.h"

namespace dp {

/// The whole file; E1001 where it cannot be read.
Result<std::string> read_text_file(const std::string& path);

}  // namespace dp
