#include "tests/support/run_loops.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "support/philox.h"

namespace dp::testing {
namespace {

std::vector<std::int64_t> sizes(const Type& type) { return constants(type.shape).value(); }

bool is_same(const Array& a, const Array& b, std::int64_t at) {
  const std::size_t bytes = size_of(a.dtype());
  if (std::memcmp(a.data() + static_cast<std::size_t>(at) * bytes,
                  b.data() + static_cast<std::size_t>(at) * bytes, bytes) == 0) {
    return true;
  }
  return is_real(a.dtype()) && std::isnan(a.real(at)) && std::isnan(b.real(at));
}

std::string shown(const Array& array, std::int64_t at) {
  return is_real(array.dtype()) ? fmt::format("{:a} ({})", array.real(at), array.real(at))
                                : fmt::format("{}", array.integer(at));
}

std::string first_difference(const std::vector<Array>& expected, const std::vector<Array>& found) {
  for (std::size_t output = 0; output < expected.size(); ++output) {
    for (std::int64_t k = 0; k < expected[output].count(); ++k) {
      if (is_same(expected[output], found[output], k)) continue;
      return fmt::format("output {}, element {}: {} interpreted, {} compiled", output, k,
                         shown(expected[output], k), shown(found[output], k));
    }
  }
  return "";
}

template <class T>
std::vector<double> awkward_reals() {
  using Limits = std::numeric_limits<T>;
  std::vector<double> values = {0.0,
                                1.0,
                                0.5,
                                1.5,
                                2.5,
                                2.0,
                                3.0,
                                0.1,
                                0.75,
                                10.0,
                                100.0,
                                1e-3,
                                1e-8,
                                5e8,
                                3.14159265,
                                1.0 + Limits::epsilon(),
                                1.0 - Limits::epsilon(),
                                88.0,
                                104.0,
                                709.0,
                                745.0,
                                2147483648.0,
                                9223372036854775808.0,
                                16777217.0,
                                Limits::min(),
                                Limits::denorm_min(),
                                Limits::denorm_min() * 1000.0,
                                Limits::max(),
                                Limits::max() / 2.0,
                                Limits::infinity()};
  const std::size_t count = values.size();
  for (std::size_t k = 0; k < count; ++k) values.push_back(-values[k]);
  values.push_back(Limits::quiet_NaN());
  return values;
}

std::vector<std::int64_t> awkward_integers(Dtype dtype) {
  if (dtype == Dtype::boolean) return {0, 1, 1, 0, 1};
  std::vector<std::int64_t> values = {0, 1, -1, 2, -2, 3, 7, -7, 10, 31, 32, 33, 63, 64, 100, -100, 65536};
  values.push_back(std::numeric_limits<std::int32_t>::max());
  values.push_back(std::numeric_limits<std::int32_t>::min());
  if (dtype == Dtype::i64) {
    values.push_back(std::numeric_limits<std::int64_t>::max());
    values.push_back(std::numeric_limits<std::int64_t>::min());
  }
  return values;
}

}  // namespace

Result<std::vector<Array>> run_compiled(const loops::Module& module, std::span<const Array> inputs,
                                        const CompileOptions& options) {
  const auto code = compile(module, options, {}, nullptr);
  if (!code) return code.error();
  std::vector<Array> outputs;
  std::vector<const void*> in;
  std::vector<void*> out;
  for (const Array& input : inputs) in.push_back(input.data());
  for (const Type& type : module.output_types) outputs.emplace_back(type.dtype, sizes(type));
  for (Array& output : outputs) out.push_back(output.data());
  Array arena(Dtype::boolean, {module.arena_bytes});
  if (const auto status = (*code)->run(in, out, arena.data()); !status) return status.error();
  return outputs;
}

std::string difference(const loops::Module& module, std::span<const Array> inputs,
                       const CompileOptions& options) {
  const auto expected = loops::interpret(module, inputs);
  const auto found = run_compiled(module, inputs, options);
  if (!expected || !found) {
    const std::string one = expected ? "no failure" : expected.error().message;
    const std::string other = found ? "no failure" : found.error().message;
    return one == other ? "" : fmt::format("`{}` interpreted, `{}` compiled", one, other);
  }
  return first_difference(*expected, *found);
}

std::vector<CompileOptions> all_settings() {
  std::vector<CompileOptions> settings;
  for (const int level : {0, 1, 2, 3}) settings.push_back({.optimize = level});
  settings.push_back({.threads = 1});
  for (const char* cpu : {"x86-64-v3", "x86-64-v2"}) settings.push_back({.cpu = cpu});
  return settings;
}

std::string describe(const CompileOptions& options) {
  return fmt::format("-O{} --cpu {} --threads {}", options.optimize, options.cpu, options.threads);
}

Array sample(Dtype dtype, std::int64_t count, std::uint64_t seed) {
  Array array(dtype, {count});
  for (std::int64_t k = 0; k < count; ++k) {
    const std::uint32_t word = philox(static_cast<std::uint64_t>(k), seed)[0];
    if (is_real(dtype))
      array.set_real(k, static_cast<double>(static_cast<std::int32_t>(word)) / 1e9);
    else
      array.set_integer(k, dtype == Dtype::boolean ? word % 2 : static_cast<std::int64_t>(word % 201) - 100);
  }
  return array;
}

Array awkward(Dtype dtype, std::int64_t count, std::int64_t stride) {
  Array array(dtype, {count});
  const std::vector<double> reals = dtype == Dtype::f64 ? awkward_reals<double>() : awkward_reals<float>();
  const std::vector<std::int64_t> integers = awkward_integers(dtype);
  for (std::int64_t k = 0; k < count; ++k) {
    const auto at = static_cast<std::size_t>(k / stride);
    if (is_real(dtype))
      array.set_real(k, reals[at % reals.size()]);
    else
      array.set_integer(k, integers[at % integers.size()]);
  }
  return array;
}

}  // namespace dp::testing
