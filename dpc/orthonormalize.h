#pragma once
// The last step of `= orthogonal`: drawn matrices become orthonormal before a run begins. A decomposition is
// no op of the graph yet, and initial values are drawn once, so this stands behind the graph that draws.

#include <span>
#include <vector>

#include "frontend/build.h"
#include "support/array.h"

namespace dp {

/// In each named array, for each copy: the axes in front of the last are the rows of a matrix; its rows or
/// columns, whichever are fewer, become orthonormal, in their order (Gram–Schmidt, twice, in f64, as a QR
/// decomposition whose R has a positive diagonal). Source: Saxe, McClelland & Ganguli 2014; "twice is
/// enough": Giraud et al. 2005.
void orthonormalize(std::vector<Array>& arrays, std::span<const Orthogonal> which);

}  // namespace dp
