#pragma once
// The sizes of a function from what a caller of runtime/dp.h gives: sizes by name, shapes of its inputs.

#include <span>

#include "frontend/build.h"
#include "library/failure.h"

namespace dp::library {

/// All dimensions of the function bound, or the first contradiction: E2203, E2204, E2232, E2237.
Result<BuildOptions> bind_shapes(const typed::Module& module, const typed::Function& function,
                                 BuildOptions options, std::span<const dp_size> sizes,
                                 std::span<const dp_shape> shapes);

}  // namespace dp::library
