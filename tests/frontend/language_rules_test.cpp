// The table at the end of docs/language.md names for every rule of the language the test that holds it. What
// it names must exist: the file, and in it the text.

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <sstream>

#include "tests/frontend/frontend_samples.h"

namespace {

using namespace dp;

struct Rule {
  std::string section, rule, file, contains;
};

std::string trimmed(std::string text, std::string_view around) {
  const auto begin = text.find_first_not_of(around);
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(around) - begin + 1);
}

/// The text of a cell in code marks: one mark on each side, or two and spaces where the text holds marks.
std::string code(const std::string& cell) {
  const bool doubled = cell.starts_with("``");
  const std::size_t marks = doubled ? 2 : 1;
  const std::string inner = cell.size() < 2 * marks ? "" : cell.substr(marks, cell.size() - 2 * marks);
  return doubled ? trimmed(inner, " ") : inner;
}

std::vector<Rule> rules_of(const std::string& page) {
  std::vector<Rule> result;
  std::istringstream lines(page.substr(page.find("## 16. ")));
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("| ") || line.starts_with("| ---") || line.starts_with("| section")) continue;
    std::vector<std::string> cells;
    std::istringstream row(line.substr(1));
    for (std::string cell; std::getline(row, cell, '|');) cells.push_back(trimmed(cell, " "));
    REQUIRE(cells.size() == 4);
    result.push_back({cells[0], cells[1], code(cells[2]), code(cells[3])});
  }
  return result;
}

}  // namespace

TEST_CASE("every rule of the language names a test that exists", "[house]") {
  const std::string root = DP_SOURCE_DIR;
  const std::vector<Rule> rules = rules_of(tests::read_text(root + "/docs/language.md"));
  CHECK(rules.size() >= 100);
  for (const Rule& each : rules) {
    INFO(each.section << " " << each.rule << ": " << each.file << " contains " << each.contains);
    REQUIRE(std::filesystem::exists(root + "/" + each.file));
    REQUIRE_FALSE(each.contains.empty());
    CHECK(tests::read_text(root + "/" + each.file).find(each.contains) != std::string::npos);
  }
}

TEST_CASE("every section of the language has a rule that is tested", "[house]") {
  const std::vector<Rule> rules =
      rules_of(tests::read_text(std::string(DP_SOURCE_DIR) + "/docs/language.md"));
  for (int section = 1; section <= 15; ++section) {
    INFO("section " << section);
    CHECK(std::any_of(rules.begin(), rules.end(),
                      [&](const Rule& each) { return each.section == std::to_string(section); }));
  }
}
