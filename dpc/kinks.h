#pragma once
// The table of slopes at kinks, worked out by the compiler itself each time it is printed.

#include <string>

namespace dp {

std::string kinks_page();

}  // namespace dp
