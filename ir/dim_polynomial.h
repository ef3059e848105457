#pragma once
// The algebra behind `Dim`: sorted sums of products of atoms, with overflow checks. Seen only by ir/dim*.cpp.
// Functions here know nothing of exact quotients; those are put together from them in dim.cpp.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ir/dim.h"

namespace dp {

struct Dim::Atom {
  enum class Kind : std::uint8_t { name, floor_quotient, remainder, quotient, undefined };
  Kind kind = Kind::name;
  std::string name;
  Dim a, b;  // of quotients and remainders

  std::strong_ordering operator<=>(const Atom& other) const = default;
  bool operator==(const Atom& other) const = default;
};

namespace polynomial {

using AtomPointer = std::shared_ptr<const Dim::Atom>;

struct Power {
  AtomPointer atom;
  int exponent = 1;
};

/// A product of atoms, sorted; the empty product is 1.
using Monomial = std::vector<Power>;

/// Graded lexicographic order, the greatest first: it is kept by multiplication, as division needs.
std::strong_ordering compare(const Monomial& a, const Monomial& b);
Monomial multiply(const Monomial& a, const Monomial& b);
/// `a / b` where `b` divides `a`.
std::optional<Monomial> divide(const Monomial& a, const Monomial& b);
/// The largest product that divides both.
Monomial common(const Monomial& a, const Monomial& b);

}  // namespace polynomial

struct Dim::Term {
  polynomial::Monomial monomial;
  std::int64_t coefficient = 0;
};

namespace polynomial {

using Terms = Dim::Terms;

/// Nothing where a coefficient overflows or there are too many terms.
std::optional<Terms> add(const Terms& a, const Terms& b);
std::optional<Terms> multiply(const Terms& a, const Terms& b);
std::optional<Terms> scale(const Terms& a, std::int64_t factor);

struct Division {
  Terms quotient, remainder;
};
/// a = quotient·b + remainder, no term of the remainder divisible by the leading term of `b`, coefficients of
/// would-be divisible monomials within 0 … |leading coefficient| − 1. Unique for given `a` and `b` ≠ 0.
std::optional<Division> divide(const Terms& a, const Terms& b);

/// The gcd of all coefficients (positive) times the product that divides every term of both sums.
Dim::Term content(const Terms& a, const Terms& b);
/// Every term divided by one that divides them all.
Terms divide_by_content(Terms terms, const Dim::Term& content);

/// The atom, where the sum is a single atom with coefficient 1.
const Dim::Atom* single_atom(const Terms& terms);

}  // namespace polynomial
}  // namespace dp
