// Every rule of ir/rules.def: it can be read, it is found where its pattern stands, and what it claims holds.

#include <catch2/catch.hpp>

#include "ir/infer.h"
#include "ir/print.h"
#include "passes/rules.h"
#include "passes/simplify.h"
#include "tests/support/rule_samples.h"

namespace dp {
namespace {

SimplifyOptions options_for(RuleKind kind) {
  return {.meaning = kind == RuleKind::meaning, .fast_math = kind == RuleKind::real_only};
}

TEST_CASE("patterns read as mathematics", "[rules]") {
  CHECK(parse_pattern("x"));
  CHECK(parse_pattern("-0")->number == 0);
  CHECK(parse_pattern("x^-1")->exponent == -1);
  CHECK(parse_pattern("(x + c) * d")->op == Op::mul);
  CHECK(parse_pattern("-x^2")->op == Op::neg);
  for (const char* text : {"", "x +", "(x", "neg(x, y)", "unknown(x)", "x^y", "x y", "1.2.3"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_pattern(text));
  }
}

TEST_CASE("every rule is found where its pattern stands", "[rules]") {
  for (const Rule& rule : all_rules()) {
    for (const test::RuleSample& sample : test::rule_samples(rule)) {
      CAPTURE(std::string(rule.pattern_text), std::string(name(sample.dtype)));
      const Graph found = simplify(sample.pattern, options_for(rule.kind));
      const Graph expected = simplify(sample.replacement, options_for(rule.kind));
      CHECK(print(found) == print(expected));
      // Another kind of rule does not do it, except where exact rules say as much.
      if (rule.kind != RuleKind::exact) CHECK(print(simplify(sample.pattern, {})) != print(expected));
    }
  }
}

TEST_CASE("rules are found by the ops they mention", "[rules]") {
  const auto mentions = [](Op op, std::string_view pattern) {
    const std::vector<const Rule*> rules = rules_for(op);
    return std::any_of(rules.begin(), rules.end(),
                       [&](const Rule* rule) { return rule->pattern_text == pattern; });
  };
  CHECK(mentions(Op::softplus, "log(1 + exp(x))"));
  CHECK(mentions(Op::norm_root, "norm_root(x)^2"));
  CHECK(mentions(Op::power, "norm_root(x)^2"));
  CHECK_FALSE(mentions(Op::sin, "norm_root(x)^2"));
  CHECK(name(RuleKind::real_only) == "fast-math");
}

}  // namespace
}  // namespace dp
