#include "passes/vectorize_frame.h"

#include <algorithm>

#include "support/assert.h"

namespace dp::vectorizer {
namespace {

bool contains(const Loops& loops, std::int64_t loop) { return std::ranges::count(loops, loop) > 0; }

bool is_leaf(const Node& node) {
  return node.op == Op::constant || node.op == Op::iota || node.op == Op::dim_value;
}

}  // namespace

Batched Frame::value(Id old) {
  const auto found = values.find(old);
  if (found != values.end()) return found->second;
  DP_ASSERT(outer, "`{}` is used outside of its loop", name(source[old].op));
  return read_in(outer->value(old));
}

Batched Frame::read_in(const Batched& outside) {
  return {{&target, import_node(outside.value.id)}, outside.loops};
}

/// Leaves, and leaves repeated, are made again: a body knows its constants.
Id Frame::import_node(Id outside) {
  const auto found = imported.find(outside);
  if (found != imported.end()) return found->second;
  const Node node = outer->target[outside];
  Id here = no_id;
  if (is_leaf(node)) {
    here = target.add(node.op, {}, node.attributes, node.type);
  } else if (node.op == Op::broadcast && is_leaf(outer->target[node.operands[0]])) {
    here = target.add(node.op, {import_node(node.operands[0])}, node.attributes);
  } else {
    here = target.input("read" + std::to_string(read.size()), node.type);
    read.push_back(outside);
  }
  imported.emplace(outside, here);
  return here;
}

bool Frame::has_in_scope(Id old) const {
  return std::ranges::all_of(facts.free().of(old), [&](std::int64_t variable) {
    const Frame* frame = this;
    while (frame && frame->scan != variable) frame = frame->outer;
    return frame || !facts.is_scan(variable);
  });
}

Shape Frame::extents(const Loops& loops) const {
  Shape shape;
  for (const std::int64_t loop : loops) shape.push_back(facts.extent(loop));
  return shape;
}

Loops joined(std::span<const Batched> values) {
  Variables all;
  for (const Batched& value : values) all.insert(value.loops.begin(), value.loops.end());
  const auto has_all = [&](const Batched& value) { return value.depth() == all.size(); };
  const auto found = std::ranges::find_if(values, has_all);
  return found == values.end() ? Loops(all.begin(), all.end()) : found->loops;
}

Loops without(const Loops& loops, const Loops& others) {
  Loops rest = loops;
  std::erase_if(rest, [&](std::int64_t loop) { return contains(others, loop); });
  return rest;
}

Loops shared(const Loops& loops, const Loops& others) { return without(loops, without(loops, others)); }

Loops concatenated(const Loops& loops, const Loops& others) {
  Loops all = loops;
  all.insert(all.end(), others.begin(), others.end());
  return all;
}

Batched aligned(const Frame& frame, const Batched& x, const Loops& loops) {
  if (x.loops == loops) return x;
  const Loops present = shared(loops, x.loops);
  DP_ASSERT(present.size() == x.depth(), "a loop would be lost");
  Axes places;
  for (const std::int64_t loop : present) places.push_back(std::ranges::find(loops, loop) - loops.begin());
  const Axes behind = axes_between(loops.size(), loops.size() + x.rank());
  places.insert(places.end(), behind.begin(), behind.end());
  Shape shape = frame.extents(loops);
  const Shape part = x.part();
  shape.insert(shape.end(), part.begin(), part.end());
  const Axes order = concatenated(axes_of_loops(x, present), axes_between(x.depth(), x.depth() + x.rank()));
  return {broadcast(transpose(x.value, order), places, shape), loops};
}

Axes axes_of_loops(const Batched& x, const Loops& loops) {
  Axes axes;
  for (const std::int64_t loop : loops) axes.push_back(std::ranges::find(x.loops, loop) - x.loops.begin());
  return axes;
}

Axes axes_of_part(const Batched& x, const Axes& part) { return shifted(part, x.depth()); }

Axes shifted(const Axes& axes, std::size_t by) {
  Axes moved = axes;
  for (std::int64_t& axis : moved) axis += static_cast<std::int64_t>(by);
  return moved;
}

Batched closed_over(const Frame& frame, const Batched& x, std::int64_t loop) {
  Loops others = without(x.loops, {loop});
  Batched whole = aligned(frame, x, concatenated(others, {loop}));
  return {whole.value, std::move(others)};
}

Expression number(Graph& graph, const Dim& value, const Shape& shape) {
  if (const auto constant = value.constant()) {
    const Literal literal{std::vector<std::int64_t>{*constant}};
    return {&graph, graph.add(Op::constant, {}, {{"value", literal}}, {Dtype::i64, shape})};
  }
  return broadcast({&graph, graph.add(Op::dim_value, {}, {{"dim", Shape{value}}})}, {}, shape);
}

Batched zeros(const Frame& frame, Dtype dtype, const Loops& loops, const Shape& part) {
  Shape shape = frame.extents(loops);
  shape.insert(shape.end(), part.begin(), part.end());
  return {splat(frame.target, 0, {dtype, shape}), loops};
}

}  // namespace dp::vectorizer
