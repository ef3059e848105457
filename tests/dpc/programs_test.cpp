// The language page, sentence by sentence: small programs and what the command says of them, word for word. A
// file of tests/golden/programs/ is a chapter; its entries are separated by `----`. An entry is a program,
// then commands
// (`$ run program.dp x=1`), each followed by what it prints (standard error before standard output) and its
// exit code where that is not 0. What `run` prints must be the same with `--interpret`.

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/command_line.h"
#include "tests/frontend/frontend_samples.h"
#include "tests/runtime/temporary_folder.h"

namespace {

using namespace dp;
using tests::said_by;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// One chapter, run again: the same programs and commands with what is said now.
class Chapter {
 public:
  explicit Chapter(const std::string& folder) : folder_(folder) {}

  std::string run(const std::string& text) {
    for (const std::string& line : lines_of(text)) {
      if (line == "----") {
        finish();
        out_ += "----\n";
      } else if (line.starts_with("$ ")) {
        if (commands_.empty()) std::ofstream(folder_ + "/program.dp") << program_;
        commands_.push_back(line.substr(2));
      } else if (commands_.empty()) {
        program_ += line + "\n";
      }
    }
    finish();
    return out_;
  }

 private:
  void finish() {
    out_ += program_;
    for (const std::string& command : commands_) {
      const std::string said = said_by(folder_, command);
      out_ += "$ " + command + "\n" + said;
      if (!command.starts_with("run ") || command.find(" -") != std::string::npos) continue;
      INFO(program_ << command);
      CHECK(said_by(folder_, command + " --interpret") == said);
    }
    program_.clear();
    commands_.clear();
    std::filesystem::remove_all(folder_ + "/out");
  }

  std::string folder_, program_, out_;
  std::vector<std::string> commands_;
};

}  // namespace

TEST_CASE("programs of the language page do what it says", "[programs][golden]") {
  const auto chapters = tests::syntax_files("tests/golden/programs", ".txt");
  CHECK(chapters.size() >= 8);
  for (const auto& path : chapters) {
    const test::TemporaryFolder folder;
    std::filesystem::copy(std::string(DP_SOURCE_DIR) + "/examples/data/iris.csv",
                          folder.path() + "/iris.csv");
    const std::string expected = tests::read_text(path);
    const std::string said = Chapter(folder.path()).run(expected);
    if (std::getenv("DP_UPDATE_GOLDEN")) std::ofstream(path) << said;
    INFO(path);
    CHECK(said == expected);
  }
}
