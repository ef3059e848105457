// Every syntax error has a page, and the program on the page gives exactly that error.

#include <catch2/catch.hpp>

#include "frontend/parse.h"
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

}  // namespace

TEST_CASE("the example of every syntax error gives that error alone", "[parse]") {
  std::size_t examples = 0;
  for (const CatalogueEntry& entry : catalogue()) {
    const std::string example = example_of(entry);
    if (!entry.code.starts_with("E01") || example.empty()) continue;
    ++examples;
    INFO(entry.code << " " << entry.name << "\n" << example);
    CHECK(tests::error_codes(example) == std::vector<std::string>{std::string(entry.code)});
  }
  CHECK(examples >= 38);
}
