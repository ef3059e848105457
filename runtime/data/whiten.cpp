#include <algorithm>
#include <cmath>

#include "runtime/data/scaling.h"

namespace dp {
namespace {

constexpr int most_sweeps = 60;
constexpr double smallest_ratio = 1e-10;  // of eigenvalues; below it is rounding

/// A symmetric matrix on its way to diagonal form; `vectors` gathers the rotations, one eigenvector a row.
struct Eigen {
  std::size_t n;
  std::vector<double> matrix;
  std::vector<double> vectors;

  double& at(std::size_t row, std::size_t column) { return matrix[row * n + column]; }
};

double off_diagonal_norm(Eigen& eigen) {
  double sum = 0;
  for (std::size_t i = 0; i < eigen.n; ++i) {
    for (std::size_t j = 0; j < i; ++j) sum += 2 * eigen.at(i, j) * eigen.at(i, j);
  }
  return std::sqrt(sum);
}

void rotate_rows(std::vector<double>& matrix, std::size_t n, std::size_t p, std::size_t q, double c,
                 double s) {
  for (std::size_t k = 0; k < n; ++k) {
    const double x = matrix[p * n + k], y = matrix[q * n + k];
    matrix[p * n + k] = c * x - s * y;
    matrix[q * n + k] = s * x + c * y;
  }
}

/// The rotation in the plane (p, q) that makes the element there 0.
void rotate(Eigen& eigen, std::size_t p, std::size_t q) {
  const double element = eigen.at(p, q);
  if (element == 0) return;
  const double tau = (eigen.at(q, q) - eigen.at(p, p)) / (2 * element);
  const double t = (tau >= 0 ? 1 : -1) / (std::abs(tau) + std::sqrt(1 + tau * tau));
  const double c = 1 / std::sqrt(1 + t * t), s = t * c;
  rotate_rows(eigen.matrix, eigen.n, p, q, c, s);
  for (std::size_t k = 0; k < eigen.n; ++k) {
    const double x = eigen.at(k, p), y = eigen.at(k, q);
    eigen.at(k, p) = c * x - s * y;
    eigen.at(k, q) = s * x + c * y;
  }
  rotate_rows(eigen.vectors, eigen.n, p, q, c, s);
}

Eigen diagonalize(std::vector<double> matrix, std::size_t n) {
  Eigen eigen = {n, std::move(matrix), std::vector<double>(n * n)};
  double norm = 0;
  for (const double each : eigen.matrix) norm = std::max(norm, std::abs(each));
  for (std::size_t i = 0; i < n; ++i) eigen.vectors[i * n + i] = 1;
  for (int sweep = 0; sweep < most_sweeps && off_diagonal_norm(eigen) > 1e-15 * norm; ++sweep) {
    for (std::size_t p = 0; p < n; ++p) {
      for (std::size_t q = p + 1; q < n; ++q) rotate(eigen, p, q);
    }
  }
  return eigen;
}

}  // namespace

std::vector<double> inverse_square_root(std::vector<double> matrix, std::size_t n) {
  Eigen eigen = diagonalize(std::move(matrix), n);
  double largest = 0;
  for (std::size_t i = 0; i < n; ++i) largest = std::max(largest, eigen.at(i, i));
  std::vector<double> root(n * n);
  for (std::size_t k = 0; k < n; ++k) {
    const double value = eigen.at(k, k);
    if (value <= smallest_ratio * largest) continue;
    const double factor = 1 / std::sqrt(value);
    const double* vector = &eigen.vectors[k * n];
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) root[i * n + j] += factor * vector[i] * vector[j];
    }
  }
  return root;
}

}  // namespace dp
