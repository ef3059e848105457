// Checks as effects beside the values, under the condition of the branches around them.

#include <algorithm>

#include "frontend/builder.h"
#include "ir/binders.h"

namespace dp {

Id Builder::taken(const Shape& shape) {
  return taken_ ? spread(*taken_, shape, {}) : splat_integer(1, {Dtype::boolean, shape});
}

void Builder::add_effect(Id effect) {
  if (std::find(graph.effects.begin(), graph.effects.end(), effect) == graph.effects.end())
    graph.effects.push_back(effect);
}

void Builder::check(Op op, Id value, Attributes attributes) {
  if (taken_) {
    const Shape around = graph[*taken_].type.shape;
    if (graph[value].type.rank() == 0) value = spread(value, around, {});
  }
  add_effect(graph.add(op, {value, taken(graph[value].type.shape)}, std::move(attributes)));
}

void Builder::check_point(Op op, const std::vector<Id>& operands) {
  const bool divides = op == Op::floor_div || op == Op::mod || op == Op::rem;
  if (divides && is_integer(graph[operands[1]].type.dtype) && !bounds.never_zero(operands[1]))
    check(Op::check_divisor, operands[1]);
}

void Builder::check_positions(Id x, Id positions, std::int64_t axis) {
  const Dim extent = graph[x].type.shape.at(static_cast<std::size_t>(axis));
  if (!bounds.inside(positions, extent))
    check(Op::check_index, positions, {{"axis", axis}, {"dim", Shape{extent}}});
}

std::vector<Id> Builder::take_effects(std::size_t begin) {
  const auto from = graph.effects.begin() + static_cast<std::ptrdiff_t>(begin);
  std::vector<Id> taken(from, graph.effects.end());
  graph.effects.erase(from, graph.effects.end());
  return taken;
}

void Builder::guard_effects(std::size_t begin, std::int64_t loop, const Dim& extent) {
  if (bounds.never_negative(extent - Dim(1))) return;
  FreeVariables free(graph);
  const std::vector<Id> inside = take_effects(begin);
  for (const Id effect : inside) {
    const Node node = graph[effect];
    if (free.of(effect).contains(loop) || info(node.op).form != Form::effect) {
      graph.effects.push_back(effect);
      continue;
    }
    if (extent == Dim(0)) continue;
    const Id size = graph.add(Op::dim_value, {}, {{"dim", Shape{extent}}});
    const Id some = graph.add(Op::lt, {splat_integer(0, {Dtype::i64, {}}), size});
    std::vector<Id> operands = node.operands;
    if (node.op == Op::assert_)
      operands[0] = point(Op::or_, {operands[0], graph.add(Op::not_, {some})});
    else
      operands[1] = point(Op::and_, {operands[1], some});
    const Note note = graph.note(effect);
    const Id guarded = graph.add(node.op, std::move(operands), node.attributes);
    graph.annotate(guarded, note);
    add_effect(guarded);
  }
}

}  // namespace dp
