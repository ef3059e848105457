#pragma once
// What is needed to see an internal error again, in one file.

#include <string>

namespace dp {

/// Writes the command line, the version and the .dp files among the arguments to a new file in the temporary
/// folder; its path, or a sentence where that fails too.
std::string write_reproducer(int argc, char** argv, const std::string& message);

}  // namespace dp
