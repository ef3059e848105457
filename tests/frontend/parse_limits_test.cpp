// Limits hold exactly: one below, at, and one above.

#include <catch2/catch.hpp>

#include "tests/frontend/frontend_samples.h"

using namespace dp;
using Codes = std::vector<std::string>;

namespace {

std::string repeat(const std::string& text, std::size_t count) {
  std::string result;
  for (std::size_t i = 0; i < count; ++i) result += text;
  return result;
}

/// `make(n)` is accepted for limit - 1 and limit, and gives `code` alone for limit + 1.
template <class Make>
void check_limit(std::size_t limit, const std::string& code, Make make) {
  CHECK(tests::error_codes(make(limit - 1)).empty());
  CHECK(tests::error_codes(make(limit)).empty());
  const tests::Parsed beyond(make(limit + 1));
  REQUIRE(beyond.diagnostics.all().size() == 1);
  CHECK(beyond.diagnostics.all().front().code == code);
  CHECK(exit_code(code) == 4);
}

}  // namespace

TEST_CASE("bytes of a file", "[parse][limits]") {
  const std::string text = "fn f() = 1\n";
  check_limit(std::size_t{4} << 20, "E4001",
              [&](std::size_t n) { return text + std::string(n - text.size(), ' '); });
}

TEST_CASE("tokens of a file", "[parse][limits]") {
  check_limit(1'000'000, "E4002", [](std::size_t n) { return "fn f() = 1" + std::string(n - 6, '\n'); });
}

TEST_CASE("brackets inside each other", "[parse][limits]") {
  check_limit(256, "E4003",
              [](std::size_t n) { return "fn f() = " + repeat("(", n) + "1" + repeat(")", n); });
  check_limit(256, "E4003",
              [](std::size_t n) { return "fn f() = " + repeat("[", n) + "1" + repeat("]", n); });
  check_limit(256, "E4003",
              [](std::size_t n) { return "fn f() {" + repeat("if c {", n - 1) + "1" + repeat("}", n); });
}

TEST_CASE("bytes of a name, a text, a number", "[parse][limits]") {
  check_limit(255, "E4004", [](std::size_t n) { return "fn f(" + std::string(n, 'a') + ": real) = 1"; });
  check_limit(65536, "E4005",
              [](std::size_t n) { return "fn f() { print(\"" + std::string(n, 'a') + "\") }"; });
  check_limit(64, "E4006", [](std::size_t n) { return "fn f() = 1." + std::string(n - 2, '0'); });
}

TEST_CASE("expressions inside expressions", "[parse][limits]") {
  check_limit(1000, "E4007", [](std::size_t n) { return "fn f() = " + repeat("1 + ", n - 1) + "1"; });
  check_limit(1000, "E4007", [](std::size_t n) { return "fn f() = " + repeat("2^", n - 1) + "1"; });
  check_limit(1000, "E4007", [](std::size_t n) { return "fn f() = " + repeat("-", n - 1) + "1"; });
  check_limit(1000, "E4007", [](std::size_t n) { return "fn f() = " + repeat("for i: ", n - 1) + "1"; });
  check_limit(1000, "E4007", [](std::size_t n) { return "fn f() = x" + repeat(".y", n - 1); });
  check_limit(1000, "E4007", [](std::size_t n) { return "fn f() = x" + repeat(" |> f", n - 1); });
  check_limit(1000, "E4007", [](std::size_t n) {
    return "fn f() = " + repeat("grad ", n - 1) + "x" + repeat(" wrt x", n - 1);
  });
}

TEST_CASE("limits can be set", "[parse][limits]") {
  CHECK(tests::error_codes("fn f() = ((1))", {.bracket_nesting = 1}) == Codes{"E4003"});
  CHECK(tests::error_codes("fn f() = 1 + 2 + 3", {.tree_depth = 2}) == Codes{"E4007"});
  CHECK(tests::error_codes("fn f() { x = ; y = ; z = }", {.errors = 2}).size() == 2);
}
