#pragma once
// Programs loaded, compiled, run and freed, many of them; and the memory that this process has.

#include <unistd.h>

#include <fstream>
#include <string>

#include "runtime/dp.hpp"

namespace dp::tests {

inline std::int64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::int64_t all = 0, resident = 0;
  file >> all >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

/// Each time another text, a failure, and a call.
inline void compile_often(int count) {
  for (int k = 0; k < count; ++k) {
    const std::string text = "fn f(x: real[n]) -> real[n] = tanh(x) * " + std::to_string(k + 1) + ".0\n";
    const host::Program program = host::Program::from_text("often.dp", text);
    const host::Compiled compiled = program.compile("f", {{"n", 16 + k % 7}});
    const std::vector<float> x(static_cast<std::size_t>(compiled.input(0).count), 0.0F);
    std::vector<float> y(x.size());
    compiled.run({x.data()}, {y.data()});
    dp_program* none = nullptr;
    dp_free_failure(dp_load_text("wrong.dp", text.data(), std::size_t{30}, nullptr, &none));
    dp_free_program(none);
  }
}

}  // namespace dp::tests
