#include "passes/lower_index.h"

#include <algorithm>
#include <set>

namespace dp {

using loops::ExprId;
using loops::VariableId;

namespace {

std::int64_t floor_quotient(std::int64_t a, std::int64_t b) {
  const std::int64_t quotient = a / b;
  return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
}

}  // namespace

Affine operator+(const Affine& a, const Affine& b) {
  Affine sum{a.constant + b.constant, {}};
  auto x = a.terms.begin(), y = b.terms.begin();
  while (x != a.terms.end() || y != b.terms.end()) {
    if (y == b.terms.end() || (x != a.terms.end() && x->first < y->first)) {
      sum.terms.push_back(*x++);
    } else if (x == a.terms.end() || y->first < x->first) {
      sum.terms.push_back(*y++);
    } else {
      const std::int64_t coefficient = x->second + y->second;
      if (coefficient != 0) sum.terms.emplace_back(x->first, coefficient);
      ++x;
      ++y;
    }
  }
  return sum;
}

Affine operator*(const Affine& a, std::int64_t factor) {
  if (factor == 0) return {};
  Affine product = a;
  product.constant *= factor;
  for (auto& term : product.terms) term.second *= factor;
  return product;
}

Affine operator-(const Affine& a, const Affine& b) { return a + b * -1; }

std::uint32_t Indices::atom(Atom atom) {
  const auto [found, is_new] = known_.emplace(atom.key(), static_cast<std::uint32_t>(atoms_.size()));
  if (is_new) atoms_.push_back(std::move(atom));
  return found->second;
}

Affine Indices::variable(VariableId variable, std::int64_t extent) {
  if (extent == 1) return {};
  const int depth = expressions_.depth(expressions_.variable(variable));
  const Interval interval{0, std::max<std::int64_t>(extent - 1, 0)};
  return of_atom(
      atom({.kind = Atom::Kind::variable, .variable = variable, .interval = interval, .depth = depth}));
}

Affine Indices::known_at_run_time(ExprId expr, Interval interval) {
  if (interval.low == interval.high) return whole(interval.low);
  const int depth = expressions_.depth(expr);
  return of_atom(atom({.kind = Atom::Kind::run_time, .expr = expr, .interval = interval, .depth = depth}));
}

Affine Indices::nearest(ExprId expr, Interval interval) {
  const ExprId not_below = expressions_.op(Op::max, {expr, expressions_.integer(interval.low)});
  const ExprId inside = expressions_.op(Op::min, {not_below, expressions_.integer(interval.high)});
  return known_at_run_time(inside, interval);
}

Indices::Split Indices::split(const Affine& a) const {
  Split result{{}, a};
  for (std::size_t k = 0; k < result.rest.terms.size();) {
    const auto [number, coefficient] = result.rest.terms[k++];
    const auto found = remainder_in(result.rest, number, coefficient);
    if (!found) continue;
    result.rest = result.rest - remainder_of(*found) * found->coefficient;
    result.remainders.push_back(*found);
    k = 0;
  }
  return result;
}

/// The remainder that a term, a negative multiple of a quotient, is the second half of. Of the quotient
/// `(x // c) // d` only `x // (c * d)` is left: its remainder is looked for under both names.
std::optional<Indices::Remainder> Indices::remainder_in(const Affine& a, std::uint32_t quotient,
                                                        std::int64_t coefficient) const {
  const Atom& own = atoms_[quotient];
  if (own.kind != Atom::Kind::quotient || coefficient > 0) return std::nullopt;
  const auto shortens = [&](const Affine& numerator, std::int64_t divisor) -> std::optional<Remainder> {
    if (coefficient % divisor != 0) return std::nullopt;
    const Remainder remainder{-coefficient / divisor, numerator, divisor, quotient};
    const Affine without = a - remainder_of(remainder) * remainder.coefficient;
    return without.terms.size() < a.terms.size() ? std::optional(remainder) : std::nullopt;
  };
  if (const auto found = shortens(own.numerator, own.divisor)) return found;
  for (const auto& [number, factor] : a.terms) {
    const Atom& other = atoms_[number];
    const bool is_finer = other.kind == Atom::Kind::quotient && other.numerator == own.numerator &&
                          other.divisor < own.divisor && own.divisor % other.divisor == 0;
    if (!is_finer) continue;
    if (const auto found = shortens(of_atom(number), own.divisor / other.divisor)) return found;
  }
  return std::nullopt;
}

Affine Indices::remainder_of(const Remainder& remainder) const {
  return remainder.numerator - of_atom(remainder.quotient) * remainder.divisor;
}

Interval Indices::range(const Affine& a) const {
  const Split parts = split(a);
  Interval sum{parts.rest.constant, parts.rest.constant};
  const auto add = [&](std::int64_t coefficient, Interval interval) {
    sum.low += coefficient * (coefficient > 0 ? interval.low : interval.high);
    sum.high += coefficient * (coefficient > 0 ? interval.high : interval.low);
  };
  for (const auto& [number, coefficient] : parts.rest.terms) add(coefficient, atoms_[number].interval);
  for (const Remainder& remainder : parts.remainders) add(remainder.coefficient, {0, remainder.divisor - 1});
  return sum;
}

int Indices::depth(const Affine& a) const {
  int deepest = 0;
  for (const auto& [number, coefficient] : a.terms) deepest = std::max(deepest, atoms_[number].depth);
  return deepest;
}

Indices::Quotient Indices::divide_terms(const Affine& a, std::int64_t divisor) {
  const Split parts = split(a);
  const std::int64_t constant = floor_quotient(a.constant, divisor);
  Quotient result{whole(constant), whole(a.constant - constant * divisor)};
  const auto add = [&](const Affine& unit, std::int64_t coefficient) {
    if (coefficient % divisor == 0) {
      result.whole = result.whole + unit * (coefficient / divisor);
    } else {
      result.rest = result.rest + unit * coefficient;
    }
  };
  for (const auto& [number, coefficient] : parts.rest.terms) add(of_atom(number), coefficient);
  for (const Remainder& remainder : parts.remainders) add(remainder_of(remainder), remainder.coefficient);
  return result;
}

// (g * x + s) // (g * c) is x // c where 0 <= s < g.
std::optional<Affine> Indices::without_small(const Affine& a, std::int64_t divisor) {
  std::set<std::int64_t, std::greater<>> factors;
  const Split parts = split(a);
  for (const auto& term : parts.rest.terms) factors.insert(std::abs(term.second));
  for (const Remainder& remainder : parts.remainders) factors.insert(remainder.coefficient);
  for (const std::int64_t factor : factors) {
    if (factor == 1 || divisor % factor != 0) continue;
    const Quotient quotient = divide_terms(a, factor);
    const Interval small = range(quotient.rest);
    if (small.low >= 0 && small.high < factor) return floor_div(quotient.whole, divisor / factor);
  }
  return std::nullopt;
}

Affine Indices::floor_div(const Affine& a, std::int64_t divisor) {
  if (divisor <= 1) return a;
  const Quotient quotient = divide_terms(a, divisor);
  const Interval left = range(quotient.rest);
  if (left.low >= 0 && left.high < divisor) return quotient.whole;
  if (const auto simpler = without_small(quotient.rest, divisor)) return quotient.whole + *simpler;
  Atom own{.kind = Atom::Kind::quotient, .numerator = quotient.rest, .divisor = divisor};
  const bool is_one_atom =
      quotient.rest.constant == 0 && quotient.rest.terms.size() == 1 && quotient.rest.terms[0].second == 1;
  const Atom* inner = is_one_atom ? &atoms_[quotient.rest.terms[0].first] : nullptr;
  if (inner != nullptr && inner->kind == Atom::Kind::quotient) {
    own.numerator = inner->numerator;
    own.divisor = inner->divisor * divisor;
  }
  own.interval = {floor_quotient(left.low, divisor), floor_quotient(left.high, divisor)};
  own.depth = depth(quotient.rest);
  return quotient.whole + of_atom(atom(std::move(own)));
}

Affine Indices::mod(const Affine& a, std::int64_t divisor) {
  if (divisor <= 1) return {};
  return a - floor_div(a, divisor) * divisor;
}

Affine Indices::clamped(const Affine& a, Interval interval) {
  const Interval own = range(a);
  if (own.low >= interval.low && own.high <= interval.high) return a;
  ExprId expr = emit(a);
  if (own.low < interval.low) expr = expressions_.op(Op::max, {expr, expressions_.integer(interval.low)});
  if (own.high > interval.high) expr = expressions_.op(Op::min, {expr, expressions_.integer(interval.high)});
  return known_at_run_time(expr, interval);
}

ExprId Indices::arithmetic(Op op, ExprId a, ExprId b) {
  const ExprId expr = expressions_.op(op, {a, b});
  expressions_.mark_index(expr);
  return expr;
}

ExprId Indices::emit_atom(std::uint32_t number) {
  const Atom own = atoms_[number];
  if (own.kind == Atom::Kind::variable) return expressions_.variable(own.variable);
  if (own.kind == Atom::Kind::run_time) return own.expr;
  return arithmetic(Op::floor_div, emit(own.numerator), expressions_.integer(own.divisor));
}

ExprId Indices::emit(const Affine& a) {
  const Split parts = split(a);
  std::vector<std::pair<ExprId, std::int64_t>> units;
  for (const auto& [number, coefficient] : parts.rest.terms)
    units.emplace_back(emit_atom(number), coefficient);
  for (const Remainder& remainder : parts.remainders) {
    const ExprId divisor = expressions_.integer(remainder.divisor);
    units.emplace_back(arithmetic(Op::mod, emit(remainder.numerator), divisor), remainder.coefficient);
  }
  // As one writes it: the slowest first, and what is subtracted last.
  std::ranges::stable_sort(units, std::greater(), [](const auto& unit) { return unit.second; });
  std::optional<ExprId> sum;
  const auto add = [&](ExprId unit, std::int64_t coefficient) {
    const bool is_subtracted = coefficient < 0 && sum.has_value();
    const std::int64_t factor = is_subtracted ? -coefficient : coefficient;
    if (factor != 1) unit = arithmetic(Op::mul, unit, expressions_.integer(factor));
    sum = sum ? arithmetic(is_subtracted ? Op::sub : Op::add, *sum, unit) : unit;
  };
  for (const auto& [unit, coefficient] : units) add(unit, coefficient);
  if (!sum) return expressions_.integer(parts.rest.constant);
  const std::int64_t constant = parts.rest.constant;
  if (constant != 0) {
    sum = arithmetic(constant < 0 ? Op::sub : Op::add, *sum, expressions_.integer(std::abs(constant)));
  }
  return *sum;
}

ExprId Indices::is_within(const Affine& a, Interval interval) {
  const Interval own = range(a);
  ExprId condition = expressions_.truth(own.high >= interval.low && own.low <= interval.high);
  if (own.low < interval.low) {
    condition =
        expressions_.both(condition, expressions_.op(Op::le, {expressions_.integer(interval.low), emit(a)}));
  }
  if (own.high > interval.high) {
    condition =
        expressions_.both(condition, expressions_.op(Op::le, {emit(a), expressions_.integer(interval.high)}));
  }
  return condition;
}

Affine Indices::linear(const Index& index, const Extents& extents) {
  Affine sum;
  for (std::size_t k = 0; k < extents.size(); ++k) sum = sum * extents[k] + index[k];
  return sum;
}

Index Indices::along(const Affine& linear, const Extents& extents) {
  Index index(extents.size());
  Affine left = linear;
  for (std::size_t k = extents.size(); k-- > 0;) {
    // The slowest axis needs no remainder: the range says so, and what cannot lie outside is not looked at
    // again.
    index[k] = k == 0 ? left : mod(left, extents[k]);
    left = floor_div(left, extents[k]);
  }
  return index;
}

bool Indices::mentions(const Affine& a, VariableId variable) const {
  return std::ranges::any_of(a.terms, [&](const auto& term) {
    const Atom& own = atoms_[term.first];
    if (own.kind == Atom::Kind::variable) return own.variable == variable;
    return own.kind == Atom::Kind::quotient ? mentions(own.numerator, variable)
                                            : expressions_.mentions(own.expr, variable);
  });
}

std::optional<std::int64_t> Indices::slope(const Affine& a, VariableId variable) const {
  std::int64_t result = 0;
  for (const auto& [number, coefficient] : a.terms) {
    const Atom& own = atoms_[number];
    if (own.kind == Atom::Kind::variable && own.variable == variable) {
      result = coefficient;
    } else if (own.kind != Atom::Kind::variable && mentions(of_atom(number), variable)) {
      return std::nullopt;
    }
  }
  return result;
}

}  // namespace dp
