#pragma once
// The derivative of each op for itself: how a cotangent of the result becomes cotangents of the operands, and
// tangents of the operands a tangent of the result. Pointwise ops have theirs in the op table; those of the
// structural ops are written out in derivatives_*.cpp, under the row's name. Rules only build nodes: which
// operands are asked for, and what several users of a value add up to, is `differentiate`'s business.

#include <optional>
#include <vector>

#include "passes/derivatives_guard.h"
#include "passes/expression.h"

namespace dp {

/// A node that is being differentiated. Holds a copy, since rules add to the graph while they read it.
struct Application {
  Graph* graph;
  Id id;
  Node node;

  Application(Graph& in, Id which) : graph(&in), id(which), node(in[which]) {}
  Expression result() const { return {graph, id}; }
  Expression operand(std::size_t k) const { return {graph, node.operands[k]}; }
};

/// The cotangent of a value: exactly 0 outside the guard.
struct Adjoint {
  Expression value;
  Guard guard;
};

/// Whether the result changes with that operand, and smoothly: both real, and the derivative not 0
/// everywhere. True for an op that should have a derivative and has none.
bool carries_derivative(const Graph& graph, const Node& node, std::size_t operand);

/// Whether the operand's cotangent is the result's times a factor that may be inf or NaN. False only where
/// that is known: moves, sums, choices, factors that are finite constants.
bool may_be_unbounded(const Graph& graph, const Node& node, std::size_t operand);

/// What the operand's adjoint gains from the result's; for an operand that carries a derivative. Has the
/// operand's type.
Adjoint pull_back(const Application& application, std::size_t operand, const Adjoint& ct);

/// The result's tangent from those of the operands that have one, at least one, each an operand that carries
/// a derivative. Has the result's type.
using Tangents = std::vector<std::optional<Expression>>;
Expression push_forward(const Application& application, const Tangents& tangents);

}  // namespace dp
