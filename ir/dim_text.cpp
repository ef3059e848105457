// Dimensions as text, and back.

#include <algorithm>
#include <charconv>

#include "ir/dim_polynomial.h"

namespace dp {
namespace {

using Atom = Dim::Atom;
constexpr int deepest = 256;

enum class Context { sum, product };  // what the text is to be placed in

std::string bracketed(const Dim& dim) {
  const bool plain = dim.constant().value_or(-1) >= 0 || polynomial::single_atom(dim.terms());
  const Atom* atom = polynomial::single_atom(dim.terms());
  const bool quotient = atom && (atom->kind == Atom::Kind::quotient || atom->kind == Atom::Kind::remainder);
  return plain && !quotient ? dim.text() : "(" + dim.text() + ")";
}

/// A product that may stand left of `/` or `%`: `2*n`, `n`, `(n + 1)`.
std::string numerator_text(const Dim& dim) { return dim.terms().size() > 1 ? bracketed(dim) : dim.text(); }

std::string atom_text(const Atom& atom, Context context) {
  switch (atom.kind) {
    case Atom::Kind::name: return atom.name;
    case Atom::Kind::floor_quotient: return "floor_div(" + atom.a.text() + ", " + atom.b.text() + ")";
    case Atom::Kind::quotient: return numerator_text(atom.a) + "/" + bracketed(atom.b);
    case Atom::Kind::remainder: {
      const std::string text = bracketed(atom.a) + " % " + bracketed(atom.b);
      return context == Context::product ? "(" + text + ")" : text;
    }
    case Atom::Kind::undefined: break;
  }
  return "?";
}

/// The text of a term without its sign; `magnitude` is the coefficient's.
std::string term_text(const Dim::Term& term, std::uint64_t magnitude) {
  if (term.monomial.empty()) return std::to_string(magnitude);
  const bool alone = magnitude == 1 && term.monomial.size() == 1 && term.monomial[0].exponent == 1;
  std::string text = magnitude == 1 ? "" : std::to_string(magnitude);
  for (const polynomial::Power& power : term.monomial) {
    for (int k = 0; k < power.exponent; ++k) {
      if (!text.empty()) text += "*";
      text += atom_text(*power.atom, alone ? Context::sum : Context::product);
    }
  }
  return text;
}

struct SignedText {
  bool negative;
  bool constant;
  std::string text;
};

const Atom* single_quotient(const Dim::Term& term) {
  const bool found = term.monomial.size() == 1 && term.monomial[0].atom->kind == Atom::Kind::quotient;
  return found ? term.monomial[0].atom.get() : nullptr;
}

SignedText signed_text(const Dim::Term& term) {
  if (const Atom* quotient = single_quotient(term)) {
    const Dim::Terms numerator = quotient->a.terms();
    const bool negative = numerator.size() == 1 && numerator[0].coefficient < 0;
    const Dim shown = negative ? -quotient->a : quotient->a;
    return {negative, false, numerator_text(shown) + "/" + bracketed(quotient->b)};
  }
  const bool negative = term.coefficient < 0;
  const std::uint64_t magnitude = negative ? 0 - static_cast<std::uint64_t>(term.coefficient)
                                           : static_cast<std::uint64_t>(term.coefficient);
  return {negative, term.monomial.empty(), term_text(term, magnitude)};
}

/// Reading goes before the normal form: `n + n/2` is shown as `3*n/2`, `(n + 1)/2 - 1` as `(n - 1)/2`. Whole
/// terms join the numerator of a constant denominator where it has terms of their kind.
Dim::Terms with_whole_terms_joined(Dim::Terms terms) {
  const auto found = std::find_if(terms.begin(), terms.end(), [](const Dim::Term& term) {
    const Atom* quotient = single_quotient(term);
    return quotient && quotient->b.is_constant();
  });
  if (found == terms.end()) return terms;
  const Atom quotient = *single_quotient(*found);
  Dim numerator = quotient.a;
  Dim::Terms others;
  for (const Dim::Term& term : terms) {
    if (&term == &*found) continue;
    const Dim::Terms inside = quotient.a.terms();
    const bool joins =
        !single_quotient(term) && std::any_of(inside.begin(), inside.end(), [&](const Dim::Term& part) {
          return polynomial::compare(part.monomial, term.monomial) == 0;
        });
    const Dim joined = joins ? numerator + quotient.b * Dim::from_terms({term}) : Dim(0);
    if (!joins || joined.is_undefined()) {
      others.push_back(term);
    } else {
      numerator = joined;
    }
  }
  auto atom = std::make_shared<const Atom>(Atom{Atom::Kind::quotient, "", numerator, quotient.b});
  others.insert(others.begin(), Dim::Term{{{std::move(atom), 1}}, 1});
  return others;
}

/// Recursive descent over `+ - * / %`, brackets, names and numbers.
class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) {}

  std::optional<Dim> whole() {
    std::optional<Dim> result = sum(0);
    skip_space();
    return rest_.empty() ? result : std::nullopt;
  }

 private:
  void skip_space() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t')) rest_.remove_prefix(1);
  }

  bool take(char symbol) {
    skip_space();
    if (rest_.empty() || rest_.front() != symbol) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::optional<Dim> sum(int depth) {
    std::optional<Dim> left = product(depth);
    while (left) {
      const bool plus = take('+');
      if (!plus && !take('-')) break;
      const std::optional<Dim> right = product(depth);
      if (!right) return std::nullopt;
      left = plus ? *left + *right : *left - *right;
    }
    return left;
  }

  std::optional<Dim> product(int depth) {
    std::optional<Dim> left = factor(depth);
    while (left) {
      const char symbol = take('*') ? '*' : take('/') ? '/' : take('%') ? '%' : '\0';
      if (symbol == '\0') break;
      const std::optional<Dim> right = factor(depth);
      if (!right) return std::nullopt;
      left = symbol == '*'   ? *left * *right
             : symbol == '/' ? Dim::quotient(*left, *right)
                             : Dim::remainder(*left, *right);
    }
    return left;
  }

  std::optional<Dim> factor(int depth) {
    if (depth > deepest) return std::nullopt;
    if (take('-')) {
      const std::optional<Dim> operand = factor(depth + 1);
      return operand ? std::optional<Dim>(-*operand) : std::nullopt;
    }
    if (take('(')) {
      std::optional<Dim> inner = sum(depth + 1);
      return inner && take(')') ? inner : std::nullopt;
    }
    if (take('?')) return Dim::quotient(0, 0);
    return !rest_.empty() && is_digit(rest_.front()) ? number() : named(depth);
  }

  std::optional<Dim> number() {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc{}) return std::nullopt;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return Dim(value);
  }

  std::optional<Dim> named(int depth) {
    std::size_t length = 0;
    while (length < rest_.size() && is_name_character(rest_[length])) ++length;
    if (length == 0) return std::nullopt;
    std::string text(rest_.substr(0, length));
    rest_.remove_prefix(length);
    if (text != "floor_div" || !take('(')) return Dim::name(std::move(text));
    const std::optional<Dim> a = sum(depth + 1);
    const std::optional<Dim> b = a && take(',') ? sum(depth + 1) : std::nullopt;
    return b && take(')') ? std::optional<Dim>(Dim::floor_quotient(*a, *b)) : std::nullopt;
  }

  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  static bool is_name_character(char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || is_digit(c) || c == '_' || c == '.' || c == '$' || c == '\'' || (c & 0x80) != 0;
  }

  std::string_view rest_;
};

}  // namespace

std::string Dim::text() const {
  if (!terms_) return std::to_string(constant_);
  std::vector<SignedText> parts;
  for (const Term& term : with_whole_terms_joined(*terms_)) parts.push_back(signed_text(term));
  // Positive parts go first, so that `n - k` does not read `-k + n`; constants last, except before a minus.
  std::stable_sort(parts.begin(), parts.end(), [](const SignedText& a, const SignedText& b) {
    const auto rank = [](const SignedText& part) { return part.negative ? 2 : 0; };
    return rank(a) + (a.constant ? 1 : 0) < rank(b) + (b.constant ? 1 : 0);
  });
  if (!parts[0].constant) {
    std::stable_partition(parts.begin(), parts.end(), [](const SignedText& part) { return !part.constant; });
  }
  std::string text;
  for (const SignedText& part : parts) {
    if (text.empty()) {
      text = (part.negative ? "-" : "") + part.text;
    } else {
      text += (part.negative ? " - " : " + ") + part.text;
    }
  }
  return text;
}

std::string text(const Shape& shape) {
  std::string result = "[";
  for (const Dim& extent : shape) result += (result.size() > 1 ? ", " : "") + extent.text();
  return result + "]";
}

std::optional<Dim> parse_dim(std::string_view text) { return Parser(text).whole(); }

}  // namespace dp
