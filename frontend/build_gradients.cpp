// `grad`, `vjp` and `jvp` as level nodes: what they mean is worked out later, by `differentiate`.

#include "frontend/builder.h"
#include "support/assert.h"

namespace dp {

Value Builder::mark(const Value& value) {
  return map_leaves(value, [&](Id id) {
    if (!is_real(graph[id].type.dtype)) return id;
    const Note note_before = graph.note(id);
    const Id marked = graph.add(Op::mark, {id}, {{"id", next_mark_++}});
    graph.annotate(marked, note_before);
    return marked;
  });
}

Value Builder::gradient(const typed::GradExpr& expr, const typed::Expr& whole, Frame& frame) {
  using typed::GradKind;
  const std::vector<Id> results = leaf_ids(evaluate(*expr.of, frame));
  const auto total = [&](const std::vector<Id>& terms) {
    Id sum = terms.at(0);
    for (std::size_t k = 1; k < terms.size(); ++k) sum = graph.add(Op::add, {sum, terms[k]});
    return sum;
  };
  std::vector<Id> with;
  if (expr.with) with = leaf_ids(evaluate(*expr.with, frame));

  if (expr.kind == GradKind::jvp) {
    std::vector<Id> marks;
    for (const auto& wrt : expr.wrt)
      for (Id id : leaf_ids(follow(frame.variables.at(wrt.variable), wrt.path))) marks.push_back(id);
    std::size_t at = 0;
    return tree_of(whole.type, [&] {
      const Id y = results.at(at++);
      std::vector<Id> terms;
      for (std::size_t k = 0; k < marks.size(); ++k)
        terms.push_back(graph.add(Op::jvp, {y, marks[k], with.at(k)}));
      return total(terms);
    });
  }
  DP_ASSERT(expr.kind == GradKind::grad || expr.kind == GradKind::vjp,
            "a kind of gradient that is not built yet");
  if (expr.kind == GradKind::grad) with = {splat(1.0, graph[results.at(0)].type)};
  Value::Parts parts;
  for (const auto& wrt : expr.wrt)
    parts.push_back(map_leaves(follow(frame.variables.at(wrt.variable), wrt.path), [&](Id x) {
      std::vector<Id> terms;
      for (std::size_t k = 0; k < results.size(); ++k)
        terms.push_back(graph.add(Op::vjp, {results[k], x, with.at(k)}));
      return total(terms);
    }));
  return expr.tuple ? Value::tree(std::move(parts)) : std::move(parts.at(0));
}

}  // namespace dp
