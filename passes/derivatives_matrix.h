#pragma once
// Matrices as the derivative rules of routines write them: the last two axes of an expression, the leading
// ones batches.

#include "passes/expression.h"

namespace dp {

Expression routine(Op op, const std::vector<Expression>& operands, Attributes attributes = {});
Expression triangular_solve(const Expression& t, const Expression& b, bool lower, bool transposed);

/// x[.., n, k] times y[.., k, m].
Expression product(const Expression& x, const Expression& y);
Expression transposed(const Expression& x);
/// (x + xᵀ)/2
Expression symmetric(const Expression& x);

/// The unit matrix, and 1 up to the `k`-th diagonal above the main one and 0 above it, in the type of x.
Expression identity(const Expression& x);
Expression lower_mask(const Expression& x, std::int64_t k);
/// [.., n] of [.., n, n].
Expression diagonal(const Expression& x);

/// x[.., n] in [.., m, n], the same in every row; x[.., m] the same in every column.
Expression along_columns(const Expression& x, const Shape& shape);
Expression along_rows(const Expression& x, const Shape& shape);

/// `count` elements of one axis from `first` on.
Expression part(const Expression& x, std::size_t axis, const Dim& first, const Dim& count);
Shape without_last(const Shape& shape);

}  // namespace dp
