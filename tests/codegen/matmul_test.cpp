// Matrix products of odd sizes, strides, types and epilogues: the interpreter's bits, whatever the tile and
// packing.

#include <catch2/catch.hpp>

#include "tests/support/loop_builder.h"
#include "tests/support/run_loops.h"

namespace {

using namespace dp;
using namespace dp::loops;
using dp::testing::Handle;
using dp::testing::LoopBuilder;

struct Sizes {
  std::int64_t batches = 1, rows = 1, columns = 1, inners = 1;
};

enum class Epilogue { store, bias_and_relu, tanh, transposed, residual };

struct Case {
  Sizes shape;
  Dtype dtype = Dtype::f32;
  bool x_transposed = false, y_transposed = false;
  bool x_computed = false, y_computed = false;  // an expression in place of a load
  Epilogue epilogue = Epilogue::store;
  bool parallel = false;
};

Stmt epilogue(LoopBuilder& b, const Case& c, BufferId result, Handle sum, const Matmul& m) {
  const Handle row = b.index(m.row), column = b.index(m.column);
  const Handle matrix = b.index(m.batch) * (c.shape.rows * c.shape.columns);
  const Handle at = matrix + row * c.shape.columns + column;
  switch (c.epilogue) {
    case Epilogue::store: return b.store(result, at, sum);
    case Epilogue::bias_and_relu: {
      const BufferId bias = b.input(c.dtype, c.shape.columns);
      return b.store(result, at, b.op(Op::max, {sum + b.load(bias, column), b.real(0, c.dtype)}));
    }
    case Epilogue::tanh: return b.store(result, at, b.op(Op::tanh, {sum}));
    case Epilogue::transposed: return b.store(result, matrix + column * c.shape.rows + row, sum);
    case Epilogue::residual: break;
  }
  const BufferId residual = b.input(c.dtype, c.shape.batches * c.shape.rows * c.shape.columns);
  return b.store(result, at, sum + b.load(residual, at));
}

LoopBuilder module_of(const Case& c) {
  LoopBuilder b;
  const Sizes& s = c.shape;
  const BufferId x = b.input(c.dtype, std::max<std::int64_t>(1, s.batches * s.rows * s.inners));
  const BufferId y = b.input(c.dtype, std::max<std::int64_t>(1, s.batches * s.inners * s.columns));
  const BufferId result = b.output(c.dtype, s.batches * s.rows * s.columns);
  Matmul m{b.variable("b"),
           b.variable("i"),
           b.variable("j"),
           b.variable("k"),
           s.batches,
           s.rows,
           s.columns,
           s.inners,
           0,
           0,
           b.value("sum"),
           {},
           c.parallel};
  const Handle i = b.index(m.row), j = b.index(m.column), k = b.index(m.inner), batch = b.index(m.batch);
  Handle left = b.load(x, batch * (s.rows * s.inners) + (c.x_transposed ? k * s.rows + i : i * s.inners + k));
  Handle right =
      b.load(y, batch * (s.inners * s.columns) + (c.y_transposed ? j * s.inners + k : k * s.columns + j));
  if (c.x_computed) left = left * left + left;
  if (c.y_computed) right = b.op(Op::neg, {right});
  m.x = left.id;
  m.y = right.id;
  m.epilogue = {epilogue(b, c, result, b.use(m.accumulator, c.dtype), m)};
  b.function("product", {Stmt{m}});
  return b;
}

void compare(const Case& c, const CompileOptions& options = {}) {
  const LoopBuilder b = module_of(c);
  std::vector<Array> inputs;
  for (const Type& type : b.module.input_types) {
    inputs.push_back(testing::sample(type.dtype, *constants(type.shape)->begin(), inputs.size() + 1));
  }
  INFO(fmt::format("{} x {} x {} x {} {} {}{}{}{} epilogue {} ", c.shape.batches, c.shape.rows,
                   c.shape.columns, c.shape.inners, name(c.dtype), c.x_transposed ? "T" : "N",
                   c.y_transposed ? "T" : "N", c.x_computed ? " x" : "", c.y_computed ? " y" : "",
                   static_cast<int>(c.epilogue))
       << testing::describe(options));
  CHECK(testing::difference(b.module, inputs, options) == "");
}

const std::vector<Sizes> shapes = {{1, 1, 1, 1},   {1, 1, 1, 9},    {1, 2, 3, 0},   {1, 5, 7, 3},
                                   {1, 14, 32, 8}, {1, 16, 16, 16}, {1, 17, 33, 5}, {1, 31, 10, 40},
                                   {1, 1, 100, 7}, {1, 40, 1, 12},  {3, 9, 20, 11}, {1, 50, 3, 9},
                                   {1, 33, 4, 21}, {1, 45, 70, 37}};

}  // namespace

TEST_CASE("Matrix products of all layouts and odd sizes give the interpreter's bits", "[codegen]") {
  for (const Sizes& shape : shapes) {
    for (const bool x : {false, true}) {
      for (const bool y : {false, true}) compare({.shape = shape, .x_transposed = x, .y_transposed = y});
    }
  }
}

TEST_CASE("Matrix products of doubles and integers", "[codegen]") {
  for (const Dtype dtype : {Dtype::f64, Dtype::i32, Dtype::i64}) {
    for (const bool y : {false, true}) compare({.shape = {2, 19, 21, 18}, .dtype = dtype, .y_transposed = y});
  }
}

TEST_CASE("Matrix products of expressions are packed first", "[codegen]") {
  for (const bool x : {false, true}) {
    for (const bool y : {false, true}) {
      compare({.shape = {2, 23, 35, 20}, .x_transposed = x, .y_transposed = y, .x_computed = true});
      compare({.shape = {2, 23, 35, 20}, .x_transposed = x, .y_transposed = y, .y_computed = true});
    }
  }
}

TEST_CASE("Epilogues run on every element, in registers or row by row", "[codegen]") {
  for (const Epilogue epilogue :
       {Epilogue::bias_and_relu, Epilogue::tanh, Epilogue::transposed, Epilogue::residual}) {
    for (const Sizes& shape : {Sizes{1, 5, 10, 4}, Sizes{2, 29, 45, 8}})
      compare({.shape = shape, .epilogue = epilogue});
  }
}

TEST_CASE("Columns that do not fill vectors: overlapping, or taken as rows", "[codegen]") {
  for (const bool x : {false, true}) {
    for (const bool y : {false, true}) {
      for (const Sizes& shape : {Sizes{2, 70, 36, 21}, Sizes{1, 64, 98, 7}, Sizes{1, 3, 61, 6}}) {
        for (const Epilogue epilogue : {Epilogue::bias_and_relu, Epilogue::residual})
          compare({.shape = shape, .x_transposed = x, .y_transposed = y, .epilogue = epilogue});
      }
    }
  }
  compare({.shape = {1, 70, 33, 9}, .dtype = Dtype::f64, .y_computed = true});
}

TEST_CASE("Large products, packed in blocks", "[codegen]") {
  compare({.shape = {1, 58, 530, 6}});
  compare({.shape = {1, 15, 48, 1030}});
  compare({.shape = {1, 300, 100, 3}, .x_transposed = true});
  compare({.shape = {1, 150, 20, 130}, .x_transposed = true, .y_transposed = true});
}

TEST_CASE("Products give the same bits at every level, width and number of threads", "[codegen]") {
  for (const CompileOptions& options : testing::all_settings()) {
    compare({.shape = {1, 45, 70, 37}, .epilogue = Epilogue::bias_and_relu}, options);
    compare(
        {.shape = {1, 45, 70, 37}, .x_transposed = true, .y_transposed = true, .epilogue = Epilogue::tanh},
        options);
    compare({.shape = {1, 200, 130, 16}, .parallel = true}, options);
    compare({.shape = {12, 33, 40, 9}, .y_transposed = true, .parallel = true}, options);
    compare({.shape = {1, 45, 33, 17}, .dtype = Dtype::f64, .y_transposed = true}, options);
    compare({.shape = {1, 130, 100, 19}, .parallel = true}, options);
  }
}
