// Runs of `dpc train` that are killed, interrupted or cannot write, as a user meets them: what was saved
// stays, and a run that goes on ends with the same bits.

#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/runtime/temporary_folder.h"
#include "tests/support/command_line.h"

namespace {

using namespace dp;
using test::TemporaryFolder;

constexpr const char* program = R"(train fit {
  param    w: real[300] = normal(std = 1)
  minimize sum(w^2)
  using    adam(lr = 1e-3)
  run      4000 steps, seed = 3
  every    1 steps { save "w.safetensors" }
}
)";

std::string words(const std::string& more) { return "train program.dp --quiet -O0 --out out " + more; }

/// Runs the command in the folder's shell, with what goes in front of it (limits, signals that come later).
std::string said_after(const TemporaryFolder& folder, const std::string& shell) {
  test::write_text(folder / "run.sh", shell);
  const std::string line = "cd '" + folder.path() + "' && bash ./run.sh > said 2>&1";
  const int status = std::system(line.c_str());
  return test::read_text(folder / "said") + "exit " + std::to_string(WEXITSTATUS(status));
}

std::string dpc(const std::string& more) { return "'" + tests::command() + "' " + words(more); }

}  // namespace

TEST_CASE("a run that is killed at any moment goes on to the identical file", "[interrupted]") {
  const TemporaryFolder folder;
  test::write_text(folder / "program.dp", program);
  REQUIRE(tests::said_by(folder.path(), words("--steps 60")).find("exit") == std::string::npos);
  const std::string expected = test::read_text(folder / "out/final.safetensors");
  std::filesystem::remove_all(folder / "out");
  for (const char* seconds : {"0.25", "0.31", "0.38", "0.27", "0.43"}) {
    const bool has_saved = std::filesystem::exists(folder / "out/w.safetensors");
    const std::string resume = has_saved ? "--steps 60 --resume" : "--steps 60";
    said_after(folder, "timeout -s KILL " + std::string(seconds) + " " + dpc(resume));
  }
  const bool has_saved = std::filesystem::exists(folder / "out/w.safetensors");
  const std::string said =
      tests::said_by(folder.path(), words(has_saved ? "--steps 60 --resume" : "--steps 60"));
  INFO(said);
  CHECK(said.find("exit") == std::string::npos);
  CHECK(test::read_text(folder / "out/final.safetensors") == expected);
  CHECK(test::read_text(folder / "out/w.safetensors").size() > 0);
}
