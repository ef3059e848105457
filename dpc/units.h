#pragma once
// Times, sizes and counts as people read them.

#include <string>

namespace dp {

std::string time_text(double seconds);  // "13.4 us"
std::string memory_text(double bytes);  // "1.25 KiB"
std::string count_text(double count);   // "1.2 million operations"

}  // namespace dp
