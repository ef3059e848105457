#pragma once
// Loops with bound variables, written in C++ much as they are written in the language.

#include <functional>

#include "passes/expression.h"

namespace dp::test {

/// The body at every value of a new index.
Expression for_of(Graph& graph, const Dim& extent, const std::function<Expression(const Expression&)>& body);
/// The same, summed.
Expression sum_of(Graph& graph, const Dim& extent, const std::function<Expression(const Expression&)>& body);
/// x[i, …] along the first axes.
Expression element(const Expression& x, const std::vector<Expression>& indices);

/// A number, i64.
Expression integer_at(Graph& graph, std::int64_t number);

/// What a step of a scan leaves: the next values of what is carried, and what is stacked.
struct Step {
  std::vector<Expression> next, stacked;
};
using StepFunction = std::function<Step(const Expression& number, const std::vector<Expression>& carried)>;

/// The last values of what is carried, then the stacked ones.
std::vector<Expression> scan_of(Graph& graph, const Dim& extent, const std::vector<Expression>& initial,
                                const StepFunction& step);
/// As long as the condition of what is carried holds, at most `extent` steps.
std::vector<Expression> while_of(Graph& graph, const Dim& extent, const std::vector<Expression>& initial,
                                 const std::function<Expression(const std::vector<Expression>&)>& condition,
                                 const StepFunction& step);

}  // namespace dp::test
