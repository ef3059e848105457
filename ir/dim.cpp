#include "ir/dim.h"

#include <algorithm>
#include <functional>
#include <limits>

#include "ir/dim_polynomial.h"

namespace dp {
namespace {

using Atom = Dim::Atom;
using Terms = Dim::Terms;
constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();

Dim from_atom(Atom atom) {
  return Dim::from_terms({Dim::Term{{{std::make_shared<const Atom>(std::move(atom)), 1}}, 1}});
}

Dim undefined() { return from_atom({Atom::Kind::undefined}); }

Dim from_checked(std::optional<Terms> terms) {
  return terms ? Dim::from_terms(std::move(*terms)) : undefined();
}

/// The exact quotient that a term stands for, where it is one: such a term has no other factors.
const Atom* as_quotient(const Dim::Term& term) {
  const bool found = term.monomial.size() == 1 && term.monomial[0].atom->kind == Atom::Kind::quotient;
  return found ? term.monomial[0].atom.get() : nullptr;
}

/// A dimension taken apart: its polynomial and its exact quotients.
struct Parts {
  Terms polynomial;
  std::vector<const Atom*> quotients;
};

Parts take_apart(const Terms& terms) {
  Parts parts;
  for (const Dim::Term& term : terms) {
    if (const Atom* quotient = as_quotient(term)) {
      parts.quotients.push_back(quotient);
    } else {
      parts.polynomial.push_back(term);
    }
  }
  return parts;
}

/// Quotients with one denominator become one; its whole part joins the polynomial.
Dim add_quotients(const Parts& a, const Parts& b) {
  Dim whole = from_checked(polynomial::add(a.polynomial, b.polynomial));
  Terms separate;
  for (const Atom* x : a.quotients) {
    Dim numerator = x->a;
    for (const Atom* y : b.quotients) {
      if (y->b == x->b) numerator = numerator + y->a;
    }
    const Dim merged = Dim::quotient(numerator, x->b);
    if (merged.is_undefined()) return merged;
    Parts parts = take_apart(merged.terms());
    whole = whole + Dim::from_terms(std::move(parts.polynomial));
    for (const Atom* y : parts.quotients) separate = *polynomial::add(separate, from_atom(*y).terms());
  }
  for (const Atom* y : b.quotients) {
    const bool merged =
        std::any_of(a.quotients.begin(), a.quotients.end(), [&](const Atom* x) { return x->b == y->b; });
    if (!merged) separate = *polynomial::add(separate, from_atom(*y).terms());
  }
  return whole.is_undefined() ? whole : from_checked(polynomial::add(whole.terms(), separate));
}

/// The product of two exact quotients, each numerator first cancelled against the other's denominator.
Dim multiply_quotients(const Atom& x, const Atom& y) {
  const Dim first = Dim::quotient(x.a, y.b);
  if (first.is_undefined() || take_apart(first.terms()).quotients.empty())
    return first * Dim::quotient(y.a, x.b);
  const Dim second = Dim::quotient(y.a, x.b);
  if (second.is_undefined() || take_apart(second.terms()).quotients.empty()) return first * second;
  return Dim::quotient(x.a * y.a, x.b * y.b);
}

Dim multiply_parts(const Parts& a, const Parts& b) {
  const Dim whole_a = Dim::from_terms(a.polynomial), whole_b = Dim::from_terms(b.polynomial);
  Dim sum = whole_a * whole_b;
  for (const Atom* x : a.quotients) sum = sum + Dim::quotient(x->a * whole_b, x->b);
  for (const Atom* y : b.quotients) sum = sum + Dim::quotient(y->a * whole_a, y->b);
  for (const Atom* x : a.quotients) {
    for (const Atom* y : b.quotients) sum = sum + multiply_quotients(*x, *y);
  }
  return sum;
}

/// The exact quotient of two polynomials.
Dim reduce(Terms a, Terms b) {
  const Dim::Term shared = polynomial::content(a, b);
  a = polynomial::divide_by_content(std::move(a), shared);
  b = polynomial::divide_by_content(std::move(b), shared);
  if (b.front().coefficient < 0) {
    const std::optional<Terms> negative_a = polynomial::scale(a, -1), negative_b = polynomial::scale(b, -1);
    if (!negative_a || !negative_b) return undefined();
    a = *negative_a;
    b = *negative_b;
  }
  const std::optional<polynomial::Division> division = polynomial::divide(a, b);
  if (!division) return undefined();
  const Dim whole = Dim::from_terms(division->quotient);
  if (division->remainder.empty()) return whole;
  const Dim rest =
      from_atom({Atom::Kind::quotient, "", Dim::from_terms(division->remainder), Dim::from_terms(b)});
  return from_checked(polynomial::add(whole.terms(), rest.terms()));
}

Dim denominators(const Parts& parts) {
  Dim product = 1;
  for (const Atom* quotient : parts.quotients) product = product * quotient->b;
  return product;
}

bool either_undefined(const Dim& a, const Dim& b) { return a.is_undefined() || b.is_undefined(); }

/// What a floor quotient or a remainder can be reduced by; nothing where exact quotients stand in the way.
std::optional<polynomial::Division> whole_division(const Dim& a, const Dim& b) {
  const Terms x = a.terms(), y = b.terms();
  if (!take_apart(x).quotients.empty() || !take_apart(y).quotients.empty()) return std::nullopt;
  return polynomial::divide(x, y);
}

Dim rebuild(const Atom& atom, const DimBindings& bindings) {
  switch (atom.kind) {
    case Atom::Kind::name: {
      const auto binding = bindings.find(atom.name);
      return binding == bindings.end() ? Dim::name(atom.name) : binding->second;
    }
    case Atom::Kind::floor_quotient:
      return Dim::floor_quotient(atom.a.substitute(bindings), atom.b.substitute(bindings));
    case Atom::Kind::remainder:
      return Dim::remainder(atom.a.substitute(bindings), atom.b.substitute(bindings));
    case Atom::Kind::quotient: return Dim::quotient(atom.a.substitute(bindings), atom.b.substitute(bindings));
    case Atom::Kind::undefined: break;
  }
  return undefined();
}

bool nonnegative(const Atom& atom) {
  switch (atom.kind) {
    case Atom::Kind::name: return true;
    case Atom::Kind::quotient:
    case Atom::Kind::floor_quotient: return atom.a.provably_nonnegative() && atom.b.provably_nonnegative();
    case Atom::Kind::remainder: return atom.b.provably_nonnegative();
    case Atom::Kind::undefined: break;
  }
  return false;
}

void collect_names(const Dim& dim, std::set<std::string>& names) {
  for (const Dim::Term& term : dim.terms()) {
    for (const polynomial::Power& power : term.monomial) {
      if (power.atom->kind == Atom::Kind::name) names.insert(power.atom->name);
      collect_names(power.atom->a, names);
      collect_names(power.atom->b, names);
    }
  }
}

/// `coefficient * unknown + rest`, where the polynomial has that form.
struct Linear {
  Dim coefficient, rest;
};

std::optional<Linear> linear_in(const Dim& dim, const std::string& unknown) {
  Linear form;
  for (const Dim::Term& term : dim.terms()) {
    const Dim whole = Dim::from_terms({term});
    if (!whole.names().contains(unknown)) {
      form.rest = form.rest + whole;
      continue;
    }
    const std::optional<polynomial::Monomial> others =
        polynomial::divide(term.monomial, Dim::name(unknown).terms()[0].monomial);
    if (!others) return std::nullopt;
    const Dim coefficient = Dim::from_terms({{*others, term.coefficient}});
    if (coefficient.names().contains(unknown)) return std::nullopt;
    form.coefficient = form.coefficient + coefficient;
  }
  return form;
}

std::size_t mix(std::size_t seed, std::size_t value) {
  return (seed ^ value) * 0x9e3779b97f4a7c15u + (seed >> 29);
}

}  // namespace

Dim::Dim(std::int64_t value) : constant_(value) {}

Dim Dim::name(std::string text) { return from_atom({Atom::Kind::name, std::move(text)}); }

Dim Dim::from_terms(Terms terms) {
  if (terms.empty()) return Dim(0);
  if (terms.size() == 1 && terms[0].monomial.empty()) return Dim(terms[0].coefficient);
  Dim dim;
  dim.terms_ = std::make_shared<const Terms>(std::move(terms));
  return dim;
}

Terms Dim::terms() const {
  if (terms_) return *terms_;
  return constant_ == 0 ? Terms{} : Terms{Term{{}, constant_}};
}

Dim operator+(const Dim& a, const Dim& b) {
  if (!a.terms_ && !b.terms_) {
    std::int64_t sum;
    return __builtin_add_overflow(a.constant_, b.constant_, &sum) ? undefined() : Dim(sum);
  }
  if (either_undefined(a, b)) return undefined();
  const Terms x = a.terms(), y = b.terms();
  const Parts parts_x = take_apart(x), parts_y = take_apart(y);
  if (parts_x.quotients.empty() || parts_y.quotients.empty()) return from_checked(polynomial::add(x, y));
  return add_quotients(parts_x, parts_y);
}

Dim Dim::operator-() const { return *this * Dim(-1); }

Dim operator-(const Dim& a, const Dim& b) { return a + -b; }

Dim operator*(const Dim& a, const Dim& b) {
  if (!a.terms_ && !b.terms_) {
    std::int64_t product;
    return __builtin_mul_overflow(a.constant_, b.constant_, &product) ? undefined() : Dim(product);
  }
  if (either_undefined(a, b)) return undefined();
  const Terms x = a.terms(), y = b.terms();
  const Parts parts_x = take_apart(x), parts_y = take_apart(y);
  if (parts_x.quotients.empty() && parts_y.quotients.empty()) return from_checked(polynomial::multiply(x, y));
  return multiply_parts(parts_x, parts_y);
}

Dim Dim::quotient(const Dim& a, const Dim& b) {
  if (either_undefined(a, b) || b == Dim(0)) return undefined();
  if (a == Dim(0)) return a;
  const Terms x = a.terms(), y = b.terms();
  const Parts parts_x = take_apart(x), parts_y = take_apart(y);
  if (!parts_y.quotients.empty()) {
    const Dim common = denominators(parts_y);
    return quotient(a * common, b * common);
  }
  if (parts_x.quotients.empty()) return reduce(x, y);
  Dim sum = quotient(from_terms(parts_x.polynomial), b);
  for (const Atom* part : parts_x.quotients) sum = sum + quotient(part->a, part->b * b);
  return sum;
}

Dim Dim::floor_quotient(const Dim& a, const Dim& b) {
  if (either_undefined(a, b) || b == Dim(0)) return undefined();
  if (const auto divisor = b.constant(); divisor && *divisor < 0) return floor_quotient(-a, -b);
  const std::optional<polynomial::Division> division = whole_division(a, b);
  if (!division) return from_atom({Atom::Kind::floor_quotient, "", a, b});
  const Dim whole = from_terms(division->quotient), rest = from_terms(division->remainder);
  // Division leaves 0 ≤ rest < b of constants, whose floor quotient is 0.
  if (rest == Dim(0) || (rest.is_constant() && b.is_constant())) return whole;
  return whole + from_atom({Atom::Kind::floor_quotient, "", rest, b});
}

Dim Dim::remainder(const Dim& a, const Dim& b) {
  if (either_undefined(a, b) || b == Dim(0)) return undefined();
  if (const auto divisor = b.constant(); divisor && *divisor < 0) return -remainder(-a, -b);
  const std::optional<polynomial::Division> division = whole_division(a, b);
  const Dim rest = division ? from_terms(division->remainder) : a;
  if (rest == Dim(0) || (rest.is_constant() && b.is_constant())) return rest;
  return from_atom({Atom::Kind::remainder, "", rest, b});
}

bool Dim::is_undefined() const {
  const Atom* atom = terms_ ? polynomial::single_atom(*terms_) : nullptr;
  return atom && atom->kind == Atom::Kind::undefined;
}

bool Dim::is_constant() const { return !terms_; }

std::optional<std::int64_t> Dim::constant() const {
  if (terms_) return std::nullopt;
  return constant_;
}

std::optional<std::string> Dim::as_name() const {
  const Atom* atom = terms_ ? polynomial::single_atom(*terms_) : nullptr;
  if (!atom || atom->kind != Atom::Kind::name) return std::nullopt;
  return atom->name;
}

std::set<std::string> Dim::names() const {
  std::set<std::string> names;
  collect_names(*this, names);
  return names;
}

Dim Dim::substitute(const DimBindings& bindings) const {
  if (!terms_) return *this;
  Dim sum = 0;
  for (const Term& term : *terms_) {
    Dim product = term.coefficient;
    for (const polynomial::Power& power : term.monomial) {
      const Dim factor = rebuild(*power.atom, bindings);
      for (int k = 0; k < power.exponent; ++k) product = product * factor;
    }
    sum = sum + product;
  }
  return sum;
}

std::optional<Dim> Dim::solve(const std::string& unknown, const Dim& value) const {
  Dim difference = *this - value;
  difference = difference * denominators(take_apart(difference.terms()));
  const std::optional<Linear> form = linear_in(difference, unknown);
  if (!form || form->coefficient == Dim(0)) return std::nullopt;
  const Dim solution = quotient(-form->rest, form->coefficient);
  if (solution.is_undefined() || (solution.names().empty() && !solution.is_constant())) return std::nullopt;
  return solution;
}

bool Dim::provably_nonnegative() const {
  for (const Term& term : terms()) {
    if (term.coefficient < 0) return false;
    for (const polynomial::Power& power : term.monomial) {
      if (power.exponent % 2 != 0 && !nonnegative(*power.atom)) return false;
    }
  }
  return true;
}

std::size_t Dim::hash() const {
  if (!terms_) return std::hash<std::int64_t>{}(constant_);
  std::size_t seed = 17;
  for (const Term& term : *terms_) {
    seed = mix(seed, static_cast<std::size_t>(term.coefficient));
    for (const polynomial::Power& power : term.monomial) {
      const Atom& atom = *power.atom;
      seed = mix(seed, static_cast<std::size_t>(power.exponent) * 8 + static_cast<std::size_t>(atom.kind));
      seed = mix(seed, std::hash<std::string>{}(atom.name));
      if (atom.kind != Atom::Kind::name) seed = mix(mix(seed, atom.a.hash()), atom.b.hash());
    }
  }
  return seed;
}

bool Dim::operator==(const Dim& other) const { return (*this <=> other) == 0; }

std::strong_ordering Dim::operator<=>(const Dim& other) const {
  if (terms_ == other.terms_) return constant_ <=> other.constant_;
  if (!terms_ || !other.terms_) return static_cast<bool>(terms_) <=> static_cast<bool>(other.terms_);
  for (std::size_t k = 0; k < terms_->size() && k < other.terms_->size(); ++k) {
    const Term &a = (*terms_)[k], &b = (*other.terms_)[k];
    if (const auto order = polynomial::compare(a.monomial, b.monomial); order != 0) return order;
    if (const auto order = a.coefficient <=> b.coefficient; order != 0) return order;
  }
  return terms_->size() <=> other.terms_->size();
}

Dim element_count(const Shape& shape) {
  Dim count = 1;
  for (const Dim& extent : shape) count = count * extent;
  return count;
}

std::optional<std::vector<std::int64_t>> constants(const Shape& shape) {
  std::vector<std::int64_t> sizes;
  for (const Dim& extent : shape) {
    if (!extent.is_constant()) return std::nullopt;
    sizes.push_back(*extent.constant());
  }
  return sizes;
}

}  // namespace dp
