#pragma once
// Graphs of the two sides of a rewrite rule, for every scalar type that it speaks of.

#include <vector>

#include "passes/rules.h"

namespace dp::test {

/// Both sides as graphs with the same inputs, one for each letter, named by it; `c` and `d` are constants.
struct RuleSample {
  Dtype dtype;
  Graph pattern, replacement;
};

/// `shape` is that of every letter; `c` and `d` are the constants' values.
std::vector<RuleSample> rule_samples(const Rule& rule, const Shape& shape = {3}, double c = 3, double d = 5);

}  // namespace dp::test
