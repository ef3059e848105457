// Prints the largest error of every function of ir/math.h, in units in the last place: over all f32 numbers
// (or every `step`-th) against the C library's f64 functions, and over `count` f64 numbers against
// libquadmath. Usage: bench_ulp [--step=N] [--count=N] [NAME…]       all of f32 takes minutes a function
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "bench/ulp/error.h"
#include "ir/math.h"

namespace {

using namespace dp;
using namespace dp::math;

struct Worst {
  double error = 0;
  double at = 0;
  void see(double found, double argument) {
    if (found > error) *this = {found, argument};
  }
};

struct Row {
  std::string_view name;
  double (*floor)(double);
  float (*single)(float);
  double (*full)(double);
  Quad (*exact)(Quad);
  double (*exact_single)(double);  // null where the C library has no such function
};

double logistic(double x) {
  const double e = std::exp(-std::fabs(x));
  return (x < 0 ? e : 1) / (1 + e);
}
double softened(double x) { return std::fmax(x, 0) + std::log1p(std::exp(-std::fabs(x))) + 0 * x; }

/// The f64 function to hold f32 against, where there is one.
double (*library_function(std::string_view name))(double) {
#define NAMED(function) \
  if (name == #function) return [](double x) -> double { return std::function(x); };
  NAMED(sqrt)
  NAMED(cbrt)
  NAMED(exp)
  NAMED(expm1)
  NAMED(exp2)
  NAMED(log)
  NAMED(log1p)
  NAMED(log2)
  NAMED(log10)
  NAMED(sin)
  NAMED(cos)
  NAMED(tan)
  NAMED(asin)
  NAMED(acos)
  NAMED(atan)
  NAMED(sinh)
  NAMED(cosh)
  NAMED(tanh)
  NAMED(asinh)
  NAMED(acosh)
  NAMED(atanh)
  NAMED(erf)
  NAMED(erfc)
  NAMED(lgamma)
#undef NAMED
  if (name == "sigmoid") return logistic;
  if (name == "softplus") return softened;
  return nullptr;
}

std::vector<Row> rows() {
  return {
#define FUNCTION(name, single_limit, full_limit, floor)          \
  Row{#name,                                                     \
      []([[maybe_unused]] double x) -> double { return floor; }, \
      [](float x) { return name(Real<float>(x)).value; },        \
      [](double x) { return name(Real<double>(x)).value; },      \
      [](Quad x) { return name(Real<Quad>(x)).value; },          \
      library_function(#name)},
#include "bench/ulp/functions.def"
#undef FUNCTION
  };
}

Worst measure_single(const Row& row, std::uint64_t step) {
  Worst worst;
  // A reference in software is a hundred times slower.
  const std::uint64_t actual_step = row.exact_single ? step : std::max<std::uint64_t>(step, 4099);
  for (std::uint64_t bits = 0; bits < (std::uint64_t{1} << 32); bits += actual_step) {
    const float x = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    const float result = row.single(x);
    const double found = row.exact_single ? ulp::error(result, row.exact_single(x), row.floor(x))
                                          : ulp::error(result, row.exact(x), row.floor(x));
    worst.see(found, x);
  }
  return worst;
}

Worst measure_double(const Row& row, std::uint64_t count) {
  Worst worst;
  ulp::Samples<double> samples;
  for (std::uint64_t k = 0; k < count; ++k) {
    const double x = samples.next();
    worst.see(ulp::error(row.full(x), row.exact(x), row.floor(x)), x);
  }
  return worst;
}

}  // namespace

int main(int count, char** arguments) {
  std::uint64_t step = 1, samples = 10'000'000;
  std::vector<std::string_view> names;
  for (std::string_view text : std::vector<std::string_view>(arguments + 1, arguments + count)) {
    if (text.starts_with("--step="))
      step = std::strtoull(text.data() + 7, nullptr, 10);
    else if (text.starts_with("--count="))
      samples = std::strtoull(text.data() + 8, nullptr, 10);
    else
      names.push_back(text);
  }
  fmt::print("{:10} {:>8}  {:24} {:>8}  {}\n", "function", "f32", "at", "f64", "at");
  for (const Row& row : rows()) {
    if (!names.empty() && std::find(names.begin(), names.end(), row.name) == names.end()) continue;
    const Worst single = measure_single(row, step), full = measure_double(row, samples);
    fmt::print("{:10} {:8.3f}  {:<24} {:8.3f}  {}\n", row.name, single.error, single.at, full.error, full.at);
    std::fflush(stdout);
  }
}
