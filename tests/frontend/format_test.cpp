// The printer: canonical, stable, and faithful.

#include "frontend/format.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <random>

#include "frontend/print_ast.h"
#include "tests/frontend/frontend_samples.h"

using namespace dp;

namespace {

std::string formatted(const std::string& text) {
  const tests::Parsed parsed(text);
  INFO(text);
  INFO(render(parsed.diagnostics, parsed.sources));
  REQUIRE_FALSE(parsed.diagnostics.has_errors());
  return format(*parsed.module, parsed.sources);
}

/// The tree is the same, no comment is lost, a second time changes nothing.
void check_faithful(const std::string& text) {
  const tests::Parsed before(text);
  INFO(text);
  REQUIRE_FALSE(before.diagnostics.has_errors());
  const std::string once = format(*before.module, before.sources);
  const tests::Parsed after(once);
  INFO(once);
  INFO(render(after.diagnostics, after.sources));
  REQUIRE_FALSE(after.diagnostics.has_errors());
  CHECK(dump(*after.module) == dump(*before.module));
  CHECK(after.module->comments.size() == before.module->comments.size());
  CHECK(format(*after.module, after.sources) == once);
}

std::vector<std::string> programs() {
  std::vector<std::string> result;
  for (const char* folder : {"tests/golden/syntax", "stdlib"}) {
    for (const auto& path : tests::syntax_files(folder, ".dp")) result.push_back(tests::read_text(path));
  }
  return result;
}

}  // namespace

TEST_CASE("the canonical text of the samples", "[format][golden]") {
  for (const auto& path : tests::syntax_files("tests/golden/syntax", ".dp")) {
    auto expected = path;
    expected.replace_extension(".fmt");
    const std::string text = formatted(tests::read_text(path));
    if (std::getenv("DP_UPDATE_GOLDEN")) std::ofstream(expected) << text;
    INFO(path);
    CHECK(text == tests::read_text(expected));
  }
}

TEST_CASE("formatting keeps the tree and the comments, and is stable", "[format]") {
  for (const std::string& program : programs()) check_faithful(program);
}

TEST_CASE("comments anywhere at the end of a line survive", "[format]") {
  std::mt19937 random(11);
  for (const std::string& program : programs()) {
    std::string commented;
    for (const char c : program) {
      const unsigned roll = c == '\n' ? random() % 6 : 6;
      if (roll == 0) commented += "  # beside";
      if (roll == 1) commented += "\n   # below";
      if (roll == 2) commented += "\n\n\n# apart\n\n\n";
      commented += c;
    }
    check_faithful(commented);
  }
}

TEST_CASE("broken lines anywhere a list allows survive", "[format]") {
  std::mt19937 random(13);
  for (const std::string& program : programs()) {
    std::string broken;
    bool in_comment = false, in_text = false;
    for (std::size_t i = 0; i < program.size(); ++i) {
      const char c = program[i];
      if (c == '#' && !in_text) in_comment = true;
      if (c == '"' && !in_comment) in_text = !in_text;
      if (c == '\n') in_comment = in_text = false;
      broken += c;
      const bool breakable =
          c == '(' || c == '[' || c == ',' || c == '{' || ((c == '+' || c == '*') && program[i + 1] == ' ');
      if (breakable && !in_comment && !in_text && random() % 4 == 0) broken += '\n';
    }
    check_faithful(broken);
  }
}

TEST_CASE("layout", "[format]") {
  CHECK(formatted("fn   f( x:real )->real=x+1") == "fn f(x: real) -> real = x + 1\n");
  CHECK(formatted("fn f() { x=1;y = 2 }\n\n\n\nfn g() {\n\n  x = 1\n\n\n  y }") ==
        "fn f() { x = 1; y = 2 }\n\nfn g() {\n  x = 1\n\n  y\n}\n");
  CHECK(formatted("fn f()=((a))+(b*c)") == "fn f() = (a) + (b * c)\n");
  CHECK(formatted("fn f() = x[a..b, s..s+4, 0 .. n]") == "fn f() = x[a..b, s .. s + 4, 0..n]\n");
  CHECK(formatted("fn f() = 0xFF + 1_000 + (0x10) + 1e3") == "fn f() = 0xFF + 1_000 + (0x10) + 1e3\n");
  CHECK(formatted("fn f() = (1,) + ()") == "fn f() = (1,) + ()\n");
  CHECK(formatted("test \"a \\\"b\\\"\" { assert true }") == "test \"a \\\"b\\\"\" { assert true }\n");
  CHECK(formatted("") == "");
  CHECK(formatted("# only") == "# only\n");
}

TEST_CASE("what is too long for a line is broken where it holds least", "[format]") {
  const std::string name(30, 'a');
  CHECK(formatted("fn f() = " + name + "(" + name + ", " + name + ", " + name + ")") ==
        "fn f() =\n  " + name + "(\n    " + name + ",\n    " + name + ",\n    " + name + "\n  )\n");
  CHECK(formatted("fn f() { " + name + "; " + name + "; " + name + "; " + name + " }") ==
        "fn f() {\n  " + name + "\n  " + name + "\n  " + name + "\n  " + name + "\n}\n");
}
