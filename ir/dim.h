#pragma once
// A dimension: an integer known now or later, in polynomial normal form, so that equal sizes are equal
// values: `2*n` and `n + n` are the same `Dim`. Atoms are names, and quotients or remainders that cannot be
// carried out. Shared by the checker (proofs), the graph (shapes) and the loop IR (extents).
//
// The normal form is a polynomial with integer coefficients plus exact quotients, one for each denominator,
// whose numerators are reduced as far as the denominator divides: `(n - 2)/2 + 1` is `n/2`, and `t*(d/h)` is
// `t*d/h`.

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace dp {

class Dim;
using DimBindings = std::map<std::string, Dim>;

class Dim {
 public:
  Dim(std::int64_t value = 0);
  static Dim name(std::string text);

  friend Dim operator+(const Dim& a, const Dim& b);
  friend Dim operator-(const Dim& a, const Dim& b);
  friend Dim operator*(const Dim& a, const Dim& b);
  Dim operator-() const;
  /// `a / b`, taken to be exact: `heads * (d / heads)` is `d`. A quotient of constants that is not whole, as
  /// `7 / 2`, is kept as it stands and is no constant.
  static Dim quotient(const Dim& a, const Dim& b);
  /// The floor quotient and the remainder with the sign of the divisor.
  static Dim floor_quotient(const Dim& a, const Dim& b);
  static Dim remainder(const Dim& a, const Dim& b);

  /// True for a value that does not exist: divided by 0, beyond 64 bits, or of more terms than are kept.
  /// Whatever is computed from it is undefined too; it prints as `?`.
  bool is_undefined() const;
  bool is_constant() const;
  std::optional<std::int64_t> constant() const;
  /// The name, where the dimension is just a name.
  std::optional<std::string> as_name() const;
  std::set<std::string> names() const;

  Dim substitute(const DimBindings& bindings) const;
  /// Solves `*this == value` for the unknown name, where that is linear in it and has a whole solution.
  std::optional<Dim> solve(const std::string& unknown, const Dim& value) const;
  /// True where every value of the names (all ≥ 0) makes it ≥ 0; false where that cannot be told.
  bool provably_nonnegative() const;

  std::string text() const;  // as a user would write it; parses back
  std::size_t hash() const;
  bool operator==(const Dim& other) const;
  std::strong_ordering operator<=>(const Dim& other) const;

  struct Atom;  // a name, or a quotient or remainder of two dimensions (ir/dim_polynomial.h)
  struct Term;  // a coefficient and a product of atoms
  using Terms = std::vector<Term>;  // sorted, no zero coefficients; the empty sum is 0
  static Dim from_terms(Terms terms);
  Terms terms() const;

 private:
  std::shared_ptr<const Terms> terms_;  // null for a constant; shared because values are copied often
  std::int64_t constant_ = 0;
};

using Shape = std::vector<Dim>;
Dim element_count(const Shape& shape);
std::string text(const Shape& shape);  // "[batch, 2*d]"; "[]" for a scalar
/// The sizes, where all are known.
std::optional<std::vector<std::int64_t>> constants(const Shape& shape);

/// Parses what `Dim::text` prints.
std::optional<Dim> parse_dim(std::string_view text);

}  // namespace dp
