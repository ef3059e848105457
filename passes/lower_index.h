#pragma once
// Indices as `lower` computes with them: sums of atoms with whole coefficients, where an atom is a loop
// variable, a floor quotient, or an integer known only at run time. A remainder has no form of its own, `x
// mod c` is `x - c * (x // c)`: so an index taken apart along one shape and put together along another
// cancels to what it was, and reshapes cost nothing. Every atom has a range, which decides quotients and
// bounds.

#include <cstdint>
#include <map>
#include <vector>

#include "passes/lower_expressions.h"

namespace dp {

struct Affine {
  std::int64_t constant = 0;
  std::vector<std::pair<std::uint32_t, std::int64_t>> terms;  // (atom, coefficient ≠ 0), sorted by atom

  auto operator<=>(const Affine&) const = default;
  bool is_constant() const { return terms.empty(); }
};

Affine operator+(const Affine& a, const Affine& b);
Affine operator-(const Affine& a, const Affine& b);
Affine operator*(const Affine& a, std::int64_t factor);
inline Affine whole(std::int64_t value) { return {value, {}}; }

struct Interval {
  std::int64_t low = 0, high = 0;
};

using Index = std::vector<Affine>;  // one an axis
using Extents = std::vector<std::int64_t>;

class Indices {
 public:
  explicit Indices(Expressions& expressions) : expressions_(expressions) {}

  /// A loop variable of 0 .. extent-1; of an extent of 1 it is 0.
  Affine variable(loops::VariableId variable, std::int64_t extent);
  /// An i64 of the program, known to lie in the interval.
  Affine known_at_run_time(loops::ExprId expr, Interval interval);
  Affine floor_div(const Affine& a, std::int64_t divisor);
  Affine mod(const Affine& a, std::int64_t divisor);
  /// The value of the interval that is nearest to an i64 of the program.
  Affine nearest(loops::ExprId expr, Interval interval);
  /// Limited to the interval.
  Affine clamped(const Affine& a, Interval interval);

  Interval range(const Affine& a) const;
  int depth(const Affine& a) const;
  loops::ExprId emit(const Affine& a);
  /// `low <= a <= high`, as far as the range leaves it open.
  loops::ExprId is_within(const Affine& a, Interval interval);

  Affine linear(const Index& index, const Extents& extents);
  Index along(const Affine& linear, const Extents& extents);

  /// The coefficient of a variable; nothing where the variable also stands inside a quotient or a run-time
  /// value.
  std::optional<std::int64_t> slope(const Affine& a, loops::VariableId variable) const;

 private:
  struct Atom {
    enum class Kind { variable, quotient, run_time } kind;
    loops::VariableId variable = 0;
    Affine numerator;
    std::int64_t divisor = 1;
    loops::ExprId expr = 0;
    Interval interval;
    int depth = 0;
    auto key() const { return std::tuple(kind, variable, numerator, divisor, expr); }
  };
  /// `coefficient * (numerator mod divisor)`, found again in a sum.
  struct Remainder {
    std::int64_t coefficient;
    Affine numerator;
    std::int64_t divisor;
    std::uint32_t quotient;  // the atom
  };
  struct Split {
    std::vector<Remainder> remainders;
    Affine rest;
  };
  struct Quotient {
    Affine whole, rest;
  };

  std::uint32_t atom(Atom atom);
  Affine of_atom(std::uint32_t atom) const { return {0, {{atom, 1}}}; }
  Split split(const Affine& a) const;
  std::optional<Remainder> remainder_in(const Affine& a, std::uint32_t quotient,
                                        std::int64_t coefficient) const;
  Affine remainder_of(const Remainder& remainder) const;
  Quotient divide_terms(const Affine& a, std::int64_t divisor);
  std::optional<Affine> without_small(const Affine& a, std::int64_t divisor);
  loops::ExprId arithmetic(Op op, loops::ExprId a, loops::ExprId b);
  loops::ExprId emit_atom(std::uint32_t atom);
  bool mentions(const Affine& a, loops::VariableId variable) const;

  Expressions& expressions_;
  std::vector<Atom> atoms_;
  std::map<std::tuple<Atom::Kind, loops::VariableId, Affine, std::int64_t, loops::ExprId>, std::uint32_t>
      known_;
};

}  // namespace dp
