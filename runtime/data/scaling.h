#pragma once
// Scalings of a field, fitted to the examples of the training part alone and applied to all. The fitted
// numbers stay with the model: a network is of no use without the scale of its inputs.

#include "runtime/data/fields.h"

namespace dp {

std::string_view name(ScalingKind kind);
std::optional<ScalingKind> scaling_from_name(std::string_view name);

/// `standardize`: mean and standard deviation (of the population) · `minmax`: least value and range ·
/// `whiten`: mean and C^(−1/2) of the covariance C. An element that does not vary is only shifted. `examples`
/// are numbers of the training part. E1107 for a field of integers, or one that is too wide to whiten.
Result<Scaling> fit_scaling(ScalingKind kind, const Field& field, std::span<const std::int64_t> examples);

/// The elements of one example, as doubles; of a mapped field with its scalings.
void load_example(const Field& field, std::int64_t example, std::span<double> values);

/// Scales all examples in place, those of a mapped field when they are loaded; computed in double, rounded
/// once.
void apply_scaling(const Scaling& scaling, Field& field);

/// The symmetric inverse square root of a symmetric positive semidefinite matrix [n, n], by cyclic Jacobi
/// rotations (Golub and Van Loan, Matrix Computations, 8.5). Eigenvalues below 1e-10 of the largest count as
/// 0, and so do their inverses.
std::vector<double> inverse_square_root(std::vector<double> matrix, std::size_t n);

}  // namespace dp
