// `dpc build`, as its users meet it: a library, its header, a C program against them, the Python module.

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

constexpr const char* model = R"(
## A line's values.
fn line(x: real[n], slope: real, offset: real) -> real[n] = slope * x + offset

fn pick(x: real[4], i: i64) -> real = x[i]

fn classes(label: i32<3>[2]) -> (i32[2], bool) = (label + 1, true)

fn solved(a: real[3, 3], b: real[3]) -> real[3] = solve(a, b)

fn spread(x: real[n]) -> real {
  print("x is", x, 0.1, 1e30)
  sum(exp(x) * x)
}

fn distance(x: real[..]) -> real = sum(x * x)
)";

/// Prints every real with all its bits.
constexpr const char* caller = R"(
#include <stdio.h>
#include <string.h>
#include "model.h"

static void show(const char *name, const float *values, int count) {
  printf("%s", name);
  for (int k = 0; k < count; ++k) printf(" %.9g", (double)values[k]);
  printf("\n");
}

int main(void) {
  const float x[4] = {0.1f, -2.5f, 3.25f, 1e-3f};
  float y[4], one;
  printf("%d ", model_line(x, 1.7f, -0.3f, y, NULL));
  show("line", y, 4);
  printf("%d ", model_pick(x, 2, &one, NULL));
  show("pick", &one, 1);
  int code = model_pick(x, 7, &one, NULL);
  printf("%d %s\n", code, model_message());
  const int32_t labels[2] = {2, 0}, wrong[2] = {0, 3};
  int32_t next[2];
  bool flag = false;
  code = model_classes(labels, next, &flag, NULL);
  printf("%d classes %d %d %d '%s'\n", code, next[0], next[1], flag, model_message());
  code = model_classes(wrong, next, &flag, NULL);
  printf("%d %s\n", code, model_message());
  const float a[9] = {4, 1, 0, 1, 3, -1, 0, -1, 5}, b[3] = {1, 2, 3};
  _Alignas(64) char workspace[MODEL_SOLVED_WORKSPACE + 1];
  printf("%d ", model_solved(a, b, y, workspace));
  show("solved", y, 3);
  printf("%d ", model_spread(x, &one, NULL));
  show("spread", &one, 1);
  return 0;
}
)";

void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

/// The numbers that `dpc run` gives, one line each, rounded to nothing: shortest digits read back exactly.
float number_in(const std::string& text) { return std::stof(text); }

struct Built {
  TemporaryFolder folder;
  Built() {
    write(folder / "model.dp", model);
    write(folder / "caller.c", caller);
  }
};

constexpr const char* functions = "line pick classes solved spread n=4";

}  // namespace

TEST_CASE("a library is linked, called from C, and computes what dpc run computes", "[library]") {
  const Built built;
  const TemporaryFolder& folder = built.folder;
  REQUIRE(said_by(folder.path(), std::string("build model.dp ") + functions + " -o libmodel.so") == "");
  const std::string here = "cd " + folder.path() + " && ";
  REQUIRE(said_by_shell(
              here + "cc -std=c11 -Wall -Wextra -Werror caller.c -L. -lmodel -Wl,-rpath,. -o caller") == "");
  const std::string said = said_by_shell(here + "./caller");
  INFO(said);
  CHECK(said.find("3003 E3003: index 7 is outside axis 0 of size 4 (model.dp:5:") != std::string::npos);
  CHECK(said.find("0 classes 3 1 1 ''\n") != std::string::npos);
  CHECK(said.find("2201 E2201: `label` holds 3, which is not in 0 .. 2\n") != std::string::npos);
  const std::string printed = said_by(folder.path(), "run model.dp spread 'x=[0.1, -2.5, 3.25, 0.001]'");
  const std::string line = printed.substr(0, printed.find('\n') + 1);
  CHECK(line.starts_with("x is"));
  CHECK(said.find(line) != std::string::npos);
  const auto given = [&](const std::string& name) {
    const std::size_t at = said.find("0 " + name + " ");
    REQUIRE(at != std::string::npos);
    return said.substr(at + name.size() + 3);
  };
  CHECK(number_in(given("spread")) == number_in(printed.substr(line.size())));
  for (const char* words : {"line 'x=[0.1, -2.5, 3.25, 0.001]' slope=1.7 offset=-0.3",
                            "solved 'a=[[4, 1, 0], [1, 3, -1], [0, -1, 5]]' 'b=[1, 2, 3]'"}) {
    std::string expected = said_by(folder.path(), std::string("run model.dp ") + words).substr(1);
    std::string got = given(std::string(words).substr(0, std::string(words).find(' ')));
    for (std::size_t used = 0; expected.find_first_of("0123456789") != std::string::npos;) {
      const float wanted = std::stof(expected, &used);
      expected = expected.substr(std::min(expected.size(), used + 2));
      CHECK(std::stof(got, &used) == wanted);
      got = got.substr(used);
    }
  }
}

TEST_CASE("a library needs libc, libm and threads, and shows its own functions alone", "[library]") {
  const Built built;
  const std::string here = "cd " + built.folder.path() + " && ";
  REQUIRE(said_by(built.folder.path(), "build model.dp solved -o libmodel.so") == "");
  const std::string needed = said_by_shell(here + "readelf -d libmodel.so | grep NEEDED");
  INFO(needed);
  CHECK(needed.find("libc.so") != std::string::npos);
  CHECK(needed.find("stdc++") == std::string::npos);
  CHECK(needed.find("LLVM") == std::string::npos);
  CHECK(said_by_shell(here + "nm -D --defined-only libmodel.so | cut -d' ' -f3 | sort") ==
        "model_message\nmodel_on_print\nmodel_set_threads\nmodel_solved\n");
}

TEST_CASE("two static libraries live in one program", "[library]") {
  const Built built;
  const std::string here = "cd " + built.folder.path() + " && ";
  REQUIRE(said_by(built.folder.path(), "build model.dp line n=2 -o first.a") == "");
  REQUIRE(said_by(built.folder.path(), "build model.dp line pick n=3 -o second.a") == "");
  write(built.folder / "both.cpp", R"(
#include <cstdio>
#include "first.h"
#include "second.h"
int main() {
  const float x[4] = {1, 2, 3, 4};
  float y[3], z[3], one;
  first_line(x, 2, 1, y, nullptr);
  second_line(x, 3, 1, z, nullptr);
  second_pick(x, -1, &one, nullptr);
  std::printf("%g %g %g '%s' %d\n", y[1], z[0], z[2], first_message(), second_message()[0]);
}
)");
  REQUIRE(said_by_shell(here + "c++ both.cpp first.a second.a -lm -lpthread -o both") == "");
  CHECK(said_by_shell(here + "./both") == "5 4 10 '' 69\n");
}

TEST_CASE("a Python module comes with the library", "[library]") {
  if (!dp::tests::has_numpy()) return;
  const Built built;
  REQUIRE(said_by(built.folder.path(),
                  std::string("build model.dp ") + functions + " --python -o libmodel.so") == "");
  write(built.folder / "use.py", R"(
import numpy as np
import model
x = np.array([0.1, -2.5, 3.25, 0.001], np.float32)
print(model.line(x, slope=1.7, offset=-0.3).dtype, model.line(x[::-1][::-1], 1.7, -0.3).shape)
print(model.pick(x, 1), model.classes([2, 0]))
for wrong in (lambda: model.pick(x, 9), lambda: model.line(x[:3], 1, 1), lambda: model.pick(x, 1.5)):
    try:
        wrong()
    except Exception as error:
        print(type(error).__name__, error)
print(model.line.__doc__)
)");
  const std::string said = said_by_shell("cd " + built.folder.path() + " && /usr/bin/python3 use.py");
  INFO(said);
  CHECK(
      said.starts_with("float32 (4,)\n-2.5 (array([3, 1], dtype=int32), True)\n"
                       "CheckFailed E3003: index 9 is outside axis 0 of size 4 (model.dp:5:"));
  CHECK(said.find("ValueError `x` has shape (3,), not (4,)\nTypeError `i` holds float64, not int64\n") !=
        std::string::npos);
  CHECK(said.find("A line's values.") != std::string::npos);
}

TEST_CASE("what cannot be built is told by name", "[library]") {
  const Built built;
  const auto build = [&](const std::string& words) {
    return said_by(built.folder.path(), "build model.dp " + words);
  };
  CHECK(build("line -o libx.so").find("E2232]: `line` cannot be built while the size `n` is open") !=
        std::string::npos);
  CHECK(build("distance -o libx.so").find("the size `..` is open") != std::string::npos);
  CHECK(build("lines -o libx.so").find("E2205") != std::string::npos);
  CHECK(build("line m=3 -o libx.so").find("E2203") != std::string::npos);
  CHECK(build("line n=x -o libx.so").find("E2201") != std::string::npos);
  CHECK(build("pick -o x.dll").find("E2236") != std::string::npos);
  CHECK(build("pick -o x.a --python").find("E2236") != std::string::npos);
  CHECK(build("pick -o nowhere/libx.so").find("E1009") != std::string::npos);
  CHECK(build("-o libx.so").find("left out: `line` cannot be built") != std::string::npos);
  CHECK(read_text(built.folder / "x.h").find("x_pick(const float *x, int64_t i, float *result") !=
        std::string::npos);
  CHECK(said_by_shell("cd " + built.folder.path() +
                      " && mkdir empty && PATH=empty:/nowhere " DP_COMMAND " build model.dp pick -o liby.so")
            .find("E2234") != std::string::npos);
}
