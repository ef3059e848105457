#pragma once
// The working state of `simplify`: a graph under construction in which every new node is simplified as it is
// made, so that what a rule builds is in simplest form by itself. The families of structural simplifications
// are functions over it, each in a file of its own; they look at a node that exists already and say what is
// the same and simpler.

#include <optional>
#include <span>
#include <vector>

#include "passes/patterns.h"
#include "passes/simplify.h"

namespace dp {

struct Simplifier {
  Graph& graph;
  const SimplifyOptions& options;
  int depth = 0;       // of nodes made while another is made
  int fuel = 1000;     // steps left for one old node: rules that feed each other must end
  bool fired = false;  // whether anything was simplified

  /// The simplest known form of that node.
  Id make(Op op, std::vector<Id> operands, Attributes attributes = {});
  /// The simplest known form of a node that exists.
  Id simplest(Id id);

  const Node& node(Id id) const { return graph[id]; }
  const Type& type(Id id) const { return graph[id].type; }

  // Moves that give the operand itself where nothing would move.
  Id broadcast(Id x, std::vector<std::int64_t> axes, Shape shape);
  Id reshape(Id x, Shape shape);
  Id transpose(Id x, std::vector<std::int64_t> permutation);
  Id slice(Id x, Shape start, Shape shape, std::vector<std::int64_t> stride);
};

using Simplified = std::optional<Id>;

// Each looks at a node of its form and gives an equal, simpler one, if it knows one.
Simplified simplify_move(Simplifier& simplifier, Id id);       // reshape, transpose, broadcast, flip, concat
Simplified simplify_window(Simplifier& simplifier, Id id);     // slice, pad
Simplified simplify_index(Simplifier& simplifier, Id id);      // take, gather, scatter_add
Simplified simplify_reduction(Simplifier& simplifier, Id id);  // reductions and contractions
Simplified simplify_pointwise(Simplifier& simplifier, Id id);  // conversions, what goes before a broadcast
Simplified simplify_softmax(Simplifier& simplifier, Id id);    // log(softmax(x)), part of the meaning
Simplified fold(Simplifier& simplifier, Id id);                // constants

}  // namespace dp
