#pragma once
// What this machine can do, measured by code that this compiler makes: the measure that `dpc bench` holds its
// figures against. A machine that others use too is slower, so it is measured in the same run.

#include "dpc/options.h"
#include "support/result.h"

namespace dp {

struct Machine {
  double flops = 0;      // fused multiply-adds of f32 (or f64) from registers, two operations each, a second
  double bandwidth = 0;  // bytes read and written a second by a copy that fits no cache
};

/// With the threads and for the processor of the options; `real` is the scalar type of the sums.
Result<Machine> measure_machine(const CommonOptions& options, Dtype real);

/// Seconds on a clock that only goes forward.
double clock_seconds();

}  // namespace dp
