#pragma once
// Indices that take a loop variable apart: what several axes run through as one, `lower` writes with
// quotients and remainders. Here they are read back as digits of the variable in a mixed base, each with a
// coefficient, so that code that runs through the variable needs no division: a loop a digit, or one step to
// the next.

#include <optional>
#include <vector>

#include "codegen/linear.h"

namespace dp::codegen {

/// (variable // divisor) mod extent, times coefficient.
struct Digit {
  std::int64_t divisor = 1, extent = 1, coefficient = 0;
};

struct DigitSum {
  Linear rest;                // free of the variable
  std::vector<Digit> digits;  // fastest first; the next one's divisor is divisor * extent
};

/// The index as a sum of digits of a variable of 0 .. extent-1, as few as there can be; nothing where it is
/// none.
std::optional<DigitSum> digits_of(const loops::Module& module, const Linear& index,
                                  loops::VariableId variable, std::int64_t extent);

}  // namespace dp::codegen
