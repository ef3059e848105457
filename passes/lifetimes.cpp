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

namespace {

bool reads(const Graph& graph, const std::vector<bool>& stored, const Kernel& kernel, Id old,
           std::span<const Id> operands) {
  Walk walk{graph, stored, kernel, old};
  for (const Id operand : operands) walk.visit(operand, false);
  return walk.is_met || walk.is_met_elsewhere;
}

/// A loop may carry on in the place of an initial value, where it reads that as nothing else.
bool loop_may_overwrite(const Graph& graph, const Kernel& kernel, Id output, Id old,
                        const std::vector<bool>& stored) {
  const Node& loop = graph[loop_of(graph, kernel)];
  if (graph[output].op != Op::result) return false;
  const auto slot = static_cast<std::size_t>(graph[output].integer("slot"));
  if (slot >= static_cast<std::size_t>(loop.integer("carries")) || loop.operands[slot] != old) return false;
  std::vector<Id> others = loop.operands;
  others.erase(others.begin() + static_cast<std::ptrdiff_t>(slot));
  return !reads(graph, stored, kernel, old, others);
}

/// Parts may be put into the operand in place; what is computed in the same kernel must not read it, unless
/// it is one element, which is there before it is stored.
bool scatter_may_overwrite(const Graph& graph, const Kernel& kernel, Id output, Id old,
                           const std::vector<bool>& stored) {
  const Node& scatter = graph[output];
  if (!is_scatter(scatter.op) || scatter.operands[0] != old || kernel.outputs.size() != 1) return false;
  const bool is_one = element_count(graph[scatter.operands[2]].type.shape) == Dim(1);
  return is_one || !reads(graph, stored, kernel, old, std::span(scatter.operands).subspan(1));
}

}  // namespace

bool may_overwrite(const Graph& graph, const Kernel& kernel, Id output, Id old,
                   const std::vector<bool>& stored) {
  if (!(graph[output].type == graph[old].type)) return false;
  if (kernel.kind == "loop") return loop_may_overwrite(graph, kernel, output, old, stored);
  if (kernel.kind == "scatter") return scatter_may_overwrite(graph, kernel, output, old, stored);
  // Row kernels read an element after others have been written. The epilogue of a product does not
  // (ir/loops.h).
  const bool goes_by_elements = kernel.kind == "map" || kernel.kind == "update" || kernel.kind == "scalar" ||
                                kernel.kind == "matmul" || kernel.kind == "column";
  if (!goes_by_elements) return false;
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
