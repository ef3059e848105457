// The compiler as a library: failures as data, shapes, threads, limits, and that nothing is lost.

#include <atomic>
#include <catch2/catch.hpp>
#include <functional>
#include <thread>

#include "runtime/dp.hpp"
#include "tests/library/leak.h"

namespace {

using dp::host::Compiled;
using dp::host::Failure;
using dp::host::Program;

Failure failure_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Failure& failure) { return failure; }
  FAIL("nothing failed");
  std::abort();
}

/// The first item of what failed.
dp_failure_item first_of(const Failure& failure) { return *dp_failure_at(failure.get(), 0); }

const std::string text = R"(## Sums.
fn total(x: real[n, m]) -> (real[m], real) = (sum(x, over = n), sum(x))
fn labels(y: i32<4>[n]) -> i32[n] = y * 2
fn share(x: i64, y: i64) -> i64 = x / y
fn packed(x: real[..], a: real) -> real = sum(x) * a
fn said(x: real[n]) -> real {
  print("x", x)
  sum(x)
}
)";

}  // namespace

TEST_CASE("errors of a program are text and data", "[library]") {
  const Failure failure = failure_of(
      [] { Program::from_text("bad.dp", "fn f(x: real[n]) -> real[n] = x\nfn g(x: real) -> real = y\n"); });
  CHECK(failure.failure_class() == DP_PROGRAM_ERROR);
  REQUIRE(dp_failure_count(failure.get()) == 1);
  const dp_failure_item item = first_of(failure);
  CHECK(std::string(item.file) == "bad.dp");
  CHECK(item.line == 2);
  CHECK(item.column == 25);
  CHECK(item.code[0] == 'E');
  CHECK(std::string(failure.what()).find("bad.dp:2:25") != std::string::npos);
  CHECK(dp_failure_at(failure.get(), 1) == nullptr);
  const Failure missing = failure_of([] { Program::from_file("/nowhere/at/all.dp"); });
  CHECK(missing.failure_class() == DP_USAGE_ERROR);
  CHECK(std::string(first_of(missing).code) == "E1001");
}

TEST_CASE("functions are listed, compiled for shapes, and called on the caller's memory", "[library]") {
  const Program program = Program::from_text("sums.dp", text);
  REQUIRE(dp_function_count(program.get()) == 5);
  const dp_function_info& total = *dp_function_at(program.get(), 0);
  CHECK(std::string(total.type) == "(x: real[n, m]) -> (real[m], real)");
  CHECK(total.dimension_count == 2);
  CHECK(std::string(total.dimensions[1]) == "m");
  CHECK(std::string(total.parameters[0].type) == "real[n, m]");
  const Compiled compiled = program.compile_for("total", {{2, 3}});
  CHECK(compiled.input(0).bytes == 24);
  CHECK(compiled.output(0).rank == 1);
  CHECK(compiled.output(0).extents[0] == 3);
  CHECK(std::string(compiled.output(1).name) == "1");
  const float x[6] = {1, 2, 3, 4, 5, 6};
  float columns[3], all;
  compiled.run({x}, {columns, &all});
  CHECK(columns[2] == 9);
  CHECK(all == 21);
  const Compiled packed = program.compile_for("packed", {{2, 3}, {}});
  const float half = 0.5F;
  packed.run({x, &half}, {&all});
  CHECK(all == 10.5F);
}

TEST_CASE("a caller's mistakes are failures", "[library]") {
  const Program program = Program::from_text("sums.dp", text);
  const auto code = [&](const std::function<void()>& work) {
    return std::string(first_of(failure_of(work)).code);
  };
  CHECK(code([&] { program.compile("totals"); }) == "E2205");
  CHECK(code([&] { program.compile("total", {{"n", 2}}); }) == "E2232");
  CHECK(code([&] { program.compile("total", {{"k", 2}}); }) == "E2203");
  CHECK(code([&] { program.compile("total", {{"n", -2}}); }) == "E2237");
  CHECK(code([&] { program.compile_for("total", {{2}}); }) == "E2204");
  CHECK(code([&] { program.compile_for("total", {{2, 3}, {2}}); }) == "E2237");
  CHECK(code([&] { dp::host::check(dp_load_text(nullptr, "", 0, nullptr, nullptr)); }) == "E2237");
  const Compiled labels = program.compile("labels", {{"n", 3}});
  CHECK(labels.input(0).bound == 4);
  const std::int32_t y[3] = {0, 4, 1};
  std::int32_t out[3];
  CHECK(code([&] { labels.run({y}, {out}); }) == "E2201");
  CHECK(code([&] { labels.run({nullptr}, {out}); }) == "E2237");
}

TEST_CASE("a failed check tells its place and leaves the process alone", "[library]") {
  const Compiled share = Program::from_text("sums.dp", text).compile("share");  // the program is gone
  const std::int64_t x = 7, zero = 0, two = 2;
  std::int64_t out = 0;
  const Failure failure = failure_of([&] { share.run({&x, &zero}, {&out}); });
  CHECK(failure.failure_class() == DP_RUN_TIME_ERROR);
  CHECK(first_of(failure).line == 4);
  share.run({&x, &two}, {&out});
  CHECK(out == 3);
}

TEST_CASE("precision, prints and the memory limit are options", "[library]") {
  dp_options options;
  dp_default_options(&options);
  std::string printed;
  options.precision = 64;
  options.host = &printed;
  options.print = [](void* host, const char* line, std::size_t bytes) {
    static_cast<std::string*>(host)->append(line, bytes);
  };
  const Program program = Program::from_text("sums.dp", text, &options);
  const Compiled said = program.compile("said", {{"n", 2}});
  CHECK(said.input(0).dtype == dp_float64);
  const double x[2] = {0.1, 0.2};
  double sum = 0;
  said.run({x}, {&sum});
  CHECK(sum == 0.1 + 0.2);
  CHECK(printed.find("[0.1, 0.2]") != std::string::npos);
  options.memory_limit = 1000;
  const Program small = Program::from_text("sums.dp", text, &options);
  const Failure failure = failure_of([&] { small.compile("said", {{"n", 200}}); });
  CHECK(failure.failure_class() == DP_LIMIT_REACHED);
  CHECK(std::string(first_of(failure).code) == "E4301");
  options.precision = 16;
  CHECK(std::string(first_of(failure_of([&] { Program::from_text("a.dp", text, &options); })).code) ==
        "E2237");
}

TEST_CASE("several threads load, compile and call at once", "[library]") {
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  const Program shared = Program::from_text("sums.dp", text);
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int k = 0; k < 3; ++k) {
        const Program own = Program::from_text("own.dp", text);
        const Compiled compiled = (k % 2 == 0 ? own : shared).compile("said", {{"n", 4 + t}});
        const std::vector<float> x(static_cast<std::size_t>(4 + t), 1.5F);
        float sum = 0;
        compiled.run({x.data()}, {&sum});
        if (sum == 1.5F * static_cast<float>(4 + t)) ++right;
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(right == 12);
}

TEST_CASE("compiling again and again takes no more memory", "[library]") {
  dp::tests::compile_often(40);
  const std::int64_t before = dp::tests::resident_bytes();
  dp::tests::compile_often(80);
  CHECK(dp::tests::resident_bytes() - before < (4 << 20));
}

TEST_CASE("10 000 compilations take no more memory", "[.][library-long]") {
  dp::tests::compile_often(200);
  const std::int64_t before = dp::tests::resident_bytes();
  dp::tests::compile_often(10000);
  CHECK(dp::tests::resident_bytes() - before < (8 << 20));
}
