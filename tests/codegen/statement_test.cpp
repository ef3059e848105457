// Loops, conditions, gathers, checks and prints in compiled code, against the interpreter.

#include <catch2/catch.hpp>
#include <fstream>

#include "tests/support/loop_builder.h"
#include "tests/support/run_loops.h"

namespace {

using namespace dp;
using namespace dp::loops;
using dp::testing::Handle;
using dp::testing::LoopBuilder;

void compare(const LoopBuilder& b, std::span<const Array> inputs) {
  for (const CompileOptions& options : testing::all_settings()) {
    INFO(testing::describe(options));
    CHECK(testing::difference(b.module, inputs, options) == "");
  }
}

Array positions(std::int64_t count, std::int64_t below) {
  Array array(Dtype::i64, {count});
  for (std::int64_t k = 0; k < count; ++k) array.set_integer(k, k * 7919 % below);
  return array;
}

}  // namespace

TEST_CASE("Every kind of loop runs every iteration, of any number of them", "[codegen]") {
  for (const LoopKind kind : {LoopKind::serial, LoopKind::parallel, LoopKind::vector, LoopKind::unroll}) {
    for (const std::int64_t extent : {0, 1, 2, 5, 16, 31, 33, 64, 1000, 70000}) {
      LoopBuilder b;
      const std::int64_t count = std::max<std::int64_t>(extent, 1);
      const BufferId x = b.input(Dtype::f32, count), result = b.output(Dtype::f32, count);
      const VariableId i = b.variable("i");
      const Handle value = b.op(Op::exp, {b.load(x, b.index(i))});
      b.function("loop", {b.loop(kind, i, extent, {b.store(result, b.index(i), value)})});
      const Array inputs[] = {testing::sample(Dtype::f32, count)};
      INFO(static_cast<int>(kind) << " " << extent);
      CHECK(testing::difference(b.module, inputs, {}) == "");
    }
  }
}

TEST_CASE("Lanes gather and scatter at any stride", "[codegen]") {
  constexpr std::int64_t count = 45;
  LoopBuilder b;
  const BufferId table = b.input(Dtype::f32, 4 * count), where = b.input(Dtype::i64, count);
  const BufferId flags = b.input(Dtype::boolean, 2 * count);
  const BufferId gathered = b.output(Dtype::f32, count), strided = b.output(Dtype::f32, count);
  const BufferId reversed = b.output(Dtype::f32, count), scattered = b.output(Dtype::f64, 3 * count);
  const BufferId truths = b.output(Dtype::boolean, count);
  const VariableId i = b.variable("i");
  const Handle at = b.index(i);
  b.function("move",
             {b.loop(LoopKind::vector, i, count,
                     {b.store(gathered, at, b.load(table, b.load(where, at))),
                      b.store(strided, at, b.load(table, at * 3 + 2)),
                      b.store(reversed, at, b.load(table, b.integer(count - 1) - at)),
                      b.store(scattered, at * 3 + 1, b.op(Op::convert, {b.load(table, at)}, Dtype::f64)),
                      b.store(truths, at, b.load(flags, at * 2))})});
  const Array inputs[] = {testing::sample(Dtype::f32, 4 * count), positions(count, 4 * count),
                          testing::sample(Dtype::boolean, 2 * count)};
  compare(b, inputs);
}

TEST_CASE("Lanes divide positions as the language does", "[codegen]") {
  constexpr std::int64_t count = 77;
  LoopBuilder b;
  const BufferId table = b.input(Dtype::f32, 1000), result = b.output(Dtype::f32, count);
  const BufferId quotients = b.output(Dtype::i64, count), remainders = b.output(Dtype::i64, count);
  const VariableId i = b.variable("i");
  const Handle at = b.index(i), three = b.integer(3), seven = b.integer(7);
  const Handle where = b.op(Op::floor_div, {at, seven}) * 5 + b.op(Op::mod, {at, seven});
  const Handle below = at - b.integer(30);
  b.function("divide", {b.loop(LoopKind::vector, i, count,
                               {b.store(result, at, b.load(table, where)),
                                b.store(quotients, at, b.op(Op::floor_div, {below, three})),
                                b.store(remainders, at, b.op(Op::mod, {below, three}))})});
  const Array inputs[] = {testing::sample(Dtype::f32, 1000)};
  compare(b, inputs);
}

TEST_CASE("Conditions guard stores and loads, in lanes and out of them", "[codegen]") {
  for (const LoopKind kind : {LoopKind::serial, LoopKind::vector}) {
    constexpr std::int64_t count = 53;
    LoopBuilder b;
    const BufferId x = b.input(Dtype::f32, count), table = b.input(Dtype::f32, 10);
    const BufferId result = b.output(Dtype::f32, count);
    const VariableId i = b.variable("i");
    const Handle at = b.index(i);
    const Handle is_inside = b.op(Op::lt, {at, b.integer(10)}, Dtype::boolean);
    const Handle is_positive = b.op(Op::lt, {b.real(0, Dtype::f32), b.load(x, at)}, Dtype::boolean);
    const Stmt guarded{If{is_inside.id, {b.store(result, at, b.load(table, at))}}};
    const Stmt other{If{is_positive.id, {b.store(result, at, b.load(result, at) + b.load(x, at))}}};
    b.function("if", {b.loop(kind, i, count, {guarded, other})});
    const Array inputs[] = {testing::sample(Dtype::f32, count), testing::sample(Dtype::f32, 10)};
    compare(b, inputs);
  }
}

TEST_CASE("What was stored is loaded anew", "[codegen]") {
  constexpr std::int64_t count = 20;
  LoopBuilder b;
  const BufferId x = b.input(Dtype::f32, count), state = b.arena(Dtype::f32, 1),
                 result = b.output(Dtype::f32, count);
  const VariableId i = b.variable("i");
  const Handle now = b.load(state, b.integer(0));
  b.function("scan", {b.store(state, b.integer(0), b.real(1, Dtype::f32)),
                      b.loop(LoopKind::serial, i, count,
                             {b.store(state, b.integer(0), now * b.load(x, b.index(i)) + now),
                              b.store(result, b.index(i), now)})});
  const Array inputs[] = {testing::sample(Dtype::f32, count)};
  compare(b, inputs);
}

TEST_CASE("A check that fails stops the program with the interpreter's message", "[codegen]") {
  for (const LoopKind kind : {LoopKind::serial, LoopKind::vector, LoopKind::parallel}) {
    for (const std::int64_t wrong : {0, 3, 37, 70, 99, 50'000}) {
      constexpr std::int64_t count = 100'000;
      LoopBuilder b;
      const BufferId where = b.input(Dtype::i64, count), result = b.output(Dtype::f32, count);
      const VariableId i = b.variable("i");
      const Handle index = b.load(where, b.index(i));
      const Handle fits = b.op(Op::lt, {index, b.integer(500)}, Dtype::boolean);
      const Handle is_small = b.op(Op::lt, {index, b.integer(600)}, Dtype::boolean);
      const Handle root = b.op(Op::sqrt, {b.op(Op::convert, {index}, Dtype::f32)});
      Body body = {b.check(fits, "index {} at {} is beyond {}", {index, b.index(i), b.integer(500)}),
                   b.store(result, b.index(i), root)};
      // A second check fails later: the first lane that fails any of them decides.
      if (wrong % 2 == 1) body.insert(body.begin(), b.check(is_small, "far beyond: {}", {root}));
      b.function("check", {b.loop(kind, i, count, body)});
      Array inputs[] = {positions(count, 400)};
      inputs[0].set_integer(wrong, 555);
      inputs[0].set_integer(wrong + 2, 777);
      for (const CompileOptions& options :
           {CompileOptions{}, CompileOptions{.optimize = 0}, CompileOptions{.threads = 2}}) {
        INFO(static_cast<int>(kind) << " " << wrong << " " << testing::describe(options));
        CHECK(testing::difference(b.module, inputs, options) == "");
      }
    }
  }
}

TEST_CASE("A print writes its texts and values in order", "[codegen]") {
  LoopBuilder b;
  const BufferId x = b.input(Dtype::f32, 6), result = b.output(Dtype::f32, 1);
  const VariableId i = b.variable("i");
  b.module.sites.push_back({.message = std::string("at \0: \0 of \0", 12),
                            .types = {{Dtype::i64, {}}, {Dtype::f32, {}}, {Dtype::f32, {Dim(2), Dim(3)}}}});
  const Print print{0, {b.index(i).id, b.load(x, b.index(i)).id, b.load(x, b.integer(0)).id}};
  b.function("print", {b.loop(LoopKind::serial, i, 2, {Stmt{print}}),
                       b.store(result, b.integer(0), b.real(1, Dtype::f32))});
  std::string printed;
  const auto code = compile(b.module, {}, [&](std::string_view text) { printed += text; }, nullptr);
  REQUIRE(code);
  const float elements[] = {0.5F, 1, -2, 1e10F, 0.1F, 3};
  float out = 0;
  const void* in[] = {elements};
  void* outs[] = {&out};
  REQUIRE((*code)->run(in, outs, nullptr));
  CHECK(printed ==
        "at 0: 0.5 of [[0.5, 1.0, -2.0], [10000000000.0, 0.1, 3.0]]\n"
        "at 1: 1.0 of [[0.5, 1.0, -2.0], [10000000000.0, 0.1, 3.0]]\n");
}

TEST_CASE("Memory of compiled code is never writable and executable at once", "[codegen]") {
  LoopBuilder b;
  const BufferId result = b.output(Dtype::f32, 1);
  b.function("one", {b.store(result, b.integer(0), b.real(1, Dtype::f32))});
  const auto code = compile(b.module, {}, {}, nullptr);
  REQUIRE(code);
  std::ifstream maps("/proc/self/maps");
  REQUIRE(maps);
  for (std::string line; std::getline(maps, line);) CHECK(line.find("rwx") == std::string::npos);
}

TEST_CASE("A CPU that LLVM does not know is refused", "[codegen]") {
  LoopBuilder b;
  b.function("none", {});
  const auto code = compile(b.module, {.cpu = "z80"}, {}, nullptr);
  REQUIRE_FALSE(code);
  CHECK(code.error().code == "E1220");
}
