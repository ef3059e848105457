// How long does a function of ir/math.h take in generated code? Nanoseconds an element on one core, operands
// and results in the first cache: of everyday arguments, and of arguments of which one in a thousand needs
// the way around that `select_rare` (ir/scalar.h) keeps out of the others' path. Prints a table, then the
// same as JSON.

#include <fmt/format.h>

#include <time.h>

#include <algorithm>
#include <functional>
#include <vector>

#include "codegen/compile.h"
#include "tests/support/loop_builder.h"

namespace {

using namespace dp;
using namespace dp::loops;
using dp::testing::Handle;
using dp::testing::LoopBuilder;

constexpr std::int64_t elements = 1536, rounds = 64;

/// A function, the range of its everyday arguments, and one that is out of the common way.
struct Row {
  Op op;
  double low, high;
  double uncommon;
};

const std::vector<Row> rows = {
    {Op::exp, -10, 10, 0},       {Op::expm1, -10, 10, 0},      {Op::log, 0.1, 100, 0},
    {Op::log1p, -0.9, 10, 0},    {Op::tanh, -4, 4, 0},         {Op::sigmoid, -8, 8, 0},
    {Op::softplus, -8, 8, 0},    {Op::erf, -3, 3, 0},          {Op::sin, -20, 20, 1e10},
    {Op::cos, -20, 20, 1e10},    {Op::tan, -20, 20, 1e10},     {Op::mod, -1000, 1000, 1e30},
    {Op::lgamma, 0.1, 20, -2.5}, {Op::digamma, 0.1, 20, -2.5},
};

struct Workload {
  std::shared_ptr<const Executable> code;
  Array input, output;

  void run() {
    const void* in[] = {input.data()};
    void* out[] = {output.data()};
    const auto status = code->run(in, out, nullptr);
    DP_ASSERT(static_cast<bool>(status), "{}", status.error().message);
  }
};

template <class F>
void fill(Array& array, const Row& row, bool with_uncommon) {
  auto numbers = array.as<F>();
  for (std::size_t k = 0; k < numbers.size(); ++k) {
    const double place = static_cast<double>(k * 2654435761U % 65521) / 65521;
    numbers[k] = static_cast<F>(row.low + (row.high - row.low) * place);
    if (with_uncommon && k % 1000 == 500) numbers[k] = static_cast<F>(row.uncommon);
  }
}

Workload compiled(const Row& row, Dtype dtype, bool with_uncommon) {
  LoopBuilder b;
  const BufferId x = b.input(dtype, elements), result = b.output(dtype, elements);
  const VariableId round = b.variable("round"), i = b.variable("i");
  const Handle argument = b.load(x, b.index(i));
  std::vector<Handle> operands = {argument};
  if (row.op == Op::mod) operands.push_back(b.real(3.7, dtype));
  const Stmt store = b.store(result, b.index(i), b.op(row.op, operands));
  b.function("map",
             {b.loop(LoopKind::serial, round, rounds, {b.loop(LoopKind::vector, i, elements, {store})})});
  CompileOptions options;
  options.threads = 1;
  auto code = compile(b.module, options, {}, nullptr);
  DP_ASSERT(static_cast<bool>(code), "{}", code.error().message);
  Workload work{*code, Array(dtype, {elements}), Array(dtype, {elements})};
  if (dtype == Dtype::f32)
    fill<float>(work.input, row, with_uncommon);
  else
    fill<double>(work.input, row, with_uncommon);
  return work;
}

double now() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// Nanoseconds an element, the median of rounds of about 2 ms.
double nanoseconds(const Row& row, Dtype dtype, bool with_uncommon) {
  Workload work = compiled(row, dtype, with_uncommon);
  std::vector<double> times;
  for (int sample = 0; sample < 25; ++sample) {
    const double begin = now();
    int count = 0;
    while (now() - begin < 2e-3) {
      work.run();
      ++count;
    }
    times.push_back((now() - begin) * 1e9 / static_cast<double>(elements * rounds) / count);
  }
  std::nth_element(times.begin(), times.begin() + 12, times.end());
  return times[12];
}

}  // namespace

int main(int count, char** arguments) {
  std::string json;
  fmt::print("{:>10} {:>9} {:>9} {:>15} {:>15}   ns an element\n", "function", "f32", "f64", "f32, 1 in 1000",
             "f64, 1 in 1000");
  for (const Row& row : rows) {
    if (count > 1 && name(row.op) != arguments[1]) continue;
    const double single = nanoseconds(row, Dtype::f32, false), full = nanoseconds(row, Dtype::f64, false);
    fmt::print("{:>10} {:>9.2f} {:>9.2f}", name(row.op), single, full);
    json += fmt::format("{}{{\"function\": \"{}\", \"f32\": {:.3f}, \"f64\": {:.3f}",
                        json.empty() ? "" : ",\n ", name(row.op), single, full);
    if (row.uncommon != 0) {
      const double rare = nanoseconds(row, Dtype::f32, true), rare_full = nanoseconds(row, Dtype::f64, true);
      fmt::print(" {:>15.2f} {:>15.2f}", rare, rare_full);
      json += fmt::format(", \"f32_rare\": {:.3f}, \"f64_rare\": {:.3f}", rare, rare_full);
    }
    fmt::print("\n");
    json += "}";
  }
  fmt::print("[{}]\n", json);
}
