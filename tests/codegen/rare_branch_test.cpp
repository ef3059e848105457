// Functions with a rarely taken arm: a branch around it in the code, and the interpreter's bits whether no
// lane takes it, one does, or all do.

#include <catch2/catch.hpp>

#include <limits>

#include "tests/support/loop_builder.h"
#include "tests/support/run_loops.h"

namespace {

using namespace dp;
using namespace dp::loops;
using dp::testing::Handle;
using dp::testing::LoopBuilder;

constexpr std::int64_t count = 203;

LoopBuilder module_of(Op op, Dtype dtype, LoopKind kind) {
  LoopBuilder b;
  const BufferId x = b.input(dtype, count), result = b.output(dtype, count);
  const VariableId i = b.variable("i");
  std::vector<Handle> operands = {b.load(x, b.index(i))};
  if (info(op).arity == 2) operands.push_back(b.real(1.75, dtype));
  // Two in one expression: the second branch begins where the first has ended.
  const Handle value = b.op(op, operands) + b.op(Op::sin, {b.load(x, b.index(i))});
  b.function("map", {b.loop(kind, i, count, {b.store(result, b.index(i), value)})});
  return b;
}

/// Everyday numbers, of which every `every`-th, from the 5th on, is out of the way.
template <class F>
Array numbers(Dtype dtype, std::size_t every) {
  constexpr F uncommon[] = {F(-3.5),  F(1e20),  F(-7e12), std::numeric_limits<F>::infinity(),
                            F(-1e30), F(-1e-3), F(-4),    std::numeric_limits<F>::quiet_NaN()};
  Array result(dtype, {count});
  auto elements = result.as<F>();
  for (std::size_t k = 0; k < elements.size(); ++k) {
    elements[k] = static_cast<F>(k % 37) / F(4) + F(0.125);
    if (every != 0 && k % every == 5 % every) elements[k] = uncommon[k / every % std::size(uncommon)];
  }
  return result;
}

void compare(Op op, Dtype dtype, LoopKind kind, std::size_t every, const CompileOptions& options) {
  const Array inputs[] = {dtype == Dtype::f32 ? numbers<float>(dtype, every) : numbers<double>(dtype, every)};
  INFO(name(op) << " " << name(dtype) << " every " << every << " " << testing::describe(options));
  CHECK(testing::difference(module_of(op, dtype, kind).module, inputs, options) == "");
}

bool has_rare_block(Op op) {
  const auto text = emit_llvm(module_of(op, Dtype::f32, LoopKind::vector).module, {});
  REQUIRE(static_cast<bool>(text));
  return text->find("\nrare") != std::string::npos;
}

}  // namespace

TEST_CASE("Rarely taken arms give the interpreter's bits, whichever lanes take them", "[codegen]") {
  for (const Op op : {Op::cos, Op::tan, Op::rem, Op::mod, Op::lgamma, Op::digamma, Op::trigamma}) {
    for (const Dtype dtype : {Dtype::f32, Dtype::f64}) {
      for (const std::size_t every : {0, 50, 1}) compare(op, dtype, LoopKind::vector, every, {});
      compare(op, dtype, LoopKind::serial, 50, {});
    }
  }
  for (const CompileOptions& options : testing::all_settings())
    compare(Op::lgamma, Dtype::f32, LoopKind::vector, 50, options);
}

TEST_CASE("The code branches around the arms", "[codegen]") {
  CHECK(has_rare_block(Op::cos));
  LoopBuilder b;
  const BufferId x = b.input(Dtype::f32, count);
  const VariableId i = b.variable("i");
  const Handle value = b.op(Op::exp, {b.load(x, b.index(i))});
  const BufferId result = b.output(Dtype::f32, count);
  b.function("map", {b.loop(LoopKind::vector, i, count, {b.store(result, b.index(i), value)})});
  CHECK(emit_llvm(b.module, {})->find("\nrare") == std::string::npos);
}
