// What `dpc emit` prints from `graph` to `loops` runs again: the same values, prints and failures.

#include <catch2/catch.hpp>

#include "tests/runtime/temporary_folder.h"
#include "tests/support/command_line.h"

namespace dp::tests {
namespace {

const std::string program =
    "fn main(x: real[5], k: i64) -> (real, real[5]) {\n"
    "  s = 0.0\n"
    "  for i in 0..3 { s = s + x[k + i]; print(\"s\", s, x[..2]) }\n"
    "  assert s > 0, \"must be positive\"\n"
    "  (s, x * s)\n"
    "}\n";

/// Without the place in the program, which a dump does not know.
std::string without_place(std::string said) {
  const auto at = said.find("\n --> ");
  const auto end = said.find("exit ");
  if (at != std::string::npos && end != std::string::npos) said.erase(at, end - at - 1);
  return said;
}

}  // namespace

TEST_CASE("dumps from graph to loops run as the program does", "[programs]") {
  const test::TemporaryFolder folder;
  test::write_text(folder / "a.dp", program);
  for (const std::string stage : {"graph", "grad", "simplified", "fused", "planned", "loops"}) {
    REQUIRE(said_by(folder.path(), "emit a.dp main --stage=" + stage + " > a.ir") == "");
    for (const std::string values : {" k=1 'x=[1, 2, 3, 4, 5]'", " k=3 'x=[1, 2, 3, 4, 5]'"}) {
      const std::string expected = without_place(said_by(folder.path(), "run a.dp" + values));
      CAPTURE(stage, values, expected);
      REQUIRE(expected.find("[1.0, 2.0]") != std::string::npos);
      CHECK(without_place(said_by(folder.path(), "run a.ir" + values)) == expected);
      CHECK(without_place(said_by(folder.path(), "run a.ir --interpret" + values)) == expected);
    }
  }
}

TEST_CASE("a dump of loops that was damaged is refused", "[programs]") {
  const test::TemporaryFolder folder;
  test::write_text(folder / "a.dp", "fn main(x: f32[3]) = x + x\n");
  REQUIRE(said_by(folder.path(), "emit a.dp main --stage=loops > a.ir") == "");
  const std::string text = test::read_text(folder / "a.ir");
  for (std::size_t length = 0; length < text.size() - 2; length += 3) {
    test::write_text(folder / "cut.ir", text.substr(0, length));
    CAPTURE(length);
    CHECK(said_by(folder.path(), "run cut.ir 'x=[1, 2, 3]'").ends_with("exit 2\n"));
  }
}

}  // namespace dp::tests
