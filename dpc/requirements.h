#pragma once
// What a program requires of the dimensions that it is called with, and what it checks while it runs: the
// list of `dpc check --requirements`.

#include <string>

#include "dpc/program.h"

namespace dp {

/// Line by line, function by function, in the order of the file; empty where nothing is required or checked.
std::string requirements(const Program& program);

}  // namespace dp
