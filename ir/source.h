#pragma once
// A graph as a program of the language: one statement a node, with the names that the user gave where they
// can be kept. It is what `dpc grad` prints. It stands here because it needs nothing but the graph; what the
// frontend makes of the text is, after simplification, the same graph again, so that it computes the same
// bits.
//
// Before: the graph is at stage `grad` or `simplified`; it holds no gradients. What the language has no words
// for is a diagnostic, never a program that means something else.

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "ir/graph.h"
#include "support/result.h"

namespace dp {

struct SourceOptions {
  std::string function;                         // the name of the printed function
  std::vector<std::string> doc;                 // lines of its documentation
  Dtype real = Dtype::f32;                      // the precision of the file
  std::map<std::string, Dim> bounds;            // of integer inputs by name: all elements lie in 0 .. bound-1
  std::vector<std::pair<Dim, Dim>> equalities;  // clauses: left == right
  std::vector<std::pair<Dim, Dim>> at_most;     // clauses: left <= right
  std::vector<std::string> result_comments;     // one for each output; may be empty
};

/// A whole file with one function: a parameter for each input (`.` in its name becomes `_`), a result, or a
/// tuple of results, for the outputs. E0901 for what cannot be said.
Result<std::string> write_source(const Graph& graph, const SourceOptions& options);

}  // namespace dp
