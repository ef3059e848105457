// The checker word for word: what it says of mistaken programs, and the typed trees of right ones.

#include <catch2/catch.hpp>
#include <cstdlib>

#include "tests/frontend/check_samples.h"
#include "tests/frontend/frontend_samples.h"

using namespace dp;

namespace {

void compare(const std::filesystem::path& program, const std::string& text) {
  auto expected = program;
  expected.replace_extension(".txt");
  if (std::getenv("DP_UPDATE_GOLDEN")) std::ofstream(expected) << text;
  INFO(program);
  CHECK(text == tests::read_text(expected));
  CHECK_FALSE(text.empty());
}

}  // namespace

TEST_CASE("mistakes are told with place, cause and cure", "[check][golden]") {
  const auto files = tests::syntax_files("tests/golden/check/errors", ".dp");
  CHECK(files.size() >= 12);
  for (const auto& path : files) {
    compare(path, tests::Checked(tests::read_text(path), path.filename().string()).said());
  }
}

TEST_CASE("typed trees say everything that was implicit", "[check][golden]") {
  const auto files = tests::syntax_files("tests/golden/check/typed", ".dp");
  CHECK(files.size() >= 8);
  for (const auto& path : files) {
    const tests::Checked checked(tests::read_text(path), path.filename().string());
    compare(path, checked.module ? typed::print(*checked.module) : checked.said());
  }
}
