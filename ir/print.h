#pragma once
// A graph as text, for people and for `parse_graph`. Holds for every stage from `graph` to `planned`: reading
// the text back gives an identical graph, and printing that gives the same bytes. Only live nodes are shown.
//
//   graph loss(x: f32[batch, 4], w: f32[4, 3]) {
//     %logits = dot(x, w) sum_x=[1] sum_y=[0] : f32[batch, 3]  # digits.dp:12
//     %0 = reduce_sum(%logits) axes=[0, 1] : f32
//     donate w to 1
//     return %0, "w": w
//     kernel 0 row -> %0  # one pass over the rows
//     plan arena 64 {
//       %0 arena+0 4
//     }
//   }
//
// Behind the inputs stands the stage, `at simplified`, where it is another than `graph`. A value is called by
// the user's name where no other has it, else by a number, its name behind `#`. An attribute that the type or
// custom gives (see `default_attribute`) is left out.

#include <string>
#include <vector>

#include "ir/graph.h"

namespace dp {

/// `sources`, where given, turns spans into the places behind `#`.
std::string print(const Graph& graph, const Sources* sources = nullptr);

/// What the printer calls each node (`x`, `%logits`, `%7`), by id; empty for nodes that are not live. For
/// messages and pictures, so that all speak of one value by one name.
std::vector<std::string> printed_names(const Graph& graph);

/// One node without its name: `dot(x, w) sum_x=[1] sum_y=[0] : f32[batch, 3]`. A loop's body stands in it as
/// a graph over several lines.
std::string print_node(const Graph& graph, Id id, const std::vector<std::string>& names,
                       const Sources* sources = nullptr);

}  // namespace dp
