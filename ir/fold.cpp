#include "ir/fold.h"

#include "ir/evaluate.h"

namespace dp {

std::optional<Literal> known_scalar(const Graph& graph, Id id) {
  const Node& node = graph[id];
  if (node.op == Op::constant && element_count(node.type.shape) == Dim(1)) return node.literal();
  if (node.op == Op::dim_value) {
    const auto size = node.dims("dim").at(0).constant();
    if (!size) return std::nullopt;
    return Literal{std::vector<std::int64_t>{*size}};
  }
  if (!is_pointwise(node.op) || node.type.rank() != 0) return std::nullopt;
  std::vector<Literal> operands;
  for (Id operand : node.operands) {
    auto value = known_scalar(graph, operand);
    if (!value) return std::nullopt;
    operands.push_back(std::move(*value));
  }
  const Dtype from = graph[node.operands[node.op == Op::select ? 1 : 0]].type.dtype;
  return evaluate(node.op, node.attributes, operands, from, node.type.dtype);
}

}  // namespace dp
