#pragma once
// Our own mistakes, as opposed to the user's: a failed `DP_ASSERT` throws `InternalError`, which only `main`
// catches (exit code 70). It stays on in release builds: a wrong number is worse than a stop.

#include <fmt/format.h>

#include <stdexcept>
#include <string>

namespace dp {

class InternalError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

[[noreturn]] void internal_error(const char* file, int line, const char* condition,
                                 const std::string& message);

}  // namespace dp

#define DP_ASSERT(condition, ...) \
  ((condition) ? void() : ::dp::internal_error(__FILE__, __LINE__, #condition, fmt::format(__VA_ARGS__)))
