#pragma once
// Random draws in generated code: Philox 4x32-10 (support/philox.h says what and why) on scalars or vectors
// of lanes.

#include <span>

#include "codegen/value.h"
#include "ir/op.h"

namespace dp::codegen {

/// `make_key(number)`, `fold_key(key, number)`: a key as i64. `random_bits(key, position)`: word `position`
/// mod 4 of the block at counter `position` / 4, as i32.
Value apply_random(Op op, std::span<const Value> operands);

}  // namespace dp::codegen
