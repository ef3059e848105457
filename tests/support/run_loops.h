#pragma once
// Runs a loop-IR module compiled and interpreted on the same inputs, for tests that hold the two against each
// other.

#include <span>
#include <vector>

#include "codegen/compile.h"
#include "ir/loops.h"

namespace dp::testing {

/// The outputs of the compiled module.
Result<std::vector<Array>> run_compiled(const loops::Module& module, std::span<const Array> inputs,
                                        const CompileOptions& options = {});

/// Nothing where both give the same bits (any NaN counts as the same), or fail with the same message; else
/// what differs first.
std::string difference(const loops::Module& module, std::span<const Array> inputs,
                       const CompileOptions& options);

/// The settings under which every result must be the same: all optimisation levels, one thread and more, and
/// the narrower vectors of older machines.
std::vector<CompileOptions> all_settings();
std::string describe(const CompileOptions& options);

/// Elements like those of measured data, both signs, no two alike; small integers for integers, mixed for
/// bools.
Array sample(Dtype dtype, std::int64_t count, std::uint64_t seed = 1);
/// Zeros, ones, infinities, NaN, the smallest and the largest, halves, and what lies between.
Array awkward(Dtype dtype, std::int64_t count, std::int64_t stride = 1);

}  // namespace dp::testing
