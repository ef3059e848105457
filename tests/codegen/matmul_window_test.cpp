// Matrix products whose operands are windows of images: the interpreter's bits, whatever side they stand on
// and however they lie, and nothing stored that has the size of all windows.

#include <catch2/catch.hpp>

#include "codegen/digits.h"
#include "tests/support/loop_builder.h"
#include "tests/support/run_loops.h"

namespace {

using namespace dp;
using namespace dp::loops;
using dp::testing::Handle;
using dp::testing::LoopBuilder;

struct Extents {
  std::int64_t images, lines, places;     // what the windows stand at
  std::int64_t height, width, channels;   // of a window
  std::int64_t others;                    // rows or columns of the other operand
  std::int64_t stride = 1, dilation = 1;  // between windows, and between the elements of one
};

enum class Layout { channels_last, channels_first, weights };

struct Case {
  Extents sizes;
  Layout layout = Layout::channels_last;
  bool is_column = false;  // the windows are y, not x
  Dtype dtype = Dtype::f32;
  bool parallel = false;
};

Handle quotient(LoopBuilder& b, Handle x, std::int64_t divisor) {
  return divisor == 1 ? x : b.op(Op::floor_div, {x, b.integer(divisor)});
}
Handle remainder(LoopBuilder& b, Handle x, std::int64_t divisor) {
  return b.op(Op::mod, {x, b.integer(divisor)});
}

/// The element of window `at` (images, lines, places) and k (height, width, channels).
Handle place(LoopBuilder& b, const Extents& e, bool channels_first, Handle at, Handle k) {
  const std::int64_t high = (e.lines - 1) * e.stride + (e.height - 1) * e.dilation + 1,
                     wide = (e.places - 1) * e.stride + (e.width - 1) * e.dilation + 1;
  const Handle image = quotient(b, at, e.lines * e.places),
               line = remainder(b, quotient(b, at, e.places), e.lines), column = remainder(b, at, e.places);
  const std::int64_t inner = channels_first ? e.width : e.width * e.channels;
  Handle p = quotient(b, k, inner), q = remainder(b, quotient(b, k, e.channels), e.width),
         c = remainder(b, k, e.channels);
  if (channels_first) {
    c = quotient(b, k, e.height * e.width);
    p = remainder(b, p, e.height);
    q = remainder(b, k, e.width);
  }
  const Handle y = line * e.stride + p * e.dilation, x = column * e.stride + q * e.dilation;
  return channels_first ? image * (e.channels * high * wide) + c * (high * wide) + y * wide + x
                        : image * (high * wide * e.channels) + y * (wide * e.channels) + x * e.channels + c;
}

std::int64_t image_elements(const Extents& e) {
  return e.images * e.channels * ((e.lines - 1) * e.stride + (e.height - 1) * e.dilation + 1) *
         ((e.places - 1) * e.stride + (e.width - 1) * e.dilation + 1);
}

LoopBuilder module_of(const Case& c) {
  LoopBuilder b;
  const Extents& e = c.sizes;
  std::int64_t windows = e.images * e.lines * e.places, inners = e.height * e.width * e.channels;
  const bool sums_windows = c.layout == Layout::weights;
  if (sums_windows) std::swap(windows, inners);
  Matmul m{.batch = b.variable("b"),
           .row = b.variable("i"),
           .column = b.variable("j"),
           .inner = b.variable("k"),
           .batches = 1,
           .rows = c.is_column ? e.others : windows,
           .columns = c.is_column ? windows : e.others,
           .inners = inners,
           .accumulator = b.value("sum"),
           .epilogue = {},
           .parallel = c.parallel};
  const BufferId image = b.input(c.dtype, image_elements(e)), other = b.input(c.dtype, inners * e.others),
                 result = b.output(c.dtype, windows * e.others);
  const Handle k = b.index(m.inner), at = b.index(c.is_column ? m.column : m.row),
               one = b.index(c.is_column ? m.row : m.column);
  const bool is_first = c.layout == Layout::channels_first;
  const Handle read = sums_windows ? place(b, e, is_first, k, at) : place(b, e, is_first, at, k);
  const ExprId window = b.load(image, read).id, plain = b.load(other, k * e.others + one).id;
  m.x = c.is_column ? plain : window;
  m.y = c.is_column ? window : plain;
  m.epilogue = {b.store(result, at * e.others + one, b.use(m.accumulator, c.dtype))};
  b.function("product", {Stmt{m}});
  return b;
}

void compare(const Case& c, const CompileOptions& options = {}) {
  const LoopBuilder b = module_of(c);
  std::vector<Array> inputs;
  for (const Type& type : b.module.input_types)
    inputs.push_back(testing::sample(type.dtype, *constants(type.shape)->begin(), inputs.size() + 1));
  const Extents& e = c.sizes;
  CAPTURE(e.images, e.lines, e.places, e.height, e.width, e.channels, e.others, e.stride, e.dilation);
  CAPTURE(static_cast<int>(c.layout), c.is_column, name(c.dtype), testing::describe(options));
  CHECK(testing::difference(b.module, inputs, options) == "");
}

const std::vector<Extents> sizes = {{2, 6, 7, 3, 2, 5, 9},        {1, 5, 24, 2, 3, 1, 33},
                                    {3, 4, 4, 2, 2, 4, 20, 2},    {2, 3, 17, 1, 3, 2, 3},
                                    {2, 1, 40, 1, 5, 6, 18},      {1, 9, 3, 3, 3, 8, 40, 1, 2},
                                    {2, 5, 16, 3, 3, 3, 2, 2, 3}, {1, 2, 1, 4, 4, 2, 70}};

}  // namespace

TEST_CASE("Windows as rows and as columns of products give the interpreter's bits", "[codegen]") {
  for (const Extents& each : sizes) {
    for (const Layout layout : {Layout::channels_last, Layout::channels_first, Layout::weights}) {
      for (const bool is_column : {false, true}) compare({each, layout, is_column});
    }
  }
}

TEST_CASE("Windows at every level, width and number of threads", "[codegen]") {
  for (const CompileOptions& options : testing::all_settings()) {
    for (const bool is_column : {false, true}) {
      compare({{4, 8, 8, 3, 3, 4, 40}, Layout::channels_last, is_column, Dtype::f64}, options);
      compare({{8, 12, 12, 3, 3, 8, 48}, Layout::channels_first, is_column, Dtype::f32, true}, options);
    }
  }
}

TEST_CASE("An index is taken apart into as few digits as there can be", "[codegen]") {
  LoopBuilder b;
  const VariableId v = b.variable("v");
  const Handle i = b.index(v);
  const auto digits = [&](Handle index, std::int64_t extent) {
    const auto sum = codegen::digits_of(b.module, codegen::linear(b.module, index.id), v, extent);
    std::vector<std::int64_t> all;
    if (!sum) return std::vector<std::int64_t>{-1};
    for (const codegen::Digit& digit : sum->digits)
      all.insert(all.end(), {digit.divisor, digit.extent, digit.coefficient});
    return all;
  };
  using List = std::vector<std::int64_t>;
  CHECK(digits(i * 3, 12) == List{1, 12, 3});
  CHECK(digits(quotient(b, i, 4) * 10 + remainder(b, i, 4), 12) == List{1, 4, 1, 4, 3, 10});
  CHECK(digits(quotient(b, i, 4) * 4 + remainder(b, i, 4), 12) == List{1, 12, 1});
  CHECK(digits(i + quotient(b, i, 4) * 6, 12) == List{1, 4, 1, 4, 3, 10});
  CHECK(digits(remainder(b, quotient(b, i, 4), 3) * 7, 24) == List{1, 4, 0, 4, 3, 7, 12, 2, 0});
  CHECK(digits(quotient(b, i, 4), 10) == List{-1});
  CHECK(digits(i * i, 12) == List{-1});
}
