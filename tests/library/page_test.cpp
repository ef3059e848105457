// docs/library_api.md: its programs are built as a reader would build them, and print what the page shows.

#include <catch2/catch.hpp>
#include <fstream>

#include "tests/library/run_tool.h"
#include "tests/runtime/temporary_folder.h"
#include "tests/support/command_line.h"

namespace {

using dp::test::read_text;
using dp::test::TemporaryFolder;
using dp::tests::said_by;
using dp::tests::said_by_shell;

/// The block of the page with that heading, and the text block behind it.
struct Example {
  std::string program, prints;
};

std::string block_after(const std::string& page, const std::string& opening, std::size_t& at) {
  at = page.find("```" + opening + "\n", at);
  REQUIRE(at != std::string::npos);
  const std::size_t begin = page.find('\n', at) + 1, end = page.find("\n```", begin) + 1;
  at = end;
  return page.substr(begin, end - begin);
}

Example example(const std::string& opening) {
  const std::string page = read_text(std::string(DP_SOURCE_DIR) + "/docs/library_api.md");
  std::size_t at = 0;
  Example result;
  result.program = block_after(page, opening, at);
  result.prints = block_after(page, "text", at);
  return result;
}

void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

const std::string include = std::string(" -I") + DP_SOURCE_DIR + "/runtime ";
const std::string library = DP_LIBRARY;

}  // namespace

TEST_CASE("the page's built library prints what it shows", "[library]") {
  const TemporaryFolder folder;
  const Example c = example("c build");
  std::size_t at = 0;
  write(folder / "model.dp",
        block_after(read_text(std::string(DP_SOURCE_DIR) + "/docs/library_api.md"), "dp", at));
  write(folder / "main.c", c.program);
  REQUIRE(said_by(folder.path(), "build model.dp batch=2 --python -o libmodel.so") == "");
  const std::string here = "cd " + folder.path() + " && ";
  REQUIRE(said_by_shell(here + "cc -Wall -Werror main.c -L. -lmodel -Wl,-rpath,. -o main") == "");
  CHECK(said_by_shell(here + "./main") == c.prints);
}

TEST_CASE("the page's C program prints what it shows", "[library]") {
  const TemporaryFolder folder;
  const Example c = example("c host");
  write(folder / "main.c", c.program);
  const std::string here = "cd " + folder.path() + " && ";
  REQUIRE(said_by_shell(here + "cc -std=c11 -Wall -Werror main.c" + include + library + " -o main") == "");
  CHECK(said_by_shell(here + "LD_LIBRARY_PATH=$(dirname " + library + ") ./main") == c.prints);
}

TEST_CASE("the page's Python program prints what it shows", "[library]") {
  if (!dp::tests::has_numpy()) return;
  const TemporaryFolder folder;
  const Example python = example("python host");
  write(folder / "main.py", python.program);
  CHECK(said_by_shell("DP_LIBRARY=" + library + " /usr/bin/python3 " + (folder / "main.py")) ==
        python.prints);
}
