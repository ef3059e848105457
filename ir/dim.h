#pragma once
// A dimension: an integer known now or later, in polynomial normal form, so that equal sizes are equal values:
// `2*n` and `n + n` are the same `Dim`. Atoms are names, and quotients or remainders that cannot be carried out.
// Shared by the checker (proofs), the graph (shapes) and the loop IR (extents).

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
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
  /// `a / b`, taken to be exact: `heads * (d / heads)` is `d`. `b` must not be the constant 0.
  static Dim quotient(const Dim& a, const Dim& b);
  /// The floor quotient and the remainder with the sign of the divisor.
  static Dim floor_quotient(const Dim& a, const Dim& b);
  static Dim remainder(const Dim& a, const Dim& b);

  bool is_constant() const;
  std::optional<std::int64_t> constant() const;
  /// The name, where the dimension is just a name.
  std::optional<std::string> as_name() const;
  std::set<std::string> names() const;

  Dim substitute(const DimBindings& bindings) const;
  /// Solves `*this == value` for the one unknown name, where `*this` is linear in it.
  std::optional<Dim> solve(const std::string& unknown, const Dim& value) const;
  /// True where every value of the names (all ≥ 0) makes it ≥ 0; false where that cannot be told.
  bool provably_nonnegative() const;

  std::string text() const;  // as a user would write it; parses back
  std::size_t hash() const;
  bool operator==(const Dim& other) const;
  std::strong_ordering operator<=>(const Dim& other) const;

  struct Atom;
  struct Monomial;  // sorted atoms with powers

 private:
  // Invariant: sorted by monomial, no zero coefficients. The empty sum is 0. Shared because values are copied often.
  struct Term;
  using Terms = std::vector<Term>;
  explicit Dim(Terms terms);
  std::shared_ptr<const Terms> terms_;  // null for a constant
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
