// A call from C into a built library: the workspace, the bounds of integer inputs, what is said of a failed
// check, prints. Free of the C++ library.

#include <stdio.h>
#include <stdlib.h>

#include "runtime/dp_library.h"
#include "support/dtype.h"

namespace {

constexpr std::int64_t longest_message = 1024;
constexpr std::size_t workspace_alignment = 64;
constexpr std::int32_t kept_values = 4;  // of dp_error

thread_local char message[longest_message];

using Print = void (*)(void* host, const char* line, std::int64_t bytes);

struct PrintTarget {
  Print print;
  void* host;
};
PrintTarget target{};

void print_line(const char* line, std::int64_t bytes) {
  if (target.print != nullptr)
    target.print(target.host, line, bytes);
  else
    fwrite(line, 1, static_cast<std::size_t>(bytes), stderr);
}

/// Short lines need no memory; a line that there is no memory for is cut.
void print_site(void* host, std::int32_t number, const std::int64_t* values, std::int32_t count) {
  const dp_site& site = static_cast<const dp_entry*>(host)->sites[number];
  char text[longest_message];
  const std::int64_t bytes = dp_describe(&site, values, count, text, longest_message);
  if (bytes < longest_message) return print_line(text, bytes);
  char* whole = static_cast<char*>(malloc(static_cast<std::size_t>(bytes) + 1));
  if (whole == nullptr) return print_line(text, longest_message - 1);
  dp_describe(&site, values, count, whole, bytes + 1);
  print_line(whole, bytes);
  free(whole);
}

std::int64_t integer(const void* memory, std::int32_t dtype, std::int64_t position) {
  return dtype == static_cast<std::int32_t>(dp::Dtype::i32)
             ? static_cast<const std::int32_t*>(memory)[position]
             : static_cast<const std::int64_t*>(memory)[position];
}

bool is_within(const dp_bound& bound, const void* memory) {
  for (std::int64_t k = 0; k < bound.count; ++k) {
    const std::int64_t value = integer(memory, bound.dtype, k);
    if (value >= 0 && value < bound.bound) continue;
    snprintf(message, sizeof message, "E%04d: `%s` holds %lld, which is not in 0 .. %lld", DP_BAD_VALUE,
             bound.name, static_cast<long long>(value), static_cast<long long>(bound.bound - 1));
    return false;
  }
  return true;
}

}  // namespace

std::int32_t dp_library_call(const dp_entry* entry, const void* const* inputs, void* const* outputs,
                             void* workspace) {
  message[0] = '\0';
  for (std::int32_t k = 0; k < entry->bound_count; ++k)
    if (!is_within(entry->bounds[k], inputs[entry->bounds[k].input])) return DP_BAD_VALUE;
  void* own = nullptr;
  if (workspace == nullptr && entry->workspace_bytes > 0) {
    if (posix_memalign(&own, workspace_alignment, static_cast<std::size_t>(entry->workspace_bytes)) != 0) {
      snprintf(message, sizeof message, "E%04d: no memory for a workspace of %lld bytes", DP_NO_MEMORY,
               static_cast<long long>(entry->workspace_bytes));
      return DP_NO_MEMORY;
    }
    workspace = own;
  }
  dp_context context{};
  context.host = const_cast<dp_entry*>(entry);
  context.print = print_site;
  const std::int32_t failed = entry->function(&context, inputs, outputs, workspace);
  free(own);
  if (failed == DP_OK) return 0;
  const dp_site& site = entry->sites[context.error.site];
  dp_describe(&site, context.error.values, kept_values, message, longest_message);
  return site.code;
}

const char* dp_library_message() { return message; }

void dp_library_on_print(Print print, void* host) { target = {print, host}; }
