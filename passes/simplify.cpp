#include "passes/simplify.h"

#include <utility>

#include "ir/infer.h"
#include "ir/rewrite.h"
#include "passes/simplifier.h"
#include "support/assert.h"

namespace dp {
namespace {

constexpr int deepest = 32;  // nodes made while making nodes: beyond it they are left as they are
constexpr int most_rounds = 16;

bool applies(const Rule& rule, const SimplifyOptions& options) {
  return rule.kind == RuleKind::exact ||
         (rule.kind == RuleKind::meaning ? options.meaning : options.fast_math);
}

/// The scalar type that a rule's type class speaks of: that of `x`, or of the result.
Dtype rule_dtype(const Graph& graph, Id id, const Bindings& bindings) {
  const Id x = bindings['x' - 'a'];
  return graph[x == no_id ? id : x].type.dtype;
}

Simplified apply_rules(Simplifier& simplifier, Id id) {
  for (const Rule* rule : rules_at(simplifier.node(id).op)) {
    if (!applies(*rule, simplifier.options)) continue;
    const std::optional<Bindings> bindings = match(simplifier.graph, id, rule->pattern);
    if (!bindings || !accepts(rule->types, rule_dtype(simplifier.graph, id, *bindings))) continue;
    const Type type = simplifier.type(id);
    const auto make = [&](Op op, std::vector<Id> operands, Attributes attributes) {
      return simplifier.make(op, std::move(operands), std::move(attributes));
    };
    return build(simplifier.graph, rule->replacement, *bindings, type, make);
  }
  return std::nullopt;
}

Simplified apply_structure(Simplifier& simplifier, Id id) {
  switch (info(simplifier.node(id).op).form) {
    case Form::eval:
    case Form::point:
      if (Simplified found = simplify_softmax(simplifier, id)) return found;
      return simplify_pointwise(simplifier, id);
    case Form::move:
      if (Simplified found = simplify_window(simplifier, id)) return found;
      if (Simplified found = simplify_index(simplifier, id)) return found;
      return simplify_move(simplifier, id);
    case Form::reduce:
    case Form::contract: return simplify_reduction(simplifier, id);
    default: return std::nullopt;
  }
}

/// One equal and simpler node, found by one step.
Simplified step(Simplifier& simplifier, Id id) {
  if (Simplified found = fold(simplifier, id)) return found;
  if (Simplified found = apply_rules(simplifier, id)) return found;
  return apply_structure(simplifier, id);
}

/// Where a new node comes from: every node made for an old one points to the same place of the program.
void annotate_new(Graph& graph, std::size_t first, const Note& note) {
  for (std::size_t k = first; k < graph.size(); ++k) {
    graph.annotate(static_cast<Id>(k), {"", note.span, note.place});
  }
}

/// A loop's step, simplified like the graph around it.
Attributes with_simplified_body(const Node& loop, const SimplifyOptions& options) {
  Attributes attributes = loop.attributes;
  for (Attribute& attribute : attributes) {
    if (LoopBody* body = std::get_if<LoopBody>(&attribute.value))
      body->graph = std::make_shared<const Graph>(simplify(*body->graph, options));
  }
  return attributes;
}

}  // namespace

Id Simplifier::simplest(Id id) {
  if (depth >= deepest || node(id).op == Op::constant || node(id).op == Op::input) return id;
  ++depth;
  while (fuel > 0) {
    const Simplified found = step(*this, id);
    if (!found || *found == id) break;
    --fuel;
    DP_ASSERT(type(*found) == type(id), "simplified `{}` from {} to {}", name(node(id).op), text(type(id)),
              text(type(*found)));
    fired = true;
    id = *found;
  }
  --depth;
  return id;
}

Id Simplifier::make(Op op, std::vector<Id> operands, Attributes attributes) {
  return simplest(graph.add(op, std::move(operands), std::move(attributes)));
}

Graph simplify(const Graph& graph, const SimplifyOptions& options) {
  Graph current = graph;
  for (int round = 0; round < most_rounds; ++round) {
    bool fired = false;
    current = rewrite(current, [&](const Node& node, Id id, std::span<const Id> operands, Graph& target) {
      Simplifier simplifier{target, options};
      const std::size_t first = target.size();
      if (node.op == Op::loop && round == 0) {
        return target.add(node.op, {operands.begin(), operands.end()}, with_simplified_body(node, options));
      }
      const Id result = simplifier.simplest(copy_node(node, operands, target));
      annotate_new(target, first, current.note(id));
      fired = fired || simplifier.fired;
      return result;
    });
    if (!fired) break;
  }
  return current;
}

}  // namespace dp
