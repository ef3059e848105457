#include <catch2/catch.hpp>

#include "support/diagnostic.h"

using namespace dp;

namespace {

/// A text whose spans are found by what stands there.
struct Page {
  explicit Page(std::string text) : text(text), file(sources.add("digits.dp", std::move(text))) {}

  Span find(std::string_view word, int occurrence = 1) const {
    std::size_t at = std::string::npos;
    for (int i = 0; i < occurrence; ++i) at = text.find(word, at + 1);
    REQUIRE(at != std::string::npos);
    return {file, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + word.size())};
  }
  Diagnostic at(Span span) const { return diagnose(diag::FileNotReadable, span, "x", "y"); }
  std::string shown(const Diagnostic& diagnostic) const { return "\n" + render(diagnostic, sources); }

  Sources sources;
  std::string text;
  FileId file;
};

}  // namespace

TEST_CASE("a message shows line, carets, label, notes and fix", "[render]") {
  const Page page(std::string(13, '\n') +
                  "  fn (x: real[.., pixels]) -> real[.., classes] = x |> fc1 |> relu |> fc2\n");
  const Diagnostic diagnostic = page.at(page.find("fc2"))
                                    .under("takes real[.., 32]")
                                    .label(page.find("fc1"), "gives real[.., hidden]")
                                    .note("`hidden` is the argument of Classifier, line 10")
                                    .fix("fc2: Linear(hidden, classes)");
  CHECK(page.shown(diagnostic) == R"(
error[E1001]: cannot read `x`: y
  --> digits.dp:14:71
   |
14 |   fn (x: real[.., pixels]) -> real[.., classes] = x |> fc1 |> relu |> fc2
   |                                                        ---            ^^^ takes real[.., 32]
   |                                                        gives real[.., hidden]
   = `hidden` is the argument of Classifier, line 10
   = fix: fc2: Linear(hidden, classes)
)");
}

TEST_CASE("labels of one line are stacked from the right, led down by bars", "[render]") {
  const Page page("foo(x, y, z) + bar(ab)");
  const Diagnostic diagnostic = page.at(page.find("z"))
                                    .under("main")
                                    .label(page.find("x"), "first")
                                    .label(page.find("y"), "second")
                                    .label(page.find("bar"), "last");
  CHECK(page.shown(diagnostic) == R"(
error[E1001]: cannot read `x`: y
 --> digits.dp:1:11
  |
1 | foo(x, y, z) + bar(ab)
  |     -  -  ^    --- last
  |     |  |  main
  |     |  second
  |     first
)");
}

TEST_CASE("labels on other lines: near ones join, far ones are set off by dots", "[render]") {
  const Page page("a = 1\nb\nc = a\nd\ne\nf = c + a\n");
  const Diagnostic diagnostic = page.at(page.find("c + a"))
                                    .under("here")
                                    .label(page.find("c", 1), "c comes from here")
                                    .label(page.find("a", 1), "a from here");
  CHECK(page.shown(diagnostic) == R"(
error[E1001]: cannot read `x`: y
 --> digits.dp:6:5
  |
1 | a = 1
  | - a from here
2 | b
3 | c = a
  | - c comes from here
...
6 | f = c + a
  |     ^^^^^ here
)");
}

TEST_CASE("spans of several lines", "[render]") {
  const Page page("for i {\n  1\n}\nx = for j {\n  2\n  }\nfor k {\n1\n2\n3\n4\n5\n6\n}\n");
  const Span whole = join(page.find("for i"), page.find("}"));
  CHECK(page.shown(page.at(whole).under("this loop").label(page.find("1"), "one")) == R"(
error[E1001]: cannot read `x`: y
 --> digits.dp:1:1
  |
1 | / for i {
2 | |   1
  | |   - one
3 | | }
  | |_^ this loop
)");
  const Span inner = join(page.find("for j"), page.find("}", 2));
  CHECK(page.shown(page.at(inner).under("that")) == R"(
error[E1001]: cannot read `x`: y
 --> digits.dp:4:5
  |
4 |   x = for j {
  |  _____^
5 | |   2
6 | |   }
  | |___^ that
)");
  const Span tall = join(page.find("for k"), page.find("}", 3));
  CHECK(page.shown(page.at(tall)) == R"(
error[E1001]: cannot read `x`: y
  --> digits.dp:7:1
   |
7  | / for k {
8  | | 1
...  |
14 | | }
   | |_^
)");
}

TEST_CASE("carets stay under tabs, wide characters and combining marks", "[render]") {
  const Page page("\tα = 中文 + e\xCC\x81 @ w\n");
  const Diagnostic diagnostic = page.at(page.find("@")).under("at").label(page.find("中文"), "wide");
  CHECK(page.shown(diagnostic) ==
        "\nerror[E1001]: cannot read `x`: y\n"
        " --> digits.dp:1:14\n"
        "  |\n"
        "1 |     α = 中文 + e\xCC\x81 @ w\n"
        "  |         ----     ^ at\n"
        "  |         wide\n");
}

TEST_CASE("control characters are shown, not sent", "[render]") {
  const Page page("a \x1b[31m b \xFF c");
  CHECK(page.shown(page.at(page.find("c"))) == R"(
error[E1001]: cannot read `x`: y
 --> digits.dp:1:13
  |
1 | a ␛[31m b � c
  |             ^
)");
}

TEST_CASE("long lines are cut around the marks", "[render]") {
  const Page page(std::string(1000, 'a') + " foo " + std::string(1000, 'b'));
  const std::string shown = render(page.at(page.find("foo")).under("here"), page.sources);
  CHECK(shown.size() < 600);
  CHECK(shown == "error[E1001]: cannot read `x`: y\n --> digits.dp:1:1002\n  |\n1 | ..." +
                     std::string(29, 'a') + " foo " + std::string(106, 'b') + "...\n  | " +
                     std::string(33, ' ') + "^^^ here\n");
}

TEST_CASE("an empty span at the end of the text still has a caret", "[render]") {
  const Page page("abc");
  CHECK(page.shown(page.at({page.file, 3, 3}).under("expected more")) == R"(
error[E1001]: cannot read `x`: y
 --> digits.dp:1:4
  |
1 | abc
  |    ^ expected more
)");
}

TEST_CASE("without a place there is no excerpt", "[render]") {
  CHECK(render(diagnose(diag::FileNotReadable, {}, "x", "y").note("a note\nof two lines"), Sources()) ==
        "error[E1001]: cannot read `x`: y\n  = a note\n    of two lines\n");
}

TEST_CASE("labels in other files follow in excerpts of their own", "[render]") {
  Page page("a + b");
  const FileId other = page.sources.add("lib.dp", "fn f()\n");
  const Diagnostic diagnostic = page.at(page.find("b")).label({other, 3, 4}, "declared here");
  CHECK(page.shown(diagnostic) == R"(
error[E1001]: cannot read `x`: y
 --> digits.dp:1:5
  |
1 | a + b
  |     ^
 ::: lib.dp:1:4
  |
1 | fn f()
  |    - declared here
)");
}

TEST_CASE("diagnostics are sorted, repetitions dropped, the rest counted", "[render]") {
  const Page page("a b c d");
  Diagnostics diagnostics;
  for (const char* word : {"c", "a", "c", "b"}) diagnostics.report(page.at(page.find(word)));
  REQUIRE(diagnostics.all().size() == 3);
  CHECK(diagnostics.all()[0].at == page.find("a"));
  CHECK(diagnostics.all()[2].at == page.find("c"));
  CHECK(diagnostics.has_errors());
  const std::string all = render(diagnostics, page.sources);
  CHECK(all.ends_with("\n\n3 errors\n"));
  RenderOptions options;
  options.limit = 1;
  const std::string first = render(diagnostics, page.sources, options);
  CHECK(first.ends_with("\n\n… and 2 more\n\n3 errors\n"));
  CHECK(first.find("1:3") == std::string::npos);
}

TEST_CASE("where not all are shown, errors come before warnings", "[render]") {
  const Page page("a b");
  Diagnostics diagnostics;
  diagnostics.report(diagnose(diag::CheckpointSkipped, page.find("a"), "x", "y"));
  CHECK_FALSE(diagnostics.has_errors());
  diagnostics.report(page.at(page.find("b")));
  RenderOptions options;
  options.limit = 1;
  const std::string shown = render(diagnostics, page.sources, options);
  CHECK(shown.starts_with("error[E1001]"));
  CHECK(shown.ends_with("1 error, 1 warning\n"));
}

TEST_CASE("colours are only added, they change no text", "[render]") {
  const Page page("foo(x) + y");
  const Diagnostic diagnostic = page.at(page.find("y")).under("u").label(page.find("foo"), "f").fix("z");
  RenderOptions options;
  options.colour = true;
  std::string coloured = render(diagnostic, page.sources, options);
  REQUIRE(coloured.find("\x1b[1;31m") != std::string::npos);
  for (std::size_t at; (at = coloured.find('\x1b')) != std::string::npos;) {
    coloured.erase(at, coloured.find('m', at) + 1 - at);
  }
  CHECK(coloured == render(diagnostic, page.sources));
}
