// Of the library only what a program may need is read; that must never change what the program means.

#include <catch2/catch.hpp>

#include "frontend/parse.h"
#include "stdlib/library.h"

namespace dp::tests {
namespace {

std::string needed_text(std::string_view program) {
  const auto parts = needed_library({{program}});
  std::string text;
  for (std::size_t k = 0; k < parts.size(); ++k) {
    for (const LibraryPart part : parts[k])
      text += library_files()[k].text.substr(part.begin, part.end - part.begin);
  }
  return text;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("what a program names is read, with all that it is made of", "[library]") {
  CHECK(needed_text("fn main(x: real) = x").empty());
  const std::string silu = needed_text("fn main(x: real) = silu(x)");
  CHECK(has(silu, "fn silu("));
  CHECK(!has(silu, "fn mish("));
  CHECK(!has(silu, "test \""));
  CHECK(has(needed_text("log_sigmoid(-2)"), "fn log_sigmoid("));
  CHECK(has(needed_text("hardswish"), "fn hardsigmoid("));
  CHECK(has(needed_text("solve(a, b)"), "fn solve_matrix("));
  CHECK(has(needed_text("beta_inc(a, b, x)"), "adjoint unchecked beta_inc("));
}

TEST_CASE("parts of a file are read with their lines", "[library]") {
  Sources sources;
  Diagnostics diagnostics;
  const FileId file = sources.add("a.dp", "fn f(x: real) = x\n\n## Doubles.\nfn g(x: real) = x + x\n");
  const Span part{file, 19, static_cast<std::uint32_t>(sources[file].text.size())};
  const auto module = parse_parts(file, {{part}}, sources, diagnostics);
  REQUIRE(module);
  REQUIRE(module->declarations.size() == 1);
  CHECK(module->declarations[0].doc == "Doubles.");
  CHECK(sources.where(module->declarations[0].span) == "a.dp:4:1");
}

TEST_CASE("each declaration of the library is in one part", "[library]") {
  std::string every;
  for (const LibraryFile& file : library_files()) every += file.text;
  const auto parts = needed_library({{std::string_view(every)}});
  for (std::size_t k = 0; k < parts.size(); ++k) {
    Sources sources;
    Diagnostics diagnostics;
    const FileId file = sources.add("a.dp", std::string(library_files()[k].text));
    std::size_t expected = 0;
    const auto whole = parse(file, sources, diagnostics);
    REQUIRE(whole);
    for (const auto& each : whole->declarations)
      expected += std::holds_alternative<ast::TestDecl>(each.node) ? 0 : 1;
    std::vector<Span> spans;
    for (const LibraryPart part : parts[k]) spans.push_back({file, part.begin, part.end});
    const auto found = parse_parts(file, spans, sources, diagnostics);
    REQUIRE(found);
    CHECK(found->declarations.size() == expected);
  }
}

}  // namespace dp::tests
