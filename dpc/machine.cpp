#include "dpc/machine.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "dpc/engine.h"

namespace dp {
namespace {

constexpr std::int64_t peak_batches = 16, peak_rows = 5, peak_rounds = 4000;
constexpr std::int64_t copied_bytes = 64 << 20;

/// A product whose operands stay in registers: five rows of four vectors, the accumulators that hide the
/// latency of the multipliers.
std::string peak_text(std::string_view real, std::int64_t columns) {
  return fmt::format(
      "module peak {{\n  arguments \"x\": {0}[{1}]\n  results \"\": {0}[{2}]\n  arena 0 bytes\n"
      "  input x: {0}[{1}] 0\n  output y: {0}[{2}] 0\n"
      "  kernel k0 \"\" {{\n    parallel matmul b in 0..{3}, i in 0..{4}, j in 0..{1}, k in 0..{5} {{\n"
      "      x = x[i]\n      y = x[j]\n      accumulator sum\n"
      "      store y[b * {6} + i * {1} + j] = sum\n    }}\n  }}\n}}\n",
      real, columns, peak_batches * peak_rows * columns, peak_batches, peak_rows, peak_rounds,
      peak_rows * columns);
}

std::string copy_text(std::int64_t count) {
  return fmt::format(
      "module copy {{\n  arguments \"x\": f64[{0}]\n  results \"\": f64[{0}]\n  arena 0 bytes\n"
      "  input x: f64[{0}] 0\n  output y: f64[{0}] 0\n"
      "  kernel k0 \"\" {{\n    vector for i in 0..{0} {{\n      store y[i] = x[i]\n    }}\n  }}\n}}\n",
      count);
}

/// The shortest of some runs, in seconds.
Result<double> best_time(const std::string& text, const CommonOptions& options) {
  auto module = loops::parse(text);
  if (!module) return module.error();
  std::vector<Array> inputs = arrays_of(module->input_types), outputs = arrays_of(module->output_types);
  Stopwatch watch;
  auto engine = Engine::create(std::move(*module), options, watch);
  if (!engine) return engine.error();
  double best = 1e9;
  for (int run = 0; run < 8; ++run) {
    const double begin = clock_seconds();
    if (const Status status = engine->run_into(inputs, outputs); !status) return status.error();
    best = std::min(best, clock_seconds() - begin);
  }
  return best;
}

}  // namespace

double clock_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Result<Machine> measure_machine(const CommonOptions& options, Dtype real) {
  CommonOptions compiled = options;
  compiled.interpret = false;
  const std::int64_t columns = 256 / static_cast<std::int64_t>(size_of(real));
  const auto peak = best_time(peak_text(name(real), columns), compiled);
  if (!peak) return peak.error();
  const auto copy = best_time(copy_text(copied_bytes / 8), compiled);
  if (!copy) return copy.error();
  const double operations = 2.0 * peak_batches * peak_rows * peak_rounds * static_cast<double>(columns);
  return Machine{operations / *peak, 2.0 * copied_bytes / *copy};
}

}  // namespace dp
