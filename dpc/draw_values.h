#pragma once
// Values for arguments that nobody gave: what `dpc bench` measures a function with.

#include "frontend/typed.h"
#include "ir/type.h"
#include "support/array.h"

namespace dp {

/// An array of a leaf's type, whose sizes are known, the same for the same `number`: reals from [0, 1), whole
/// numbers from 0 up to the bound where there is one, else 0, truths, keys.
Array drawn_array(const Type& type, const std::optional<Dim>& bound, std::uint64_t number);

}  // namespace dp
