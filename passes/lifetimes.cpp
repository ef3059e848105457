#include "passes/lifetimes.h"

#include <algorithm>
#include <set>

#include "passes/kernels.h"

namespace dp {
namespace {

/// Walks from an output to what it reads and sees whether `old` is met, and whether always at the same index.
struct Walk {
  const Graph& graph;
  const std::vector<bool>& stored;
  const Kernel& kernel;
  Id old;
  bool is_met = false, is_met_elsewhere = false;
  std::set<std::pair<Id, bool>> seen;

  void visit(Id id, bool is_same_index) {
    if (!seen.emplace(id, is_same_index).second) return;
    if (id == old) (is_same_index ? is_met : is_met_elsewhere) = true;
    const bool is_output = std::ranges::find(kernel.outputs, id) != kernel.outputs.end();
    if (stored[id] && !is_output) return;
    const Node& node = graph[id];
    const Form form = info(node.op).form;
    const bool keeps_index =
        form == Form::eval || form == Form::point || form == Form::level || node.op == Op::reshape;
    for (const Id operand : node.operands) visit(operand, is_same_index && keeps_index);
  }
};

}  // namespace

Lifetimes lifetimes(const Graph& graph) {
  Lifetimes result;
  result.of.resize(graph.size());
  const std::vector<bool> stored = stored_nodes(graph);
  for (std::size_t k = 0; k < graph.kernels.size(); ++k) {
    for (const Id output : graph.kernels[k].outputs) { result.of[output] = {k, k}; }
    result.reads.push_back(nodes_read(graph, graph.kernels[k], stored));
    for (const Id id : result.reads.back()) result.of[id].last = k;
  }
  return result;
}

bool may_overwrite(const Graph& graph, const Kernel& kernel, Id output, Id old,
                   const std::vector<bool>& stored) {
  // Row kernels read an element after others have been written. The epilogue of a product does not
  // (ir/loops.h).
  const bool goes_by_elements = kernel.kind == "map" || kernel.kind == "update" || kernel.kind == "scalar" ||
                                kernel.kind == "matmul" || kernel.kind == "column";
  if (!goes_by_elements || !(graph[output].type == graph[old].type)) return false;
  bool is_read_here = false;
  for (const Id other : kernel.outputs) {
    Walk walk{graph, stored, kernel, old};
    walk.visit(other, true);
    if (walk.is_met_elsewhere) return false;
    const bool is_same_loop = graph[other].type.shape == graph[output].type.shape;
    if (walk.is_met && !is_same_loop) return false;
    is_read_here = is_read_here || (other == output && walk.is_met);
  }
  return is_read_here;
}

}  // namespace dp
