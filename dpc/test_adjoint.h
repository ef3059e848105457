#pragma once
// `dpc test` holds every adjoint to finite differences of the function that it belongs to.

#include <optional>

#include "dpc/program.h"

namespace dp {

/// Nothing where the adjoint agrees with central differences at random points, in f64, along random
/// directions and for random cotangents. E0455 where it does not, E0456 where the function is not finite
/// anywhere near.
std::optional<Diagnostic> check_adjoint(Program& program, const typed::Function& function);

}  // namespace dp
