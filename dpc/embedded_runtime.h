#pragma once
// What dpc carries along for the libraries that it builds: the runtime as an archive of object files, and the
// C headers of its contract.

#include <string_view>

namespace dp {

std::string_view runtime_archive();         // libdp_abi.a
std::string_view runtime_header();          // runtime/dp_runtime.h
std::string_view runtime_library_header();  // runtime/dp_library.h

}  // namespace dp
