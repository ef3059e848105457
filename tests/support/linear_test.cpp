// The routines by what defines them: products give the matrix back, factors are orthogonal and of their form;
// and what happens where there is nothing to compute.

#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "support/linear/routine.h"

namespace dp::linear {
namespace {

template <class F>
using Matrix = std::vector<F>;

template <class F>
Matrix<F> random_matrix(Count rows, Count columns, unsigned seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> draw(-1, 1);
  Matrix<F> result;
  for (Count k = 0; k < rows * columns; ++k) result.push_back(static_cast<F>(draw(random)));
  return result;
}

template <class F>
Matrix<F> run(Routine routine, const Sizes& sizes, const std::vector<const void*>& operands) {
  const Extents step = extents(routine, sizes);
  Matrix<F> result(static_cast<std::size_t>(sizes.batches * step.result));
  std::vector<F> work(static_cast<std::size_t>(step.work));
  run_matrices<F>(routine, sizes, operands.data(), result.data(), work.data());
  return result;
}

/// x[rows, inner] y[inner, columns], either transposed.
template <class F>
Matrix<F> times(const F* x, bool turn_x, const F* y, bool turn_y, Count rows, Count inner, Count columns) {
  Matrix<F> result(static_cast<std::size_t>(rows * columns));
  for (Count i = 0; i < rows; ++i) {
    for (Count j = 0; j < columns; ++j) {
      for (Count k = 0; k < inner; ++k) {
        result[static_cast<std::size_t>(i * columns + j)] +=
            (turn_x ? x[k * rows + i] : x[i * inner + k]) * (turn_y ? y[j * inner + k] : y[k * columns + j]);
      }
    }
  }
  return result;
}

template <class F>
double distance(const Matrix<F>& x, const Matrix<F>& y) {
  double largest = x.size() == y.size() ? 0 : 1e300;
  for (std::size_t k = 0; k < x.size() && k < y.size(); ++k) {
    const double difference = std::abs(static_cast<double>(x[k]) - static_cast<double>(y[k]));
    largest = difference <= largest ? largest : difference;  // NaN is the worst
  }
  return largest;
}

template <class F>
Matrix<F> unit(Count n) {
  Matrix<F> result(static_cast<std::size_t>(n * n));
  fill_identity(result.data(), n, n);
  return result;
}

template <class F>
double tolerance(Count n) {
  return 8 * static_cast<double>(n + 1) * static_cast<double>(Format<F>::epsilon);
}

template <class F>
bool all_nan(const Matrix<F>& x) {
  for (const F element : x) {
    if (!std::isnan(element)) return false;
  }
  return true;
}

const std::vector<Count> sizes_tested = {0, 1, 2, 3, 5, 17, 40};

}  // namespace

TEMPLATE_TEST_CASE("cholesky gives the matrix back, and solves", "[linear]", float, double) {
  for (const Count n : sizes_tested) {
    INFO("n = " << n);
    const auto x = random_matrix<TestType>(n, n, 1);
    auto a = times(x.data(), false, x.data(), true, n, n, n);
    for (Count k = 0; k < n; ++k) a[static_cast<std::size_t>(k * n + k)] += 1;
    const auto l = run<TestType>(Routine::cholesky, {1, n, n, 0}, {a.data()});
    CHECK(distance(times(l.data(), false, l.data(), true, n, n, n), a) <=
          static_cast<double>(n) * tolerance<TestType>(n));
    for (const Count flags : {lower_flag, lower_flag + first_flag, Count{0}, first_flag}) {
      const bool is_lower = (flags & lower_flag) != 0, turned = (flags & first_flag) != 0;
      auto t = l;
      if (!is_lower) transpose(t.data(), n);
      const auto b = times(t.data(), turned, x.data(), false, n, n, n);
      const auto solved = run<TestType>(Routine::triangular_solve, {1, n, n, flags}, {t.data(), b.data()});
      CHECK(distance(solved, x) <= 20 * static_cast<double>(n) * tolerance<TestType>(n));
    }
  }
}

TEMPLATE_TEST_CASE("elimination solves, both ways round", "[linear]", float, double) {
  for (const Count n : sizes_tested) {
    INFO("n = " << n);
    auto a = random_matrix<TestType>(n, n, 2);
    const auto x = random_matrix<TestType>(n, 3, 3);
    const auto f = run<TestType>(Routine::lu, {1, n, n, 0}, {a.data()});
    for (const Count flags : {Count{0}, first_flag}) {
      const auto b = times(a.data(), flags != 0, x.data(), false, n, n, 3);
      const auto solved = run<TestType>(Routine::lu_solve, {1, n, 3, flags}, {nullptr, f.data(), b.data()});
      CHECK(distance(solved, x) <= 500 * static_cast<double>(n) * tolerance<TestType>(n));
    }
  }
}

TEMPLATE_TEST_CASE("determinants neither overflow nor vanish on the way", "[linear]", float, double) {
  for (const double size : {1e-30, 3.0, 1e30}) {
    const Count n = 12;
    std::vector<TestType> a(static_cast<std::size_t>(n * n));
    for (Count k = 0; k < n; ++k) {  // each row exchanged with its neighbour
      a[static_cast<std::size_t>(k * n + (k ^ 1))] = static_cast<TestType>(k == 0 ? -size : size);
    }
    const auto f = run<TestType>(Routine::lu, {1, n, n, 0}, {a.data()});
    const auto det = run<TestType>(Routine::lu_det, {1, n, n, 0}, {nullptr, f.data()});
    CHECK(det[0] < 0);
    CHECK(std::abs(static_cast<double>(det[0])) >= 1);
    const double logarithm = std::log2(-static_cast<double>(det[0])) + static_cast<double>(det[1]);
    CHECK(logarithm == Approx(12 * std::log2(size)).epsilon(1e-6));
  }
}

TEMPLATE_TEST_CASE("q r gives the matrix back", "[linear]", float, double) {
  for (const Count n : sizes_tested) {
    for (const Count m : {n, n + 1, n + 9}) {
      INFO("m = " << m << ", n = " << n);
      auto a = random_matrix<TestType>(m, n, 4);
      for (Count i = 0; i < m && n > 2; ++i) a[static_cast<std::size_t>(i * n + 2)] = 0;  // rank below n
      const auto result = run<TestType>(Routine::qr, {1, m, n, 0}, {a.data()});
      const TestType *q = result.data(), *r = q + m * n;
      CHECK(distance(times(q, false, r, false, m, n, n), a) <= tolerance<TestType>(m));
      CHECK(distance(times(q, true, q, false, n, m, n), unit<TestType>(n)) <= tolerance<TestType>(m));
      for (Count i = 0; i < n; ++i) {
        CHECK(r[i * n + i] >= 0);
        for (Count j = 0; j < i; ++j) CHECK(r[i * n + j] == 0);
      }
    }
  }
}

TEMPLATE_TEST_CASE("eigenvectors diagonalise", "[linear]", float, double) {
  for (const Count n : sizes_tested) {
    INFO("n = " << n);
    auto a = random_matrix<TestType>(n, n, 5);
    for (Count i = 0; i < n; ++i) {
      for (Count j = 0; j < i; ++j)
        a[static_cast<std::size_t>(i * n + j)] = a[static_cast<std::size_t>(j * n + i)];
    }
    const auto result = run<TestType>(Routine::eigh, {1, n, n, 0}, {a.data()});
    Matrix<TestType> v, scaled;
    for (Count i = 0; i < n; ++i) {
      for (Count j = 0; j < n; ++j) {
        v.push_back(result[static_cast<std::size_t>(i * (n + 1) + 1 + j)]);
        scaled.push_back(v.back() * result[static_cast<std::size_t>(j * (n + 1))]);
      }
      if (i > 0)
        CHECK(result[static_cast<std::size_t>((i - 1) * (n + 1))] <=
              result[static_cast<std::size_t>(i * (n + 1))]);
    }
    CHECK(distance(times(v.data(), true, v.data(), false, n, n, n), unit<TestType>(n)) <=
          tolerance<TestType>(n));
    CHECK(distance(times(scaled.data(), false, v.data(), true, n, n, n), a) <= 2 * tolerance<TestType>(n));
  }
}

TEMPLATE_TEST_CASE("singular vectors diagonalise, of low rank too", "[linear]", float, double) {
  for (const Count n : sizes_tested) {
    for (const Count m : {n, n + 4}) {
      for (const Count rank : {Count{0}, n / 2, n}) {
        INFO("m = " << m << ", n = " << n << ", rank " << rank);
        const auto x = random_matrix<TestType>(m, rank, 6), y = random_matrix<TestType>(rank, n, 7);
        const auto a = times(x.data(), false, y.data(), false, m, rank, n);
        const auto result = run<TestType>(Routine::svd, {1, m, n, 0}, {a.data()});
        const TestType *s = result.data(), *u = s + n, *v = u + m * n;
        Matrix<TestType> scaled(u, u + m * n);
        for (Count k = 0; k < m * n; ++k) scaled[static_cast<std::size_t>(k)] *= s[k % n];
        for (Count k = 1; k < n; ++k) CHECK(s[k] <= s[k - 1]);
        const double bound = static_cast<double>(m + 1) * tolerance<TestType>(n);
        CHECK(distance(times(scaled.data(), false, v, true, m, n, n), a) <= bound);
        CHECK(distance(times(u, true, u, false, n, m, n), unit<TestType>(n)) <= bound);
        CHECK(distance(times(v, true, v, false, n, n, n), unit<TestType>(n)) <= bound);
      }
    }
  }
}

TEMPLATE_TEST_CASE("what cannot be computed is NaN, and ends", "[linear]", float, double) {
  const TestType inf = std::numeric_limits<TestType>::infinity(), nan = inf - inf;
  const Matrix<TestType> indefinite{1, 2, 2, 1}, singular{1, 2, 2, 4}, ones{1, 1};
  CHECK(all_nan(run<TestType>(Routine::cholesky, {1, 2, 2, 0}, {indefinite.data()})));
  const auto f = run<TestType>(Routine::lu, {1, 2, 2, 0}, {singular.data()});
  CHECK(all_nan(run<TestType>(Routine::lu_solve, {1, 2, 1, 0}, {nullptr, f.data(), ones.data()})));
  for (const TestType bad : {inf, -inf, nan}) {
    const Matrix<TestType> a{1, bad, 2, 3};
    for (const Routine routine : {Routine::qr, Routine::eigh, Routine::svd})
      CHECK(all_nan(run<TestType>(routine, {1, 2, 2, 0}, {a.data()})));
    CHECK(all_nan(run<TestType>(Routine::cholesky, {1, 2, 2, 0}, {a.data()})));
  }
}

TEMPLATE_TEST_CASE("very large and very small matrices", "[linear]", float, double) {
  for (const TestType size :
       {std::numeric_limits<TestType>::max() / 8, std::numeric_limits<TestType>::min() * 8}) {
    const Matrix<TestType> a{2 * size, size, size, 2 * size};
    const auto eigen = run<TestType>(Routine::eigh, {1, 2, 2, 0}, {a.data()});
    CHECK(static_cast<double>(eigen[0] / size) == Approx(1).epsilon(1e-5));
    CHECK(static_cast<double>(eigen[3] / size) == Approx(3).epsilon(1e-5));
    const auto singular = run<TestType>(Routine::svd, {1, 2, 2, 0}, {a.data()});
    CHECK(static_cast<double>(singular[0] / size) == Approx(3).epsilon(1e-5));
    CHECK(static_cast<double>(singular[1] / size) == Approx(1).epsilon(1e-5));
  }
}

TEST_CASE("sorting is stable and NaN comes last", "[linear]") {
  const double nan = std::nan("");
  const std::vector<double> x{2, nan, -0.0, 0.0, nan, -1, 2};
  std::vector<std::int64_t> order(x.size()), work(x.size());
  argsort(x.data(), 7, false, order.data(), work.data());
  CHECK(order == std::vector<std::int64_t>{5, 2, 3, 0, 6, 1, 4});
  argsort(x.data(), 7, true, order.data(), work.data());
  CHECK(order == std::vector<std::int64_t>{1, 4, 0, 6, 2, 3, 5});
  const std::vector<int> sorted{1, 3, 3, 7}, sought{0, 1, 3, 4, 9};
  std::vector<std::int64_t> found(5);
  searchsorted(sorted.data(), sought.data(), 4, 5, found.data());
  CHECK(found == std::vector<std::int64_t>{0, 0, 1, 3, 4});
}

TEST_CASE("a matrix of 64 rows takes well under a millisecond", "[linear][.speed]") {
  const Count n = 64;
  auto a = random_matrix<double>(n, n, 8);
  for (Count k = 0; k < n; ++k) a[static_cast<std::size_t>(k * n + k)] += 20;
  const auto b = random_matrix<double>(n, 1, 9);
  const auto time = [](const auto& work) {
    double best = 1;
    for (int k = 0; k < 20; ++k) {
      const auto start = std::chrono::steady_clock::now();
      work();
      best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    return best;
  };
  const double factor = time([&] { run<double>(Routine::cholesky, {1, n, n, 0}, {a.data()}); });
  const double solve = time([&] {
    const auto f = run<double>(Routine::lu, {1, n, n, 0}, {a.data()});
    run<double>(Routine::lu_solve, {1, n, 1, 0}, {nullptr, f.data(), b.data()});
  });
  const double eigen = time([&] { run<double>(Routine::eigh, {1, n, n, 0}, {a.data()}); });
  const double singular = time([&] { run<double>(Routine::svd, {1, n, n, 0}, {a.data()}); });
  WARN("cholesky " << factor * 1e6 << " us, solve " << solve * 1e6 << " us, eigh " << eigen * 1e6
                   << " us, svd " << singular * 1e6 << " us");
  CHECK(factor < 5e-4);
  CHECK(solve < 5e-4);
}

}  // namespace dp::linear
