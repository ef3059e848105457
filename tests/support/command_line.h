#pragma once
// The command as a user runs it: the program itself, in a process of its own.

#include <string>

namespace dp::tests {

/// What `dpc words` prints in that folder, standard error before standard output, and behind it `exit N`
/// where that is not 0.
std::string said_by(const std::string& folder, const std::string& words);

/// The path of the command itself.
std::string command();

}  // namespace dp::tests
