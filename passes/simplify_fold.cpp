// Constants folded: what is known is computed here, by the interpreter's own arithmetic, so that not a bit
// differs.

#include <algorithm>

#include "passes/simplifier.h"

namespace dp {
namespace {

Simplified fold_leaf(Simplifier& simplifier, const Node& node) {
  if (node.op == Op::iota) {
    const Dim& extent = node.type.shape[static_cast<std::size_t>(node.integer("axis"))];
    return extent == Dim(1) ? Simplified(splat(simplifier.graph, 0, node.type)) : std::nullopt;
  }
  if (node.op != Op::dim_value) return std::nullopt;
  const auto size = node.dims("dim")[0].constant();
  if (!size) return std::nullopt;
  const Literal literal{std::vector<std::int64_t>{*size}};
  return simplifier.graph.add(Op::constant, {}, {{"value", literal}}, node.type);
}

}  // namespace

Simplified fold(Simplifier& simplifier, Id id) {
  const Node node = simplifier.node(id);
  // An assertion that holds becomes the value it asserts: `rewrite` then drops it from the order of effects.
  if (node.op == Op::assert_ && integer_splat(simplifier.node(node.operands[0])) == 1)
    return node.operands[0];
  return info(node.op).form == Form::leaf ? fold_leaf(simplifier, node) : std::nullopt;
}

}  // namespace dp
