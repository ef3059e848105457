#pragma once
// The texts that go with a library: the header that C and C++ programs include, the C text that ties its
// functions to their machine code, and the Python module.

#include <string>

#include "dpc/library_plan.h"

namespace dp {

/// NAME.h
std::string library_header(const Library& library);
/// Tables and functions, compiled into the library and then thrown away. The code of function k is
/// `entry_name(k)`.
std::string library_source(const Library& library, const Sources& sources);
std::string entry_name(std::size_t function);
/// NAME.py, over libNAME.so in the same folder.
std::string library_python(const Library& library);

/// `int NAME_fn(const float* x, …, void* workspace)`, without what ends it.
std::string c_declaration(const Library& library, const LibraryFunction& function);

}  // namespace dp
