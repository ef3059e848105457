#pragma once
// Other people's programs, run by the tests: the C compiler, Python, what was just built.

#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <string>

namespace dp::tests {

/// What a shell line prints, errors included, and behind it `exit N` where that is not 0.
inline std::string said_by_shell(const std::string& line) {
  std::FILE* pipe = popen(("{ " + line + "; } 2>&1 < /dev/null").c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string text;
  for (int letter = std::fgetc(pipe); letter != EOF; letter = std::fgetc(pipe))
    text += static_cast<char>(letter);
  const int status = pclose(pipe);
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return text + (code == 0 ? "" : "exit " + std::to_string(code) + "\n");
}

inline bool has_numpy() { return said_by_shell("/usr/bin/python3 -c 'import numpy'").empty(); }

}  // namespace dp::tests
