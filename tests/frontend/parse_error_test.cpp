// Syntax errors, word for word: every file in tests/golden/syntax/errors has its messages beside it.

#include <catch2/catch.hpp>
#include <cstdlib>

#include "tests/frontend/frontend_samples.h"

using namespace dp;

TEST_CASE("syntax errors are told in the language's own words", "[parse][golden]") {
  const auto files = tests::syntax_files("tests/golden/syntax/errors", ".dp");
  CHECK(files.size() >= 40);
  for (const auto& path : files) {
    const tests::Parsed parsed(tests::read_text(path), {}, path.filename().string());
    const std::string said = render(parsed.diagnostics, parsed.sources, {.limit = 100});
    auto expected = path;
    expected.replace_extension(".txt");
    if (std::getenv("DP_UPDATE_GOLDEN")) std::ofstream(expected) << said;
    INFO(path);
    CHECK(said == tests::read_text(expected));
    CHECK_FALSE(said.empty());
  }
}

TEST_CASE("errors in one declaration leave the others", "[parse]") {
  const tests::Parsed parsed("fn f() { x = }\nfn g() = 1\nfn h(\nlayer L(n) { w: real }\n");
  REQUIRE(parsed.module);
  REQUIRE(parsed.module->declarations.size() == 2);
  CHECK(parsed.module->declarations[0].name.text == "g");
  CHECK(parsed.module->declarations[1].name.text == "L");
  CHECK(parsed.diagnostics.all().size() == 2);
}

TEST_CASE("errors inside nested blocks are found independently", "[parse]") {
  using Codes = std::vector<std::string>;
  CHECK(tests::error_codes("fn f() {\n for i: { a b }\n}") == Codes{"E0110", "E0141"});
  CHECK(tests::error_codes("fn f() {\n if c { x = 1 2 } else { y = * }\n z = max(a b)\n}") ==
        Codes{"E0123", "E0110", "E0141"});
  CHECK(tests::error_codes("train t {\n minimize 1 2\n every 3 steps { save * }\n}") ==
        Codes{"E0123", "E0110"});
  CHECK(tests::error_codes("fn f() = for i { a = b c }") == Codes{"E0141"});
}
