// Loops are cut where a border's test changes: the same bits, and no test between the borders.

#include <catch2/catch.hpp>

#include "tests/runtime/temporary_folder.h"
#include "tests/support/command_line.h"

namespace dp::tests {
namespace {

struct Row {
  std::string program;
  std::string values;  // of main
};

const Row rows[] = {
    {"fn main(x: real[100]) = pad(x * x, [(1, 2)])", "x=@x.npy"},
    {"fn main(x: real[100]) { f = sum i in 0..99: (x[i + 1] - x[i] ^ 2) ^ 2; grad f wrt x }", "x=@x.npy"},
    {"fn main(x: real[100]) = concat([x[..3], exp(x), x[97..]], over = 0)", "x=@x.npy"},
    {"fn main(x: real[100]) { a = x as [5, 20]; b = pad(a, [(1, 1), (2, 1)]); b[1.., 1..] * b[..6, ..22] }",
     "x=@x.npy"},
    {"fn main(x: real[100]) { b = pad(x, [(1, 1)]); for i in 0..100: b[i] - 2 * b[i + 1] + b[i + 2] }",
     "x=@x.npy"},
    {"fn main(x: real[100]) = pad(flip(x, 0), [(30, 30)])", "x=@x.npy"},
};

}  // namespace

TEST_CASE("cut loops give the interpreter's bits", "[lower]") {
  const test::TemporaryFolder folder;
  test::write_text(folder / "make.dp", "fn main() = sin(linspace(0.0, 9.0, 100))");
  REQUIRE(said_by(folder.path(), "run make.dp -o x.npy") == "");
  for (const Row& row : rows) {
    CAPTURE(row.program);
    test::write_text(folder / "a.dp", row.program);
    const std::string expected = said_by(folder.path(), "run a.dp --interpret " + row.values);
    CHECK(said_by(folder.path(), "run a.dp --threads 2 " + row.values) == expected);
    CHECK(said_by(folder.path(), "run a.dp -O0 " + row.values) == expected);
  }
}

TEST_CASE("between the borders of a stencil nothing is tested", "[lower]") {
  const test::TemporaryFolder folder;
  test::write_text(folder / "a.dp", rows[1].program);
  const std::string loops = said_by(folder.path(), "emit a.dp --stage=loops");
  CHECK(loops.find("vector for i in 0..98 {") != std::string::npos);
  CHECK(loops.find("select") == std::string::npos);
  CHECK(loops.find("min(") == std::string::npos);
}

}  // namespace dp::tests
