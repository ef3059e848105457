// The commands that tell about a program, as a user runs them: `gradcheck`, `check --requirements`, `doc`,
// `explain`, `emit --diff`.

#include <catch2/catch.hpp>
#include <fstream>

#include "tests/runtime/temporary_folder.h"
#include "tests/support/command_line.h"

namespace dp::tests {
namespace {

/// What the command says in a folder with this program as `f.dp`.
std::string said_of(const std::string& program, const std::string& words) {
  const test::TemporaryFolder folder;
  std::ofstream(folder.path() + "/f.dp") << program;
  return said_by(folder.path(), words);
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("gradcheck compares derivatives of first and second order, parameter by parameter") {
  const std::string said = said_of("fn f(w: real[n, m], x: real[n]) -> real = sum(tanh(x @ w) ^ 2)\n",
                                   "gradcheck f.dp f 'w=[[0.1, 0.2], [0.3, -0.4]]' 'x=[0.5, 0.7]'");
  INFO(said);
  CHECK(contains(said, "second order"));
  CHECK(contains(said, "\nw "));
  CHECK(contains(said, "\nx "));
  CHECK_FALSE(contains(said, "WRONG"));
  CHECK_FALSE(contains(said, "exit"));
}

TEST_CASE("gradcheck finds a derivative that is wrong, and where") {
  const std::string said = said_of(
      "fn cube(x: real) -> real = x ^ 3\nadjoint unchecked cube(x; y, dy) = 2.0 * x * dy\n"
      "fn f(x: real[n], y: real) -> real = sum(cube(x)) + y ^ 2\n",
      "gradcheck f.dp f 'x=[1.0, 2.0]' y=0.5");
  INFO(said);
  CHECK(contains(said, "WRONG"));
  CHECK(contains(said, "x["));
  CHECK(contains(said, "fine"));
  CHECK(contains(said, "exit 1\n"));
}

TEST_CASE("gradcheck refuses a function that gives no number") {
  CHECK(contains(said_of("fn f(x: real[n]) -> real[n] = x\n", "gradcheck f.dp f 'x=[1.0]'"), "E2221"));
}

TEST_CASE("check lists what a program requires and checks") {
  const std::string said = said_of(
      "fn f(x: real[n], k: i64, c: i32<n>[m]) -> real where 2 <= n {\n  assert k > 0, \"k is positive\"\n"
      "  x[k] + sum(x[c]) + real(7 / k)\n}\n",
      "check f.dp --requirements");
  INFO(said);
  CHECK(contains(said, "fn f, f.dp:1\n"));
  CHECK(contains(said, "requires 2 <= n\n"));
  CHECK(contains(said, "c lies in 0 .. n - 1"));
  CHECK(contains(said, "an index lies in axis 0 of extent n, f.dp:3\n"));
  CHECK(contains(said, "assert: k is positive, f.dp:2\n"));
  CHECK(contains(said, "a divisor is not 0"));
  CHECK(said_of("fn f(x: real) -> real = x\n", "check f.dp --requirements").empty());
}

TEST_CASE("doc prints declarations, their comments and the tests that use them") {
  const std::string program =
      "## Twice `x`, for $x < 1$.\nfn twice(x: real[n]) -> real[n] = 2.0 * x\n\n"
      "## A line.\nlayer Line(n) {\n  w: real[n] = 0\n  fn (x: real[n]) -> real = w @ x\n}\n\n"
      "test \"twice\" { assert sum(twice([1.0])) ~= 2.0 }\n";
  const std::string markdown = said_of(program, "doc f.dp");
  INFO(markdown);
  CHECK(contains(markdown, "# f.dp\n"));
  CHECK(contains(markdown,
                 "## `twice`\n\n```dp\nfn twice(x: real[n]) -> real[n]\n```\n\nTwice `x`, for $x < 1$.\n"));
  CHECK(contains(markdown, "Example:\n\n```dp\ntest \"twice\""));
  CHECK(contains(markdown, "layer Line(n) {\n  w: real[n] = 0\n  fn (x: real[n]) -> real\n}"));
  const std::string html = said_of(program, "doc f.dp --format html");
  CHECK(contains(html, "<p>Twice <code>x</code>, for $x &lt; 1$.</p>"));
  const std::string library = said_of("", "doc --library");
  for (const char* name : {"softmax", "cross_entropy", "Linear", "adam", "cholesky", "where", "tanh"})
    CHECK(contains(library, "\n## `" + std::string(name) + "`\n"));
  CHECK(contains(said_of("", "doc"), "E2215"));
}

TEST_CASE(
    "explain tells an op's formula, derivative, domain and rules, and what the library says of a name") {
  const std::string page = said_of("", "explain sqrt");
  INFO(page);
  CHECK(contains(page, "sqrt(x)\n"));
  CHECK(contains(page, "by x: ct / (2.0 * r)"));
  CHECK(contains(page, "draw x from 0.1 to 4"));
  CHECK(contains(page, "Rules:"));
  CHECK(contains(said_of("", "explain gather"), "Attributes: axis"));
  CHECK(contains(said_of("", "explain softmax"), "fn softmax("));
}

TEST_CASE("emit --diff prints two stages beside each other") {
  const std::string said =
      said_of("fn f(x: real[n]) -> real = sum(x * 1.0)\n", "emit f.dp f --diff=graph,simplified");
  INFO(said);
  CHECK(contains(said, " | graph f(x: f32[n]) at simplified {"));
  CHECK(contains(said, " <"));
  CHECK(contains(said_of("fn f(x: real) -> real = x\n", "emit f.dp f --diff=graph,none"), "stage"));
}

TEST_CASE("the commands that tell about a program have help") {
  CHECK(contains(said_of("", "gradcheck --help"), "finite differences"));
  CHECK(contains(said_of("", "check --help"), "--requirements"));
  CHECK(contains(said_of("", "doc --help"), "--library"));
  CHECK(contains(said_of("", "emit --help"), "--diff"));
}

}  // namespace dp::tests
