#pragma once
// Reals as text, for results and `print`: the fewest digits that read back to the same bits, with a point, so
// that a whole real is told from an integer: `1.0`, `0.001`, `1e-05`, `1000000.0`, `1e+16`, `inf`, `nan`.

#include <string>

#include "support/dtype.h"

namespace dp {

/// `dtype` is f32 or f64. Numbers from 1e-4 up to 1e16 stand without an exponent.
std::string number_text(double value, Dtype dtype);

}  // namespace dp
