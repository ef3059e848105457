#include "tests/support/command_line.h"

#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <cstdio>

#include "tests/frontend/frontend_samples.h"

namespace dp::tests {

std::string said_by(const std::string& folder, const std::string& words) {
  const std::string errors = folder + "/errors";
  const std::string line =
      "cd '" + folder + "' && '" DP_COMMAND "' " + words + " 2> '" + errors + "' < /dev/null";
  std::FILE* pipe = popen(line.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string results;
  for (int letter = std::fgetc(pipe); letter != EOF; letter = std::fgetc(pipe))
    results += static_cast<char>(letter);
  const int status = pclose(pipe);
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return read_text(errors) + results + (code == 0 ? "" : "exit " + std::to_string(code) + "\n");
}

std::string command() { return DP_COMMAND; }

}  // namespace dp::tests
