// Reductions in the three orders, over extents around every width that code is made in: the interpreter's
// bits.

#include <catch2/catch.hpp>

#include "tests/support/loop_builder.h"
#include "tests/support/run_loops.h"

namespace {

using namespace dp;
using namespace dp::loops;
using dp::testing::Handle;
using dp::testing::LoopBuilder;

constexpr std::int64_t extents[] = {0,  1,  2,   3,   5,   15,  16,  17,  31,  63,
                                    64, 65, 100, 128, 255, 256, 257, 600, 1000};

std::vector<Combine> combines(Dtype dtype) {
  if (dtype == Dtype::boolean) return {Combine::any, Combine::all};
  return {Combine::sum,    Combine::prod,   Combine::max,         Combine::min,
          Combine::argmax, Combine::argmin, Combine::multiply_add};
}

bool is_position(Combine combine) { return combine == Combine::argmax || combine == Combine::argmin; }

/// What a reduction reduces: `rows` × `extent` elements, walked along a row or down a column.
struct Case {
  Dtype dtype;
  ReduceOrder order;
  std::int64_t outer, inner;  // extents of one reduction
  std::int64_t others;        // results, as many as iterations of the loop around
  LoopKind around;
};

/// One function that makes all reductions of a type at once, in one loop.
LoopBuilder module_of(const Case& c) {
  LoopBuilder b;
  const std::int64_t count = std::max<std::int64_t>(1, c.outer * c.inner * c.others);
  const BufferId x = b.input(c.dtype, count), y = b.input(c.dtype, count);
  const VariableId r = b.variable("r"), o = b.variable("o"), i = b.variable("i");
  // Rows when the inner extent is reduced, columns when it is kept.
  const bool is_row = c.order == ReduceOrder::lanes;
  const Handle at = is_row ? (b.index(r) * c.outer + b.index(o)) * c.inner + b.index(i)
                           : b.index(o) * c.others + b.index(r);
  Reduce reduce{c.order, o, i, c.outer, c.inner, {}, {}};
  Body after;
  for (const Combine combine : combines(c.dtype)) {
    const ValueId value = b.value("v");
    const Dtype result = is_position(combine) ? Dtype::i64 : c.dtype;
    const BufferId to = b.output(result, c.others);
    const bool is_product = combine == Combine::multiply_add;
    reduce.terms.push_back(
        {value, combine, b.load(x, at).id, is_product ? std::optional(b.load(y, at).id) : std::nullopt});
    after.push_back(b.store(to, b.index(r), b.use(value, result)));
  }
  after.insert(after.begin(), Stmt{reduce});
  b.function("reduce", {b.loop(c.around, r, c.others, after)});
  return b;
}

std::string text(const Case& c) {
  return fmt::format("{} order {} extents {} x {}, {} results, loop {}", name(c.dtype),
                     static_cast<int>(c.order), c.outer, c.inner, c.others, static_cast<int>(c.around));
}

void compare(const Case& c, const CompileOptions& options = {}) {
  const LoopBuilder b = module_of(c);
  const std::int64_t count = std::max<std::int64_t>(1, c.outer * c.inner * c.others);
  INFO(text(c) << " " << testing::describe(options));
  const Array measured[] = {testing::sample(c.dtype, count, 1), testing::sample(c.dtype, count, 2)};
  CHECK(testing::difference(b.module, measured, options) == "");
  const Array strange[] = {testing::awkward(c.dtype, count, 3), testing::awkward(c.dtype, count)};
  CHECK(testing::difference(b.module, strange, options) == "");
}

}  // namespace

TEST_CASE("Row sums and their like follow the order of 64 lanes", "[codegen]") {
  for (const std::int64_t extent : extents)
    compare({Dtype::f32, ReduceOrder::lanes, 1, extent, 3, LoopKind::serial});
  for (const Dtype dtype : {Dtype::f64, Dtype::i32, Dtype::i64, Dtype::boolean}) {
    for (const std::int64_t extent : {0, 1, 17, 64, 100, 257}) {
      compare({dtype, ReduceOrder::lanes, 1, extent, 3, LoopKind::serial});
    }
  }
}

TEST_CASE("Reductions over outer and inner axes at once run outer slow, inner fast", "[codegen]") {
  for (const std::int64_t inner : {1, 10, 64, 70})
    compare({Dtype::f32, ReduceOrder::lanes, 7, inner, 2, LoopKind::serial});
}

TEST_CASE("Short rows inside a vector loop follow the same order", "[codegen]") {
  for (const std::int64_t extent : {0, 1, 2, 3, 8, 15, 16, 17, 40}) {
    compare({Dtype::f32, ReduceOrder::lanes, 1, extent, 37, LoopKind::vector});
  }
}

TEST_CASE("Column sums run in order, in blocks of 256", "[codegen]") {
  for (const std::int64_t extent : extents) {
    compare({Dtype::f32, ReduceOrder::blocks, extent, 1, 23, LoopKind::vector});
    compare({Dtype::f32, ReduceOrder::blocks, extent, 1, 3, LoopKind::serial});
  }
  for (const Dtype dtype : {Dtype::f64, Dtype::i32, Dtype::i64, Dtype::boolean}) {
    compare({dtype, ReduceOrder::blocks, 300, 1, 70, LoopKind::vector});
  }
}

TEST_CASE("Sequential sums begin at +0.0 and run in order", "[codegen]") {
  for (const std::int64_t extent : {0, 1, 2, 17, 300}) {
    compare({Dtype::f32, ReduceOrder::sequential, extent, 1, 19, LoopKind::vector});
    compare({Dtype::f64, ReduceOrder::sequential, extent, 1, 5, LoopKind::serial});
  }
}

TEST_CASE("Reductions give the same bits at every level, width and number of threads", "[codegen]") {
  for (const CompileOptions& options : testing::all_settings()) {
    compare({Dtype::f32, ReduceOrder::lanes, 3, 171, 5, LoopKind::parallel}, options);
    compare({Dtype::f32, ReduceOrder::blocks, 400, 1, 45, LoopKind::vector}, options);
    compare({Dtype::f64, ReduceOrder::lanes, 1, 171, 400, LoopKind::parallel}, options);
  }
}

TEST_CASE("A reduction's body may store what it reduces: softmax in two passes", "[codegen]") {
  constexpr std::int64_t rows = 6, columns = 45;
  LoopBuilder b;
  const BufferId x = b.input(Dtype::f32, rows * columns), result = b.output(Dtype::f32, rows * columns);
  const BufferId kept = b.local(Dtype::f32, columns);
  const VariableId r = b.variable("r"), o = b.variable("o"), i = b.variable("i"), p = b.variable("p"),
                   q = b.variable("q"), j = b.variable("j");
  const ValueId top = b.value("top"), e = b.value("e"), total = b.value("total");
  const auto at = [&](VariableId k) { return b.index(r) * columns + b.index(k); };
  const Reduce maximum{
      ReduceOrder::lanes, o, i, 1, columns, {}, {{top, Combine::max, b.load(x, at(i)).id, {}}}};
  const Handle shifted = b.op(Op::exp, {b.load(x, at(q)) - b.use(top, Dtype::f32)});
  const Reduce sum{ReduceOrder::lanes,
                   p,
                   q,
                   1,
                   columns,
                   {b.let(e, shifted), b.store(kept, b.index(q), b.use(e, Dtype::f32))},
                   {{total, Combine::sum, b.use(e, Dtype::f32).id, {}}}};
  const Handle share = b.op(Op::div, {b.load(kept, b.index(j)), b.use(total, Dtype::f32)});
  b.function("softmax", {b.loop(LoopKind::serial, r, rows,
                                {Stmt{maximum}, Stmt{sum},
                                 b.loop(LoopKind::vector, j, columns, {b.store(result, at(j), share)})})});
  const Array inputs[] = {testing::sample(Dtype::f32, rows * columns)};
  for (const CompileOptions& options : testing::all_settings())
    CHECK(testing::difference(b.module, inputs, options) == "");
}
