// The files are put in by the assembler; dpc/CMakeLists.txt says where they lie.

#include "dpc/embedded_runtime.h"

#define DP_EMBED(name, path)                  \
  asm(".section .rodata\n"                    \
      ".balign 16\n"                          \
      "dp_embedded_" #name                    \
      ":\n"                                   \
      ".incbin \"" path                       \
      "\"\n"                                  \
      "dp_embedded_" #name                    \
      "_end:\n"                               \
      ".byte 0\n"                             \
      ".previous\n");                         \
  extern "C" const char dp_embedded_##name[]; \
  extern "C" const char dp_embedded_##name##_end[];

DP_EMBED(archive, DP_RUNTIME_ARCHIVE)
DP_EMBED(header, DP_SOURCE_FOLDER "/runtime/dp_runtime.h")
DP_EMBED(library_header, DP_SOURCE_FOLDER "/runtime/dp_library.h")

namespace dp {

std::string_view runtime_archive() { return {dp_embedded_archive, dp_embedded_archive_end}; }
std::string_view runtime_header() { return {dp_embedded_header, dp_embedded_header_end}; }
std::string_view runtime_library_header() {
  return {dp_embedded_library_header, dp_embedded_library_header_end};
}

}  // namespace dp
