// The library, held to its own `test` blocks: as a user's program that has them all, compiled and
// interpreted, in both precisions; and its adjoints, which `dpc test` checks in files that declare them.

#include <catch2/catch.hpp>
#include <fstream>

#include "frontend/parse.h"
#include "stdlib/library.h"
#include "tests/runtime/temporary_folder.h"
#include "tests/support/command_line.h"

namespace {

using namespace dp;

struct Tests {
  std::string text;
  std::size_t count = 0;
};

/// The `test` blocks of a file of the library.
Tests tests_of(const LibraryFile& file) {
  Sources sources;
  Diagnostics diagnostics;
  const auto module =
      parse(sources.add(std::string(file.name), std::string(file.text)), sources, diagnostics);
  REQUIRE(module);
  Tests result;
  for (const auto& declaration : module->declarations) {
    if (!std::holds_alternative<ast::TestDecl>(declaration.node)) continue;
    result.text += file.text.substr(declaration.span.begin, declaration.span.end - declaration.span.begin);
    result.text += "\n";
    ++result.count;
  }
  return result;
}

void check_passes(const std::string& text, std::size_t count, const std::string& options) {
  const test::TemporaryFolder folder;
  std::ofstream(folder.path() + "/library.dp") << text;
  const std::string said = tests::said_by(folder.path(), "test library.dp" + options);
  INFO(options << "\n" << said);
  CHECK(said.find(std::to_string(count) + " passed, 0 failed") != std::string::npos);
}

}  // namespace

TEST_CASE("the library passes its tests", "[library]") {
  Tests all;
  for (const LibraryFile& file : library_files()) {
    const Tests own = tests_of(file);
    INFO(file.name);
    CHECK((own.count > 0 || file.name == "layers.dp" || file.name.starts_with("optimizers")));
    all.text += own.text;
    all.count += own.count;
  }
  for (const char* options : {"", " --interpret", " --precision f64", " --precision f64 --interpret"})
    check_passes(all.text, all.count, options);
}

TEST_CASE("the library's adjoints are the derivatives", "[library]") {
  for (const LibraryFile& file : library_files()) {
    if (file.text.find("\nadjoint ") == std::string_view::npos) continue;
    const test::TemporaryFolder folder;
    std::ofstream(folder.path() + "/library.dp") << file.text;
    const std::string said = tests::said_by(folder.path(), "test library.dp");
    INFO(said);
    CHECK(said.find(" 0 failed") != std::string::npos);
    CHECK(said.find("ok   adjoint") != std::string::npos);
  }
}
