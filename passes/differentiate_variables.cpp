#include "passes/differentiate_variables.h"

#include <algorithm>
#include <iterator>

#include "support/assert.h"

namespace dp {

LoopVariables::LoopVariables(const Graph& graph) : graph_(&graph), free_(graph), next_(next_loop_id(graph)) {}

Variables LoopVariables::of(const Adjoint& adjoint) {
  Variables free = of(adjoint.value.id);
  for (const Id condition : adjoint.guard.conditions()) {
    const Variables& more = of(condition);
    free.insert(more.begin(), more.end());
  }
  return free;
}

Dim LoopVariables::extent(std::int64_t variable) {
  for (; seen_ < graph_->size(); ++seen_) {
    const Node& node = (*graph_)[static_cast<Id>(seen_)];
    if (node.op == Op::index) extents_.insert_or_assign(node.integer("id"), node.dims("dim").at(0));
  }
  const auto place = extents_.find(variable);
  DP_ASSERT(place != extents_.end(), "loop {} has no index", variable);
  return place->second;
}

std::vector<std::int64_t> without(const Variables& all, const Variables& known) {
  std::vector<std::int64_t> rest;
  std::ranges::set_difference(all, known, std::back_inserter(rest));
  return rest;
}

Expression stacked_over(const Expression& x, std::span<const std::int64_t> indices,
                        LoopVariables& variables) {
  Expression stack = x;
  for (std::size_t k = indices.size(); k-- > 0;) {
    stack = for_each(stack, indices[k], variables.extent(indices[k]));
  }
  return stack;
}

Adjoint summed_over_indices(const Adjoint& contribution, const Variables& kept, LoopVariables& variables) {
  const auto reduced = [&](Op op, const Expression& x) {
    const std::vector<std::int64_t> indices = without(variables.of(x.id), kept);
    return reduce(op, stacked_over(x, indices, variables), axes_between(0, indices.size()));
  };
  const Expression sum = reduced(Op::reduce_sum, contribution.value);
  if (contribution.guard.is_everywhere()) return {sum, {}};
  if (without(variables.of(contribution), kept).empty()) return {sum, contribution.guard};
  return {sum, Guard::where(reduced(Op::reduce_any, contribution.guard.expression(*sum.graph)))};
}

}  // namespace dp
