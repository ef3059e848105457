#pragma once
// The texts of rewrite rules as trees: read once, matched against nodes, and built as nodes. `sqrt(x)^2`
// reads as it is written; see ir/rules.def for what letters and numbers stand for.

#include <array>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "ir/graph.h"

namespace dp {

struct Pattern {
  enum class Kind : std::uint8_t { variable, number, truth, apply };
  Kind kind = Kind::variable;
  char letter = 'x';          // of a variable; `c` and `d` are constants
  double number = 0;          // of a number; 0 or 1 of a truth value
  Op op = Op::neg;            // of an application
  std::int64_t exponent = 0;  // of `power`
  std::vector<Pattern> operands;
};

/// Nothing where the text is no pattern: our mistake, which a test finds.
std::optional<Pattern> parse_pattern(std::string_view text);

/// What the letters stand for.
using Bindings = std::array<Id, 26>;
inline constexpr Bindings unbound = [] {
  Bindings bindings{};
  bindings.fill(no_id);
  return bindings;
}();

/// The bindings under which `id` is what the pattern says, if there are any.
std::optional<Bindings> match(const Graph& graph, Id id, const Pattern& pattern);

/// Makes the nodes of the pattern through `make`, so that each is simplified in its turn. `type` is that of
/// the whole.
using Maker = std::function<Id(Op, std::vector<Id>, Attributes)>;
Id build(Graph& graph, const Pattern& pattern, const Bindings& bindings, const Type& type, const Maker& make);

/// A constant whose elements are all that number (that truth value, for bools).
Id constant_splat(Graph& graph, double value, const Type& type);
/// The literal's one element, where all elements are equal and real.
std::optional<double> real_splat(const Node& node);
/// The same for integers and bools.
std::optional<std::int64_t> integer_splat(const Node& node);

}  // namespace dp
