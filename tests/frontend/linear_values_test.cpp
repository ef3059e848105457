// Programs of linear algebra and order, from their text to their values: held against loops that say the
// same, batches, and gradients inside and outside of loops.

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/frontend/loop_programs.h"

namespace dp::tests {
namespace {

/// That the program is fine and that every element of what it gives is next to 0.
void check_zero(const std::string& body) {
  const Outcome outcome = run_program("precision f64\nfn main() {\n" + body + "\n}\n");
  INFO(body << "\n" << outcome.said << outcome.stopped);
  CHECK(outcome.stopped.empty());
  CHECK(!outcome.values.empty());
  for (const double value : outcome.values) CHECK(std::abs(value) < 1e-12);
}

const std::string two_matrices = "A = [[[4.0, 1.0], [1.0, 3.0]], [[5.0, 2.0], [2.0, 2.0]]]\n";

}  // namespace

TEST_CASE("einsum means the loop that it abbreviates", "[values][linear]") {
  const std::string operands =
      "a = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]\nb = [[1.0, 0.5], [2.0, -1.0], [0.0, 3.0]]\n"
      "c = [[1.0, 2.0], [3.0, 4.0]]\n";
  check_zero(operands + "einsum(\"ij,jk->ik\", a, b) - (for i, k: sum j: a[i, j] * b[j, k])");
  check_zero(operands + "einsum(\"ij,jk->ki\", a, b) - (for k, i: sum j: a[i, j] * b[j, k])");
  check_zero(operands + "einsum(\"ii->i\", c) - (for i: c[i, i])");
  check_zero(operands + "einsum(\"ii,i\", c, c[0]) - (sum i: c[i, i] * c[0, i])");
  check_zero(operands + "einsum(\"ij,kl->\", a, b) - (sum(a) * sum(b))");
  check_zero(operands + "einsum(\"ij,jk,kl->il\", a, b, c) - a @ b @ c");
  check_zero(operands + "einsum(\"ij,ij->ij\", c, c.T) - c * c.T");
  check_zero(operands + "einsum(\"ij,j->ij\", c, c[1]) - (for i, j: c[i, j] * c[1, j])");
  check_zero("einsum(\"iij->j\", [[[1.0, 2.0]]]) - [1.0, 2.0]");
}

TEST_CASE("leading axes are batches, in loops too", "[values][linear]") {
  check_zero(two_matrices + "(for i: solve(A[i], [1.0, 2.0])) - solve(A, [[1.0, 2.0], [1.0, 2.0]])");
  check_zero(two_matrices + "(for i: det(A[i])) - det(A)");
  check_zero(two_matrices + "(for i: cholesky(A[i])) - cholesky(A)");
  check_zero(two_matrices + "L = cholesky(A)\nL @ (for i: L[i].T) - A");
  check_zero(two_matrices + "inverse(A) @ A - (for i in 0..2: eye(2))");
  check_zero("x = [[3.0, 1.0], [2.0, 5.0]]\n(for i: sort(x[i])) - sort(x)");
}

TEST_CASE("gradients of linear algebra", "[values][linear]") {
  check_zero(two_matrices + "(grad (sum i: logdet(A[i])) wrt A) - inverse(A)");  // symmetric
  check_zero(two_matrices + "(for i: grad det(A[i]) wrt A)[0, 0] - det(A[0]) * inverse(A[0])");
  check_zero(two_matrices + "B = A[0]\nx = [1.0, 2.0]\n(grad x @ solve(B, x) wrt x) - 2 * solve(B, x)");
  check_zero(two_matrices +
             "B = A[0]\n(values, vectors) = eigh(B)\n(grad sum(values) + 0 * sum(vectors) wrt B) - eye(2)");
  check_zero("x = [3.0, 1.0, 2.0]\n(grad sum(sort(x) * [1.0, 2.0, 3.0]) wrt x) - [3.0, 1.0, 2.0]");
  check_zero(
      "x = [3.0, 1.0, 2.0]\n(best, at) = top_k(x, 2)\n(grad sum(best * [5.0, 7.0]) wrt x) - [5.0, 0.0, 7.0]");
}

TEST_CASE("functions whose matrix may be tall or wide", "[values][linear]") {
  const std::string wide = "W = [[1.0, 2.0, 0.5], [0.0, 3.0, 1.0]]\n";
  check_zero(wide + "(Q, R) = qr(W)\nQ @ R - W");
  check_zero(wide + "(U, S, Vt) = svd(W)\n(for i, j: U[i, j] * S[j]) @ Vt - W");
  check_zero(wide + "(U, S, Vt) = svd(W.T)\n(for i, j: U[i, j] * S[j]) @ Vt - W.T");
  check_zero(wide + "W @ lstsq(W, [1.0, 2.0]) - [1.0, 2.0]");
  check_zero(wide + "W @ (W.T @ lstsq(W.T, [1.0, 2.0, 4.0]) - [1.0, 2.0, 4.0])");
}

}  // namespace dp::tests
