#include "passes/patterns.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>

#include "passes/expression.h"

namespace dp {
namespace {

std::size_t slot(char letter) { return static_cast<std::size_t>(letter - 'a'); }

/// Recursive descent: sums of products of signed powers of names, calls, numbers and brackets.
class PatternParser {
 public:
  explicit PatternParser(std::string_view text) : rest_(text) {}

  std::optional<Pattern> whole() {
    std::optional<Pattern> result = sum();
    skip_space();
    return rest_.empty() ? result : std::nullopt;
  }

 private:
  using Result = std::optional<Pattern>;

  void skip_space() {
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
  }

  bool take(char symbol) {
    skip_space();
    if (!rest_.starts_with(symbol)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  static Pattern apply(Op op, std::vector<Pattern> operands) {
    return {.kind = Pattern::Kind::apply, .op = op, .operands = std::move(operands)};
  }

  Result sum() {
    Result left = product();
    while (left) {
      const bool plus = take('+');
      if (!plus && !take('-')) break;
      const Result right = product();
      if (!right) return std::nullopt;
      left = apply(plus ? Op::add : Op::sub, {*left, *right});
    }
    return left;
  }

  Result product() {
    Result left = sign();
    while (left) {
      const bool times = take('*');
      if (!times && !take('/')) break;
      const Result right = sign();
      if (!right) return std::nullopt;
      left = apply(times ? Op::mul : Op::div, {*left, *right});
    }
    return left;
  }

  Result sign() {
    if (!take('-')) return power();
    Result operand = power();
    if (!operand) return std::nullopt;
    if (operand->kind != Pattern::Kind::number) return apply(Op::neg, {*operand});
    operand->number = -operand->number;
    return operand;
  }

  Result power() {
    Result base = primary();
    if (!base || !take('^')) return base;
    const bool negative = take('-');
    const Result exponent = primary();
    if (!exponent || exponent->kind != Pattern::Kind::number) return std::nullopt;
    Pattern result = apply(Op::power, {*base});
    result.exponent = static_cast<std::int64_t>(negative ? -exponent->number : exponent->number);
    return result;
  }

  Result primary() {
    if (take('(')) {
      Result inner = sum();
      return inner && take(')') ? inner : std::nullopt;
    }
    skip_space();
    const std::size_t length =
        std::min(rest_.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_."), rest_.size());
    const std::string_view word = rest_.substr(0, length);
    rest_.remove_prefix(length);
    if (word.empty()) return std::nullopt;
    if (word[0] >= '0' && word[0] <= '9') return number(word);
    if (word == "inf") return literal(Pattern::Kind::number, std::numeric_limits<double>::infinity());
    if (word == "true" || word == "false") return literal(Pattern::Kind::truth, word == "true" ? 1 : 0);
    if (word.size() == 1) return Pattern{.letter = word[0]};
    return call(word);
  }

  static Pattern literal(Pattern::Kind kind, double value) { return {.kind = kind, .number = value}; }

  static Result number(std::string_view word) {
    double value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc{} || end != word.data() + word.size()) return std::nullopt;
    return literal(Pattern::Kind::number, value);
  }

  Result call(std::string_view word) {
    const std::optional<Op> op = op_from_name(word);
    if (!op || !take('(')) return std::nullopt;
    Pattern result = apply(*op, {});
    do {
      const Result operand = sum();
      if (!operand) return std::nullopt;
      result.operands.push_back(*operand);
    } while (take(','));
    if (!take(')') || static_cast<int>(result.operands.size()) != info(*op).arity) return std::nullopt;
    return result;
  }

  std::string_view rest_;
};

/// Ops that give the same for either order of their operands, bit for bit. Not max and min: max(0, -0) is 0,
/// max(-0, 0) is -0.
bool is_commutative(Op op) {
  switch (op) {
    case Op::add:
    case Op::mul:
    case Op::eq:
    case Op::ne:
    case Op::and_:
    case Op::or_:
    case Op::bit_and:
    case Op::bit_or:
    case Op::bit_xor: return true;
    default: return false;
  }
}

bool is_splat(const Node& node) { return real_splat(node) || integer_splat(node); }

bool is_number(const Node& node, double number) {
  if (const std::optional<double> real = real_splat(node)) {
    const double rounded =
        node.type.dtype == Dtype::f32 ? static_cast<double>(static_cast<float>(number)) : number;
    return std::bit_cast<std::uint64_t>(*real) == std::bit_cast<std::uint64_t>(rounded);
  }
  const std::optional<std::int64_t> integer = integer_splat(node);
  const bool whole =
      std::trunc(number) == number && std::abs(number) < 1e15 && !std::signbit(number == 0 ? number : 0);
  return integer && node.type.dtype != Dtype::boolean && whole &&
         *integer == static_cast<std::int64_t>(number);
}

bool matches(const Graph& graph, Id id, const Pattern& pattern, Bindings& bindings);

bool operands_match(const Graph& graph, const std::vector<Id>& operands, const Pattern& pattern,
                    Bindings& bindings) {
  const Bindings before = bindings;
  for (std::size_t k = 0; k < operands.size(); ++k) {
    if (matches(graph, operands[k], pattern.operands[k], bindings)) continue;
    bindings = before;
    return false;
  }
  return true;
}

bool matches(const Graph& graph, Id id, const Pattern& pattern, Bindings& bindings) {
  const Node& node = graph[id];
  switch (pattern.kind) {
    case Pattern::Kind::number: return is_number(node, pattern.number);
    case Pattern::Kind::truth:
      return node.type.dtype == Dtype::boolean &&
             integer_splat(node) == static_cast<std::int64_t>(pattern.number);
    case Pattern::Kind::variable: {
      Id& bound = bindings[slot(pattern.letter)];
      const bool constant = pattern.letter == 'c' || pattern.letter == 'd';
      if (constant && !is_splat(node)) return false;
      if (bound == no_id) bound = id;
      return bound == id;
    }
    case Pattern::Kind::apply: break;
  }
  if (node.op != pattern.op || node.operands.size() != pattern.operands.size()) return false;
  if (node.op == Op::power && node.integer("exponent") != pattern.exponent) return false;
  if (operands_match(graph, node.operands, pattern, bindings)) return true;
  return is_commutative(node.op) &&
         operands_match(graph, {node.operands[1], node.operands[0]}, pattern, bindings);
}

bool is_literal(const Pattern& pattern) {
  return pattern.kind == Pattern::Kind::number || pattern.kind == Pattern::Kind::truth;
}

/// A number takes the type of its surroundings; a truth value is a bool wherever it stands.
Id build_literal(Graph& graph, const Pattern& pattern, const Type& type) {
  const bool truth = pattern.kind == Pattern::Kind::truth;
  return constant_splat(graph, pattern.number, {truth ? Dtype::boolean : type.dtype, type.shape});
}

}  // namespace

std::optional<Pattern> parse_pattern(std::string_view text) { return PatternParser(text).whole(); }

std::optional<Bindings> match(const Graph& graph, Id id, const Pattern& pattern) {
  Bindings bindings = unbound;
  if (!matches(graph, id, pattern, bindings)) return std::nullopt;
  return bindings;
}

Id build(Graph& graph, const Pattern& pattern, const Bindings& bindings, const Type& type,
         const Maker& make) {
  if (is_literal(pattern)) return build_literal(graph, pattern, type);
  if (pattern.kind == Pattern::Kind::variable) return bindings[slot(pattern.letter)];
  std::vector<Id> operands(pattern.operands.size(), no_id);
  Type operand_type = type;
  for (std::size_t k = 0; k < operands.size(); ++k) {
    if (is_literal(pattern.operands[k])) continue;
    operands[k] = build(graph, pattern.operands[k], bindings, type, make);
    operand_type = graph[operands[k]].type;
  }
  for (std::size_t k = 0; k < operands.size(); ++k) {
    if (operands[k] == no_id) operands[k] = build_literal(graph, pattern.operands[k], operand_type);
  }
  Attributes attributes;
  if (pattern.op == Op::power) attributes.push_back({"exponent", pattern.exponent});
  return make(pattern.op, std::move(operands), std::move(attributes));
}

Id constant_splat(Graph& graph, double value, const Type& type) { return splat(graph, value, type).id; }

std::optional<double> real_splat(const Node& node) {
  if (node.op != Op::constant) return std::nullopt;
  const auto* elements = std::get_if<std::vector<double>>(&node.literal().elements);
  return elements && elements->size() == 1 ? std::optional(elements->front()) : std::nullopt;
}

std::optional<std::int64_t> integer_splat(const Node& node) {
  if (node.op != Op::constant) return std::nullopt;
  const auto* elements = std::get_if<std::vector<std::int64_t>>(&node.literal().elements);
  return elements && elements->size() == 1 ? std::optional(elements->front()) : std::nullopt;
}

}  // namespace dp
