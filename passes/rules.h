#pragma once
// ir/rules.def as data: the rewrite rules, found by the op at the root of their pattern.

#include <span>
#include <string_view>
#include <vector>

#include "ir/op.h"
#include "passes/patterns.h"

namespace dp {

enum class RuleKind : std::uint8_t { exact, meaning, real_only };

struct Rule {
  RuleKind kind;
  TypeClass types;  // of `x`, or of the result where there is none; `none`: any
  std::string_view pattern_text, replacement_text;
  Pattern pattern, replacement;
};

std::span<const Rule> all_rules();

/// The rules whose pattern has that op at its root.
std::span<const Rule* const> rules_at(Op root);

/// The rules that mention an op, for `dpc explain OP`.
std::vector<const Rule*> rules_for(Op op);

std::string_view name(RuleKind kind);  // "exact", "meaning", "fast-math"

}  // namespace dp
