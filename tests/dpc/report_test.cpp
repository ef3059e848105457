// dpc report and dpc bench: what they tell, on programs whose figures can be counted by hand.

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/runtime/temporary_folder.h"
#include "tests/support/command_line.h"

namespace dp::tests {
namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const std::string network =
    "dim hidden = 8\n"
    "layer Net() {\n"
    "  one: Linear(4, hidden)\n"
    "  two: Linear(hidden, 1)\n"
    "  fn (x: real[.., 4]) -> real[.., 1] = x |> one |> tanh |> two\n"
    "}\n"
    "fn loss(net: Net, x: real[16, 4]) -> real = mean(net(x) ^ 2)\n"
    "fn both(net: Net, x: real[16, 4]) = (loss(net, x), grad loss(net, x) wrt net)\n"
    "fn chain(x: real[1000]) -> real = sum(exp(x) * x)\n"
    "fn open(x: real[n]) -> real = sum(x)\n";

}  // namespace

TEST_CASE("a report counts the work, and tells what a gradient shares", "[report]") {
  const test::TemporaryFolder folder;
  test::write_text(folder / "a.dp", network);
  const std::string chain = said_by(folder.path(), "report a.dp chain");
  CAPTURE(chain);
  CHECK(has(chain, "chain: 1 kernels, 3 thousand operations, 3.91 KiB moved, 3.91 KiB in memory\n"));
  CHECK(has(chain, "a.dp:9"));
  CHECK(!has(chain, "gradient uses too"));
  const std::string both = said_by(folder.path(), "report a.dp both");
  CAPTURE(both);
  CHECK(has(both, "values of the function that its gradient uses too, computed once"));
  CHECK(has(both, "tanh"));
  CHECK(has(both, "a.dp:5"));
  CHECK(has(said_by(folder.path(), "report a.dp open"), "error[E2202]"));
  CHECK(has(said_by(folder.path(), "report a.dp open n=10"), "open: 1 kernels, 10 operations"));
  CHECK(has(said_by(folder.path(), "report a.dp opne"), "= fix: open"));
}

TEST_CASE("a bench measures a function and its gradient", "[report]") {
  const test::TemporaryFolder folder;
  test::write_text(folder / "a.dp", network);
  const auto figures =
      nlohmann::json::parse(said_by(folder.path(), "bench a.dp loss --seconds 0.01 --format json"));
  CHECK(figures["seconds"] > 0);
  CHECK(figures["seconds_low"] <= figures["seconds"]);
  CHECK(figures["seconds"] <= figures["seconds_high"]);
  CHECK(figures["peak_flops"] > 1e8);
  CHECK(figures["copy_bandwidth"] > 1e7);
  CHECK(figures["gradient_ratio"] > 0);
  // 16 rows of 4 * 8 + 8 products, two operations each, with biases, tanh, squares and their mean
  CHECK(figures["flops"] == 16 * (2 * 40 + 8 + 8 + 1 + 1 + 1) + 1);
  CHECK(has(said_by(folder.path(), "bench a.dp open"), "give n=SIZE"));
}

TEST_CASE("what needs more memory than there may be is not run", "[report]") {
  const test::TemporaryFolder folder;
  test::write_text(folder / "a.dp",
                   "fn main(x: real[n]) -> real {\n"
                   "  products = for i, j: exp(x[i] * x[j])\n"
                   "  sum(products @ products)\n"
                   "}\n");
  const std::string said = said_by(folder.path(), "run a.dp 'x=[1, 2, 3, 4]' --mem-limit 100B");
  CAPTURE(said);
  CHECK(has(said, "error[E4202]: `main` needs"));
  CHECK(has(said, "more than the limit of 100 bytes"));
  CHECK(has(said, "products: f32[4, 4] takes 64 bytes"));
  CHECK(said.ends_with("exit 4\n"));
  CHECK(!has(said_by(folder.path(), "run a.dp 'x=[1, 2, 3, 4]' --mem-limit 1MiB"), "error"));
  CHECK(has(said_by(folder.path(), "run a.dp --mem-limit lots"), "a size such as 4GiB"));
  test::write_text(folder / "make.dp", "fn main() = linspace(0.0, 1.0, 1000000)");
  REQUIRE(said_by(folder.path(), "run make.dp -o x.npy") == "");
  CHECK(has(said_by(folder.path(), "run a.dp x=@x.npy"), "of this machine"));
}

}  // namespace dp::tests
