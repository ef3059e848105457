// Every diagnostic of the checker has a page, and the program on the page gives exactly that diagnostic.

#include <catch2/catch.hpp>
#include <cstdlib>

#include "tests/frontend/check_samples.h"
#include "tests/frontend/frontend_samples.h"

using namespace dp;

namespace {

std::string example_of(const CatalogueEntry& entry) {
  const std::string_view opening = "```dp\n";
  const std::size_t begin = entry.explanation.find(opening);
  if (begin == std::string_view::npos) return "";
  const std::size_t end = entry.explanation.find("```", begin + opening.size());
  return std::string(entry.explanation.substr(begin + opening.size(), end - begin - opening.size()));
}

bool is_of_check(std::string_view code) {
  for (const std::string_view family : {"E02", "E03", "E05", "E06", "E07", "E09", "W00", "W04"}) {
    if (code.starts_with(family)) return true;
  }
  return (code >= "E0402" && code <= "E0409") || (code >= "E0451" && code <= "E0454");
}

}  // namespace

TEST_CASE("the example of every diagnostic of the checker gives that diagnostic alone", "[check]") {
  std::size_t examples = 0;
  for (const CatalogueEntry& entry : catalogue()) {
    const std::string example = example_of(entry);
    if (!is_of_check(entry.code) || example.empty()) continue;
    ++examples;
    const tests::Checked checked(example);
    INFO(entry.code << " " << entry.name << "\n" << example << "\n" << checked.said());
    CHECK(checked.codes() == std::vector<std::string>{std::string(entry.code)});
  }
  CHECK(examples >= 90);
}

TEST_CASE("every diagnostic of the checker is told word for word", "[check][golden]") {
  const std::filesystem::path folder = std::filesystem::path(DP_SOURCE_DIR) / "tests/golden/check/catalogue";
  for (const CatalogueEntry& entry : catalogue()) {
    const std::string example = example_of(entry);
    if (!is_of_check(entry.code) || example.empty()) continue;
    const std::string said = tests::Checked(example).said();
    const auto expected = folder / (std::string(entry.code) + ".txt");
    if (std::getenv("DP_UPDATE_GOLDEN")) std::ofstream(expected) << said;
    INFO(entry.code << "\n" << example);
    CHECK(said == tests::read_text(expected));
  }
}

TEST_CASE("every diagnostic of the checker has an example", "[check]") {
  for (const CatalogueEntry& entry : catalogue()) {
    INFO(entry.code);
    if (is_of_check(entry.code)) CHECK_FALSE(example_of(entry).empty());
  }
}
