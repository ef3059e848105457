// The transposes of what reads and writes parts at bound indices. What a loop's steps add up to is not told
// here: the adjoint of a body depends on the loop's index, and `differentiate` sums where an operand does
// not.

#include "passes/derivatives_rules.h"
#include "support/assert.h"

namespace dp::derivative_rules {
namespace {

std::vector<Expression> indices_of(const Application& application) {
  std::vector<Expression> indices;
  for (std::size_t k = 1; k < application.node.operands.size(); ++k)
    indices.push_back(application.operand(k));
  return indices;
}

Adjoint pull_for(const Application& application, const Adjoint& ct) {
  const Node& node = application.node;
  const Expression index = loop_index(*application.graph, node.integer("id"), node.dims("dim")[0]);
  return moved(ct, [&](const Expression& value) { return part_at(value, {index}, {0}); });
}

/// The part's cotangent in its place, zeros around it.
Adjoint pull_at(const Application& application, const Adjoint& ct) {
  const std::vector<Expression> indices = indices_of(application);
  const Shape shape = application.operand(0).shape();
  const auto placed = [&](const Expression& value) {
    return put(value, indices, application.node.integers("axes"), shape);
  };
  const Expression value = placed(ct.value);
  if (ct.guard.is_everywhere()) return {value, {}};
  return {value, Guard::where(placed(ct.guard.expression(*application.graph)))};
}

Adjoint pull_put(const Application& application, const Adjoint& ct) {
  const std::vector<Expression> indices = indices_of(application);
  return moved(ct, [&](const Expression& value) {
    return part_at(value, indices, application.node.integers("axes"));
  });
}

}  // namespace

Adjoint pull_binder(const Application& application, const Adjoint& ct) {
  switch (application.node.op) {
    case Op::for_: return pull_for(application, ct);
    case Op::at: return pull_at(application, ct);
    default: break;
  }
  DP_ASSERT(application.node.op == Op::put, "`{}` has no derivative rule", name(application.node.op));
  return pull_put(application, ct);
}

}  // namespace dp::derivative_rules
