// docs/language.md, block by block: a block of code is a whole program that has no errors and whose tests
// pass, or one that is refused with the code at its head and no other.

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <regex>

#include "tests/support/command_line.h"
#include "tests/frontend/frontend_samples.h"
#include "tests/runtime/temporary_folder.h"

namespace {

using namespace dp;

/// The codes of the errors that are told, in order.
std::vector<std::string> codes_in(const std::string& said) {
  static const std::regex pattern("error\\[(E[0-9]+)\\]");
  std::vector<std::string> codes;
  for (std::sregex_iterator match(said.begin(), said.end(), pattern), end; match != end; ++match)
    codes.push_back((*match)[1]);
  return codes;
}

void check_block(const std::string& folder, const std::string& expected, const std::string& program) {
  std::ofstream(folder + "/page.dp") << program;
  const bool has_tests = program.find("\ntest ") != std::string::npos || program.starts_with("test ");
  const std::string said = tests::said_by(folder, (has_tests ? "test" : "check") + std::string(" page.dp"));
  INFO(program << said);
  if (!expected.empty()) {
    CHECK(codes_in(said) == std::vector<std::string>{expected});
  } else {
    CHECK(said.find("exit ") == std::string::npos);
    CHECK(said.find("warning") == std::string::npos);
  }
}

}  // namespace

TEST_CASE("every block of the language page holds", "[programs]") {
  const std::string page = tests::read_text(DP_SOURCE_DIR "/docs/language.md");
  const test::TemporaryFolder folder;
  std::filesystem::create_directory_symlink(DP_SOURCE_DIR "/examples/data", folder.path() + "/data");
  static const std::regex block("```dp(?: error=(E[0-9]+))?\n([^`]*)```");
  int blocks = 0;
  for (std::sregex_iterator match(page.begin(), page.end(), block), end; match != end; ++match, ++blocks)
    check_block(folder.path(), (*match)[1], (*match)[2]);
  CHECK(blocks >= 50);
}
