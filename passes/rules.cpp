#include "passes/rules.h"

#include <algorithm>

#include "support/assert.h"

namespace dp {
namespace {

Rule read(RuleKind kind, TypeClass types, std::string_view pattern_text, std::string_view replacement_text) {
  std::optional<Pattern> pattern = parse_pattern(pattern_text), replacement = parse_pattern(replacement_text);
  const bool whole = pattern && replacement && pattern->kind == Pattern::Kind::apply;
  DP_ASSERT(whole, "rule `{}` -> `{}` cannot be read", pattern_text, replacement_text);
  return {kind, types, pattern_text, replacement_text, std::move(*pattern), std::move(*replacement)};
}

namespace type_names {
constexpr TypeClass REAL = TypeClass::real;
constexpr TypeClass NUMBER = TypeClass::number;
constexpr TypeClass INTEGER = TypeClass::integer;
constexpr TypeClass LOGIC = TypeClass::logic;
constexpr TypeClass ANY = TypeClass::none;
}  // namespace type_names

std::vector<Rule> read_rules() {
  return {
#define EXACT(types, pattern, replacement) read(RuleKind::exact, type_names::types, pattern, replacement),
#define MEANING(types, pattern, replacement) read(RuleKind::meaning, type_names::types, pattern, replacement),
#define REAL_ONLY(types, pattern, replacement) \
  read(RuleKind::real_only, type_names::types, pattern, replacement),
#include "ir/rules.def"
#undef EXACT
#undef MEANING
#undef REAL_ONLY
  };
}

using RulesByRoot = std::vector<std::vector<const Rule*>>;

RulesByRoot sort_by_root() {
  RulesByRoot result(all_ops().size());
  for (const Rule& rule : all_rules()) result[static_cast<std::size_t>(rule.pattern.op)].push_back(&rule);
  return result;
}

bool mentions(const Pattern& pattern, Op op) {
  if (pattern.kind == Pattern::Kind::apply && pattern.op == op) return true;
  return std::any_of(pattern.operands.begin(), pattern.operands.end(),
                     [&](const Pattern& operand) { return mentions(operand, op); });
}

}  // namespace

std::span<const Rule> all_rules() {
  static const std::vector<Rule> rules = read_rules();
  return rules;
}

std::span<const Rule* const> rules_at(Op root) {
  static const RulesByRoot by_root = sort_by_root();
  return by_root[static_cast<std::size_t>(root)];
}

std::vector<const Rule*> rules_for(Op op) {
  std::vector<const Rule*> found;
  for (const Rule& rule : all_rules()) {
    if (mentions(rule.pattern, op) || mentions(rule.replacement, op)) found.push_back(&rule);
  }
  return found;
}

std::string_view name(RuleKind kind) {
  switch (kind) {
    case RuleKind::exact: return "exact";
    case RuleKind::meaning: return "meaning";
    case RuleKind::real_only: return "fast-math";
  }
  return "";
}

}  // namespace dp
