// Every pointwise op of the op table, on awkward operands: compiled code gives the interpreter's bits.

#include <catch2/catch.hpp>

#include "tests/support/loop_builder.h"
#include "tests/support/run_loops.h"

namespace {

using namespace dp;
using namespace dp::loops;
using dp::testing::Handle;
using dp::testing::LoopBuilder;

bool takes(const OpInfo& op, Dtype dtype) {
  switch (op.types) {
    case TypeClass::real:
    case TypeClass::test: return is_real(dtype);
    case TypeClass::number:
    case TypeClass::compare: return dtype != Dtype::boolean;
    case TypeClass::integer: return is_integer(dtype);
    case TypeClass::logic: return dtype == Dtype::boolean;
    case TypeClass::none: break;
  }
  return false;
}

Dtype result_of(const OpInfo& op, Dtype dtype) {
  const bool is_truth = op.types == TypeClass::compare || op.types == TypeClass::test;
  return is_truth ? Dtype::boolean : dtype;
}

/// How often the first operand's values repeat, so that every pair of the awkward ones occurs.
constexpr std::int64_t period = 61;

/// One function for each op of that type: `r[i] = op(x[i], y[i], z[i])`.
LoopBuilder module_of_ops(Dtype dtype, LoopKind kind, std::int64_t count) {
  LoopBuilder b;
  const BufferId operands[] = {b.input(dtype, count), b.input(dtype, count), b.input(dtype, count)};
  for (const OpInfo& op : all_ops()) {
    if (op.form != Form::eval || !takes(op, dtype)) continue;
    const BufferId result = b.output(result_of(op, dtype), count);
    const VariableId i = b.variable("i");
    std::vector<Handle> values;
    for (int k = 0; k < op.arity; ++k) values.push_back(b.load(operands[k], b.index(i)));
    const Handle value = b.op(op.op, values, result_of(op, dtype));
    b.function(std::string(op.name), {b.loop(kind, i, count, {b.store(result, b.index(i), value)})});
  }
  return b;
}

void compare_ops(Dtype dtype, LoopKind kind, const CompileOptions& options) {
  const std::int64_t count = period * period + 5;
  const LoopBuilder b = module_of_ops(dtype, kind, count);
  const Array inputs[] = {testing::awkward(dtype, count), testing::awkward(dtype, count, period),
                          testing::awkward(dtype, count, 7)};
  INFO(name(dtype) << " " << testing::describe(options));
  CHECK(testing::difference(b.module, inputs, options) == "");
}

}  // namespace

TEST_CASE("Every op of the op table gives the interpreter's bits as vector code", "[codegen]") {
  for (const Dtype dtype : {Dtype::f32, Dtype::f64, Dtype::i32, Dtype::i64, Dtype::boolean}) {
    compare_ops(dtype, LoopKind::vector, {});
  }
}

TEST_CASE("Every op gives the same bits at each optimisation level and vector width", "[codegen]") {
  for (const CompileOptions& options : testing::all_settings())
    compare_ops(Dtype::f32, LoopKind::vector, options);
}

TEST_CASE("Every op gives the same bits as scalar code", "[codegen]") {
  for (const Dtype dtype : {Dtype::f32, Dtype::f64, Dtype::i64}) compare_ops(dtype, LoopKind::serial, {});
}

TEST_CASE("Conversions, powers, bits and selections give the interpreter's bits", "[codegen]") {
  constexpr std::int64_t count = 150;
  LoopBuilder b;
  const BufferId single = b.input(Dtype::f32, count), twice = b.input(Dtype::f64, count);
  const BufferId word = b.input(Dtype::i32, count), longer = b.input(Dtype::i64, count);
  const BufferId truth = b.input(Dtype::boolean, count);
  const auto add = [&](Op op, std::vector<BufferId> from, Dtype to, std::int64_t exponent = 0) {
    const VariableId i = b.variable("i");
    const BufferId result = b.output(to, count);
    std::vector<Handle> operands;
    for (const BufferId buffer : from) operands.push_back(b.load(buffer, b.index(i)));
    const Handle value = b.op(op, operands, to, exponent);
    b.function(std::string(name(op)),
               {b.loop(LoopKind::vector, i, count, {b.store(result, b.index(i), value)})});
  };
  for (const BufferId from : {word, longer, truth}) {
    for (const Dtype to : {Dtype::f32, Dtype::f64, Dtype::i32, Dtype::i64}) add(Op::convert, {from}, to);
  }
  add(Op::convert, {single}, Dtype::f64);
  add(Op::convert, {twice}, Dtype::f32);
  for (const std::int64_t exponent : {-3, -1, 0, 1, 2, 3, 7, 10})
    add(Op::power, {single}, Dtype::f32, exponent);
  for (const std::int64_t exponent : {0, 1, 2, 5}) add(Op::power, {longer}, Dtype::i64, exponent);
  add(Op::bits, {single}, Dtype::i32);
  add(Op::bits, {twice}, Dtype::i64);
  add(Op::from_bits, {word}, Dtype::f32);
  add(Op::from_bits, {longer}, Dtype::f64);
  for (const BufferId of : {single, twice, word, longer})
    add(Op::select, {truth, of, of}, b.module.buffers[of].dtype);
  std::vector<Array> inputs;
  for (const Dtype dtype : {Dtype::f32, Dtype::f64, Dtype::i32, Dtype::i64, Dtype::boolean}) {
    inputs.push_back(testing::awkward(dtype, count));
  }
  // What a NaN's bits are is not promised.
  for (std::int64_t k = 0; k < count; ++k) {
    if (inputs[0].real(k) != inputs[0].real(k)) inputs[0].set_real(k, 4);
    if (inputs[1].real(k) != inputs[1].real(k)) inputs[1].set_real(k, 4);
  }
  for (const CompileOptions& options : testing::all_settings()) {
    INFO(testing::describe(options));
    CHECK(testing::difference(b.module, inputs, options) == "");
  }
}

TEST_CASE("Real numbers that fit become integers by truncation", "[codegen]") {
  constexpr std::int64_t count = 37;
  LoopBuilder b;
  for (const Dtype from : {Dtype::f32, Dtype::f64}) {
    const BufferId x = b.input(from, count);
    for (const Dtype to : {Dtype::i32, Dtype::i64}) {
      const VariableId i = b.variable("i");
      const BufferId result = b.output(to, count);
      const Handle value = b.op(Op::convert, {b.load(x, b.index(i)) * b.real(1000.5, from)}, to);
      b.function("convert", {b.loop(LoopKind::vector, i, count, {b.store(result, b.index(i), value)})});
    }
  }
  const Array inputs[] = {testing::sample(Dtype::f32, count), testing::sample(Dtype::f64, count)};
  for (const CompileOptions& options : testing::all_settings())
    CHECK(testing::difference(b.module, inputs, options) == "");
}

TEST_CASE("Random bits are those of Philox at every position", "[codegen]") {
  constexpr std::int64_t count = 83;
  LoopBuilder b;
  const BufferId seed = b.input(Dtype::i64, 1);
  const BufferId bits = b.output(Dtype::i32, count);
  const VariableId i = b.variable("i");
  const Handle key = b.op(Op::make_key, {b.load(seed, b.integer(0))}, Dtype::key);
  const Handle folded = b.op(Op::fold_key, {key, b.integer(3)}, Dtype::key);
  const Handle word = b.op(Op::random_bits, {folded, b.index(i)}, Dtype::i32);
  b.function("draw", {b.loop(LoopKind::vector, i, count, {b.store(bits, b.index(i), word)})});
  Array number(Dtype::i64, {1});
  number.set_integer(0, -12345678901234);
  const Array inputs[] = {number};
  for (const CompileOptions& options : testing::all_settings())
    CHECK(testing::difference(b.module, inputs, options) == "");
}
