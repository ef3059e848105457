// How fast are matrix products on one core, as a share of what the core can do? Prints a table over sizes and
// layouts, then the same as JSON. The peak is measured in the same run, alternating with the products, by a
// loop of independent fused multiply-adds that this compiler's own code generator makes.

#include <fmt/format.h>

#include <time.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "codegen/compile.h"
#include "tests/support/loop_builder.h"

namespace {

using namespace dp;
using namespace dp::loops;
using dp::testing::Handle;
using dp::testing::LoopBuilder;

using Runner = std::function<void()>;

struct Workload {
  std::shared_ptr<const Executable> code;
  std::vector<Array> inputs;
  std::vector<Array> outputs;
  double flops = 0;
  double compile_seconds = 0;

  void run() {
    std::vector<const void*> in;
    std::vector<void*> out;
    for (const Array& input : inputs) in.push_back(input.data());
    for (Array& output : outputs) out.push_back(output.data());
    const auto status = code->run(in, out, nullptr);
    DP_ASSERT(static_cast<bool>(status), "{}", status.error().message);
  }
};

void fill(Array& array) {
  auto elements = array.as<float>();
  for (std::size_t k = 0; k < elements.size(); ++k) {
    elements[k] = static_cast<float>(static_cast<int>(k * 2654435761U % 2001) - 1000) / 512.0F;
  }
}

Workload compiled(const LoopBuilder& builder, double flops) {
  Timings timings;
  CompileOptions options;
  options.threads = 1;
  auto code = compile(builder.module, options, {}, &timings);
  DP_ASSERT(static_cast<bool>(code), "{}", code.error().message);
  Workload kernel{*code, {}, {}, flops, 0};
  for (const auto& [phase, seconds] : timings) kernel.compile_seconds += seconds;
  const auto array = [](const Type& type) { return Array(type.dtype, constants(type.shape).value()); };
  for (const Type& type : builder.module.input_types) fill(kernel.inputs.emplace_back(array(type)));
  for (const Type& type : builder.module.output_types) kernel.outputs.push_back(array(type));
  return kernel;
}

/// `layout`: "NN", "NT" (y transposed in memory), "TN" (x).
Workload product(std::int64_t size, std::string_view layout) {
  LoopBuilder b;
  // Small ones are repeated in one call, as batches that all read and write the same.
  const std::int64_t batches = size <= 64 ? 64 * 64 * 64 / (size * size * size) * 4 : 1;
  const BufferId x = b.input(Dtype::f32, size * size), y = b.input(Dtype::f32, size * size);
  const BufferId result = b.output(Dtype::f32, size * size);
  const VariableId batch = b.variable("b"), row = b.variable("i"), column = b.variable("j"),
                   inner = b.variable("k");
  const Handle i = b.index(row), j = b.index(column), k = b.index(inner);
  Matmul matmul{batch, row, column, inner, batches, size, size, size, 0, 0, b.value("sum"), {}, false};
  matmul.x = b.load(x, layout[0] == 'N' ? i * size + k : k * size + i).id;
  matmul.y = b.load(y, layout[1] == 'N' ? k * size + j : j * size + k).id;
  matmul.epilogue = {b.store(result, i * size + j, b.use(matmul.accumulator, Dtype::f32))};
  b.function("product", {Stmt{matmul}});
  const auto n = static_cast<double>(size);
  return compiled(b, 2 * n * n * n * static_cast<double>(batches));
}

/// 20 vectors of sums, all operands in registers: what the multipliers can do.
Workload peak() {
  constexpr std::int64_t rounds = 20'000, rows = 5, columns = 64;
  LoopBuilder b;
  const BufferId x = b.input(Dtype::f32, columns), result = b.output(Dtype::f32, rows * columns);
  const VariableId batch = b.variable("b"), row = b.variable("i"), column = b.variable("j"),
                   inner = b.variable("k");
  Matmul matmul{batch, row, column, inner, 1, rows, columns, rounds, 0, 0, b.value("sum"), {}, false};
  matmul.x = b.load(x, b.index(row)).id;
  matmul.y = b.load(x, b.index(column)).id;
  const Handle at = b.index(row) * columns + b.index(column);
  matmul.epilogue = {b.store(result, at, b.use(matmul.accumulator, Dtype::f32))};
  b.function("peak", {Stmt{matmul}});
  return compiled(b, 2.0 * rounds * rows * columns);
}

/// Time that this thread was running, so that what else the machine does hardly shows.
double seconds(const Runner& run) {
  const auto now = [] {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  };
  const double begin = now();
  run();
  return now() - begin;
}

/// GFLOP/s of repeated runs that take about 20 ms.
double rate(Workload& kernel, double expected_rate) {
  const int repeats = std::max(1, static_cast<int>(0.02 * expected_rate * 1e9 / kernel.flops));
  const double time = seconds([&] {
    for (int k = 0; k < repeats; ++k) kernel.run();
  });
  return kernel.flops * repeats / time / 1e9;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// The reference: each element by fma in increasing k.
bool is_right(Workload& kernel, std::int64_t n, std::string_view layout) {
  kernel.run();
  const auto x = kernel.inputs[0].as<float>(), y = kernel.inputs[1].as<float>(),
             r = kernel.outputs[0].as<float>();
  for (std::int64_t i = 0; i < n; i += 1 + n / 37) {
    for (std::int64_t j = 0; j < n; ++j) {
      float sum = 0;
      for (std::int64_t k = 0; k < n; ++k) {
        const auto a = static_cast<std::size_t>(layout[0] == 'N' ? i * n + k : k * n + i);
        const auto c = static_cast<std::size_t>(layout[1] == 'N' ? k * n + j : j * n + k);
        sum = std::fma(x[a], y[c], sum);
      }
      if (sum != r[static_cast<std::size_t>(i * n + j)]) return false;
    }
  }
  return true;
}

}  // namespace

int main(int count, char** arguments) {
  Workload top = peak();
  const double limit = rate(top, 150);
  std::string json;
  fmt::print("{:>6} {:>7} {:>9} {:>7} {:>9} {:>12}\n", "size", "layout", "GFLOP/s", "peak", "share",
             "compile ms");
  for (const std::int64_t size : {8, 16, 31, 32, 64, 100, 128, 256, 384, 512, 768, 1024}) {
    if (count > 1 && std::to_string(size) != arguments[1]) continue;
    for (const std::string_view layout : {"NN", "NT", "TN"}) {
      Workload kernel = product(size, layout);
      const bool right = is_right(kernel, size, layout);
      rate(kernel, limit);
      std::vector<double> rates, peaks, shares;
      for (int round = 0; round < 9; ++round) {
        peaks.push_back(rate(top, limit));
        rates.push_back(rate(kernel, limit));
        shares.push_back(rates.back() / peaks.back());
      }
      fmt::print("{:>6} {:>7} {:>9.1f} {:>7.1f} {:>8.0f}% {:>12.1f}{}\n", size, layout, median(rates),
                 median(peaks), 100 * median(shares), 1e3 * kernel.compile_seconds, right ? "" : "  WRONG");
      json += fmt::format(
          "{}{{\"size\": {}, \"layout\": \"{}\", \"gflops\": {:.1f}, \"peak\": {:.1f}, \"share\": {:.3f}}}",
          json.empty() ? "" : ",\n ", size, layout, median(rates), median(peaks), median(shares));
    }
  }
  fmt::print("[{}]\n", json);
}
