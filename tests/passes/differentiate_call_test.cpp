// The derivatives of routines on whole tensors, on matrices that are well conditioned.

#include <catch2/catch.hpp>

#include "passes/derivatives_matrix.h"
#include "tests/support/gradient_check.h"

namespace dp::test {
namespace {

using Sizes = std::vector<std::int64_t>;

void require_small(const Errors& errors) {
  CHECK(errors.reverse <= 1e-9);
  CHECK(errors.second <= 1e-7);
  CHECK(errors.forward_reverse <= 1e-12);
}

/// x + c on the diagonal, where c grows from row to row: eigenvalues and singular values lie apart.
Expression conditioned(const Expression& x) {
  const auto rank = static_cast<std::int64_t>(x.type().rank());
  const Expression row = iota(*x.graph, rank - 2, x.shape());
  const Expression height = 3.0 * convert(row, x.type().dtype) + 4.0;
  return x + height * identity(x);
}

Expression packed_lu(const Expression& a) { return routine(Op::lu, {a}); }

void check(const Builder& y, const Sizes& x, const Sizes& b = {}) {
  std::mt19937_64 random(31);
  Values values{random_tensor(x, -0.9, 0.9, random)};
  if (!b.empty()) values.push_back(random_tensor(b, -1, 1, random));
  INFO("rows " << x[x.size() - 2] << ", columns " << x.back() << ", rank " << x.size());
  require_small(check_derivatives(y, values));
}

const std::vector<Sizes> squares = {{0, 0}, {1, 1}, {2, 2}, {5, 5}, {2, 3, 3}};

Sizes columns(Sizes shape, std::int64_t count) {
  shape.back() = count;
  return shape;
}

}  // namespace

TEST_CASE("derivatives of cholesky", "[differentiate][call]") {
  for (const Sizes& shape : squares)
    check([](const auto& x) { return routine(Op::cholesky, {conditioned(x[0])}); }, shape);
}

TEST_CASE("derivatives of triangular solves", "[differentiate][call]") {
  for (const Sizes& shape : squares) {
    for (const bool lower : {false, true}) {
      for (const bool transposed : {false, true}) {
        check([&](const auto& x) { return triangular_solve(conditioned(x[0]), x[1], lower, transposed); },
              shape, columns(shape, 2));
      }
    }
  }
}

TEST_CASE("derivatives of solves", "[differentiate][call]") {
  for (const Sizes& shape : squares) {
    for (const std::int64_t transposed : {0, 1}) {
      check(
          [&](const auto& x) {
            const Expression a = conditioned(x[0]);
            return routine(Op::lu_solve, {a, packed_lu(a), x[1]}, {{"transposed", transposed}});
          },
          shape, columns(shape, 2));
    }
  }
}

TEST_CASE("derivatives of determinants", "[differentiate][call]") {
  for (const Sizes& shape : squares) {
    check(
        [](const auto& x) {
          const Expression a = conditioned(x[0]);
          return routine(Op::lu_det, {a, packed_lu(a)});
        },
        shape);
  }
}

TEST_CASE("derivatives of eigenvalues and eigenvectors", "[differentiate][call]") {
  for (const Sizes& shape : squares)
    check([](const auto& x) { return routine(Op::eigh, {conditioned(x[0])}); }, shape);
}

TEST_CASE("derivatives of q r and of singular values and vectors", "[differentiate][call]") {
  for (const Op op : {Op::qr, Op::svd}) {
    INFO("op " << name(op));
    for (const Sizes& shape : squares)
      check([&](const auto& x) { return routine(op, {conditioned(x[0])}); }, shape);
    for (const Sizes& shape : {Sizes{2, 1}, Sizes{5, 2}, Sizes{2, 4, 3}, Sizes{3, 0}})
      check([&](const auto& x) { return routine(op, {conditioned(x[0])}); }, shape);
  }
}

TEST_CASE("derivatives of sorts", "[differentiate][call]") {
  for (const std::int64_t descending : {0, 1}) {
    for (const Sizes& shape : {Sizes{1, 0}, Sizes{1, 1}, Sizes{3, 5}, Sizes{2, 2, 3}}) {
      check(
          [&](const auto& x) {
            const Expression r = routine(Op::sort, {x[0]}, {{"descending", descending}});
            return r * r;
          },
          shape);
    }
  }
}

TEST_CASE("equal eigenvalues leave the derivative of their vectors 0", "[differentiate][call]") {
  const Builder eigenvalues = [](const auto& x) {
    const Expression r = routine(Op::eigh, {x[0]});
    return part(r, 1, 0, 1);
  };
  const Builder vectors = [](const auto& x) {
    const Expression r = routine(Op::eigh, {x[0]});
    return part(r, 1, 1, 2);
  };
  const Values twice{tensor({2, 2}, {3, 0, 0, 3})};
  CHECK(gradients(eigenvalues, twice)[0].values == std::vector<double>{1, 0, 0, 1});
  CHECK(gradients(vectors, twice)[0].values == std::vector<double>{0, 0, 0, 0});
}

TEST_CASE("a batch that is not selected keeps its NaN out of the gradient", "[differentiate][call]") {
  const Builder solved = [](const auto& x) {
    const Expression a = x[0];
    const Expression r = routine(Op::lu_solve, {a, packed_lu(a), one(a)}, {{"transposed", std::int64_t{0}}});
    const Expression finite = constant(*a.graph, Dtype::boolean, tensor({2, 1, 1}, {0, 1}));
    return select(finite, r, 0.0);
  };
  const Values one_singular{tensor({2, 1, 1}, {0, 2})};
  CHECK(gradients(solved, one_singular)[0].values == std::vector<double>{0, -0.25});
}

}  // namespace dp::test
