// Linear algebra and order in the checker: types, the forms of functions that depend on their arguments, and
// what is said where they do not fit.

#include <catch2/catch.hpp>

#include "tests/frontend/check_samples.h"

namespace dp::tests {
namespace {

using Codes = std::vector<std::string>;

std::string typed_as(const std::string& signature, const std::string& expression) {
  return type_of("fn main(" + signature + ") = " + expression);
}
Codes codes_of(const std::string& signature, const std::string& expression) {
  return check_codes("fn main(" + signature + ") = " + expression);
}

}  // namespace

TEST_CASE("solvers take vectors and matrices, and leading axes", "[check][linear]") {
  CHECK(typed_as("A: real[n, n], b: real[n]", "solve(A, b)") == "real[n]");
  CHECK(typed_as("A: real[n, n], b: real[n, m]", "solve(A, b)") == "real[n, m]");
  CHECK(typed_as("A: real[.., n, n], b: real[.., n]", "solve(A, b)") == "real[.., n]");
  CHECK(typed_as("A: real[k, n, n], b: real[k, n, m]", "triangular_solve(A, b, lower = false)") ==
        "real[k, n, m]");
  CHECK(typed_as("A: real[4, 2], b: real[4]", "lstsq(A, b)") == "real[2]");
  CHECK(typed_as("A: real[2, 4], b: real[2, 7]", "lstsq(A, b)") == "real[4, 7]");
  CHECK(codes_of("A: real[n, m], b: real[n]", "solve(A, b)") == Codes{"E0201"});
  CHECK(codes_of("A: real[n, n], b: real[m]", "solve(A, b)") == Codes{"E0201"});
  CHECK(codes_of("A: real[n, n], b: real[m]", "triangular_solve(A, b)") == Codes{"E0201"});
  CHECK(codes_of("A: real[n, n], b: real[n], c: bool", "triangular_solve(A, b, lower = c)") ==
        Codes{"E0206"});
}

TEST_CASE("factors of tall and wide matrices; where that is open a clause must say it", "[check][linear]") {
  CHECK(typed_as("A: real[5, 3]", "qr(A)") == "(real[5, 3], real[3, 3])");
  CHECK(typed_as("A: real[3, 5]", "qr(A)") == "(real[3, 3], real[3, 5])");
  CHECK(typed_as("A: real[n, n]", "svd(A)") == "(real[n, n], real[n], real[n, n])");
  CHECK(typed_as("A: real[3, 5]", "svd(A)") == "(real[3, 3], real[3], real[3, 5])");
  CHECK(type_of("fn main(A: real[m, n]) where n <= m = svd(A)") == "(real[m, n], real[n], real[n, n])");
  CHECK(type_of("fn main(A: real[m, n]) where m <= n = qr(A)") == "(real[m, m], real[m, n])");
  CHECK(codes_of("A: real[m, n]", "svd(A)").size() == 1);
  CHECK(codes_of("A: real[n]", "svd(A)") == Codes{"E0201"});
  CHECK(typed_as("A: real[.., n, n]", "eigh(A)") == "(real[.., n], real[.., n, n])");
  CHECK(typed_as("A: real[.., n, n]", "det(A)") == "real[..]");
  CHECK(codes_of("A: real[n, m]", "cholesky(A)") == Codes{"E0201"});
}

TEST_CASE("order", "[check][linear]") {
  CHECK(typed_as("x: i32[n, m]", "sort(x, over = 0)") == "i32[n, m]");
  CHECK(typed_as("x: real[.., m]", "argsort(x)") == "i64[.., m]");
  CHECK(typed_as("x: real[7, 5]", "top_k(x, 3)") == "(real[7, 3], i64[7, 3])");
  CHECK(typed_as("x: real[n], y: real[a, b]", "searchsorted(x, y)") == "i64[a, b]");
  CHECK(typed_as("x: real[n], y: real", "searchsorted(x, y)") == "i64");
  CHECK(codes_of("x: real", "sort(x)").size() == 1);
  CHECK(codes_of("x: real[n, m]", "sort(x, over = (0, 1))") == Codes{"E0229"});
  CHECK(codes_of("x: real[5]", "top_k(x, 6)").size() == 1);
  CHECK(codes_of("x: real[n, m]", "searchsorted(x, x)") == Codes{"E0201"});
}

TEST_CASE("einsum", "[check][linear]") {
  CHECK(typed_as("a: real[b, i, j], c: real[b, j, k]", "einsum(\"bij,bjk->bik\", a, c)") == "real[b, i, k]");
  CHECK(typed_as("a: real[n, n]", "einsum(\" i i -> i \", a)") == "real[n]");
  CHECK(typed_as("a: real[n, n]", "einsum(\"ii\", a)") == "real");
  CHECK(typed_as("a: real[n, m]", "einsum(\"ba\", a)") == "real[m, n]");  // the result in alphabetical order
  CHECK(typed_as("a: real[n], b: real[m]", "outer(a, b)") == "real[n, m]");
  CHECK(typed_as("a: i64[n, m], b: i64[m], c: i64[n]", "einsum(\"ij,j,i->ij\", a, b, c)") == "i64[n, m]");
  for (const char* wrong : {"einsum(\"ij->ik\", a)", "einsum(\"ij->ii\", a)", "einsum(\"ijk->i\", a)",
                            "einsum(\"ij,jk->ik\", a)", "einsum(\"ii->i\", a)", "einsum(\"...i->i\", a)"}) {
    INFO(wrong);
    CHECK(codes_of("a: real[n, m]", wrong) == Codes{"E0260"});
  }
  CHECK(codes_of("a: real[n, m]", "einsum(a, a)") == Codes{"E0235"});
}

}  // namespace dp::tests
