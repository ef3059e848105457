#pragma once
// What the command line says that every compiling command understands.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "support/dtype.h"

namespace dp {

struct CommonOptions {
  std::string file;
  std::string precision;  // "f32", "f64" or empty: what the file says
  int threads = 0;        // 0: one for each core
  int optimize = 2;
  bool fast_math = false;
  bool interpret = false;
  bool verify = false;
  bool time = false;
  std::string cpu = "native";
  std::string format = "dp";                 // or "json"
  std::string output;                        // -o
  std::optional<std::int64_t> memory_limit;  // bytes
};

/// Exit codes of the command.
enum Exit : int {
  fine = 0,
  program_error = 1,
  usage_error = 2,
  run_time_error = 3,
  limit_reached = 4,
  internal = 70
};

}  // namespace dp
