#include "ir/dim_polynomial.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <numeric>

namespace dp::polynomial {
namespace {

constexpr std::size_t most_terms = 4096;
constexpr int largest_exponent = 1 << 16;
constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();

std::strong_ordering compare_atoms(const AtomPointer& a, const AtomPointer& b) {
  return a == b ? std::strong_ordering::equal : *a <=> *b;
}

int degree(const Monomial& monomial) {
  int sum = 0;
  for (const Power& power : monomial) sum += power.exponent;
  return sum;
}

/// Appends a term, added to the last where the monomials are equal. False on overflow.
bool accumulate(Terms& terms, const Dim::Term& term) {
  if (terms.empty() || compare(terms.back().monomial, term.monomial) != 0) {
    if (term.coefficient != 0) terms.push_back(term);
    return true;
  }
  std::int64_t& sum = terms.back().coefficient;
  if (__builtin_add_overflow(sum, term.coefficient, &sum)) return false;
  if (sum == 0) terms.pop_back();
  return true;
}

std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
  const std::int64_t quotient = a / b;
  return quotient - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0);
}

/// The factor by which `divisor` is taken away from `term` in one step of division; zero where it does not
/// divide.
std::optional<Dim::Term> step(const Dim::Term& term, const Dim::Term& divisor) {
  std::optional<Monomial> monomial = divide(term.monomial, divisor.monomial);
  if (!monomial) return Dim::Term{};
  if (term.coefficient == lowest && divisor.coefficient == -1) return std::nullopt;
  return Dim::Term{std::move(*monomial), floor_divide(term.coefficient, divisor.coefficient)};
}

}  // namespace

std::strong_ordering compare(const Monomial& a, const Monomial& b) {
  if (const auto order = degree(b) <=> degree(a); order != 0) return order;
  for (std::size_t k = 0; k < a.size() && k < b.size(); ++k) {
    if (const auto order = compare_atoms(a[k].atom, b[k].atom); order != 0) return order;
    if (const auto order = b[k].exponent <=> a[k].exponent; order != 0) return order;
  }
  return a.size() <=> b.size();
}

Monomial multiply(const Monomial& a, const Monomial& b) {
  Monomial product;
  std::size_t i = 0, j = 0;
  while (i < a.size() || j < b.size()) {
    const auto order = i == a.size()   ? std::strong_ordering::greater
                       : j == b.size() ? std::strong_ordering::less
                                       : compare_atoms(a[i].atom, b[j].atom);
    if (order < 0) {
      product.push_back(a[i++]);
    } else if (order > 0) {
      product.push_back(b[j++]);
    } else {
      product.push_back({a[i].atom, a[i].exponent + b[j].exponent});
      ++i, ++j;
    }
  }
  return product;
}

std::optional<Monomial> divide(const Monomial& a, const Monomial& b) {
  Monomial quotient;
  std::size_t j = 0;
  for (const Power& power : a) {
    const bool shared = j < b.size() && compare_atoms(power.atom, b[j].atom) == 0;
    const int exponent = power.exponent - (shared ? b[j++].exponent : 0);
    if (exponent < 0) return std::nullopt;
    if (exponent > 0) quotient.push_back({power.atom, exponent});
  }
  if (j < b.size()) return std::nullopt;
  return quotient;
}

Monomial common(const Monomial& a, const Monomial& b) {
  Monomial shared;
  for (const Power& power : a) {
    const auto other = std::find_if(b.begin(), b.end(), [&](const Power& candidate) {
      return compare_atoms(candidate.atom, power.atom) == 0;
    });
    if (other != b.end()) shared.push_back({power.atom, std::min(power.exponent, other->exponent)});
  }
  return shared;
}

std::optional<Terms> add(const Terms& a, const Terms& b) {
  Terms sorted;
  sorted.reserve(a.size() + b.size());
  std::merge(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(sorted),
             [](const Dim::Term& x, const Dim::Term& y) { return compare(x.monomial, y.monomial) < 0; });
  Terms sum;
  for (const Dim::Term& term : sorted) {
    if (!accumulate(sum, term)) return std::nullopt;
  }
  if (sum.size() > most_terms) return std::nullopt;
  return sum;
}

std::optional<Terms> multiply(const Terms& a, const Terms& b) {
  if (a.size() * b.size() > most_terms) return std::nullopt;
  Terms products;
  for (const Dim::Term& x : a) {
    for (const Dim::Term& y : b) {
      Dim::Term product{multiply(x.monomial, y.monomial)};
      if (__builtin_mul_overflow(x.coefficient, y.coefficient, &product.coefficient)) return std::nullopt;
      if (degree(product.monomial) > largest_exponent) return std::nullopt;
      products.push_back(std::move(product));
    }
  }
  std::sort(products.begin(), products.end(),
            [](const Dim::Term& x, const Dim::Term& y) { return compare(x.monomial, y.monomial) < 0; });
  Terms sum;
  for (const Dim::Term& term : products) {
    if (!accumulate(sum, term)) return std::nullopt;
  }
  return sum;
}

std::optional<Terms> scale(const Terms& a, std::int64_t factor) {
  if (factor == 0) return Terms{};
  Terms product = a;
  for (Dim::Term& term : product) {
    if (__builtin_mul_overflow(term.coefficient, factor, &term.coefficient)) return std::nullopt;
  }
  return product;
}

std::optional<Division> divide(const Terms& a, const Terms& b) {
  Division result;
  Terms rest = a;
  while (!rest.empty()) {
    const std::optional<Dim::Term> factor = step(rest.front(), b.front());
    if (!factor) return std::nullopt;
    if (factor->coefficient == 0) {
      result.remainder.push_back(rest.front());
      rest.erase(rest.begin());
      continue;
    }
    std::optional<Terms> taken = multiply({*factor}, b);
    if (taken) taken = scale(*taken, -1);
    if (taken) taken = add(rest, *taken);
    if (!taken || result.quotient.size() == most_terms) return std::nullopt;
    rest = std::move(*taken);
    result.quotient.push_back(*factor);
  }
  return result;
}

Dim::Term content(const Terms& a, const Terms& b) {
  Dim::Term shared;
  bool first = true;
  for (const Terms* terms : {&a, &b}) {
    for (const Dim::Term& term : *terms) {
      shared.monomial = first ? term.monomial : common(shared.monomial, term.monomial);
      // A gcd of 2^63 has no positive value; 1 is then content enough.
      shared.coefficient = term.coefficient == lowest ? 1 : std::gcd(shared.coefficient, term.coefficient);
      first = false;
    }
  }
  return shared;
}

Terms divide_by_content(Terms terms, const Dim::Term& content) {
  for (Dim::Term& term : terms) {
    term.coefficient /= content.coefficient;
    term.monomial = *divide(term.monomial, content.monomial);
  }
  return terms;
}

const Dim::Atom* single_atom(const Terms& terms) {
  const bool single = terms.size() == 1 && terms[0].coefficient == 1 && terms[0].monomial.size() == 1 &&
                      terms[0].monomial[0].exponent == 1;
  return single ? terms[0].monomial[0].atom.get() : nullptr;
}

}  // namespace dp::polynomial
