// Parts read inside of loops: an index over a whole axis renames it, sums of indices that stay inside are
// slices and windows, everything else is read at run time.

#include <algorithm>

#include "passes/vectorize_frame.h"

namespace dp::vectorizer {
namespace {

/// The part of one axis that begins at start, every stride-th element.
Expression slice_of_axis(const Expression& x, std::size_t axis, const Dim& start, const Dim& count,
                         std::int64_t stride) {
  if (start == Dim(0) && count == x.shape()[axis] && stride == 1) return x;
  Shape starts(x.shape().size(), Dim(0)), shape = x.shape();
  Axes strides(shape.size(), 1);
  if (count != Dim(0)) starts[axis] = start;
  shape[axis] = count;
  strides[axis] = stride;
  return slice(x, starts, shape, strides);
}

Batched without_axis(const Batched& x, std::size_t axis) {
  Shape shape = x.value.shape();
  shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(axis));
  return {reshape(x.value, shape), x.loops};
}

/// The axes from `axis` on, as many as there are loops, become these loops.
Batched renamed(const Expression& value, const Loops& present, std::size_t axis, const Loops& loops) {
  Axes order = axes_between(0, present.size());
  const Axes moved = axes_between(axis, axis + loops.size());
  const Axes before = axes_between(present.size(), axis),
             behind = axes_between(axis + loops.size(), value.shape().size());
  for (const Axes& more : {moved, before, behind}) order.insert(order.end(), more.begin(), more.end());
  return {transpose(value, order), concatenated(present, loops)};
}

/// The window form (passes/vectorize.h).
Batched window(Frame& frame, const Batched& x, std::size_t axis, const Affine& position) {
  Loops loops;
  for (const auto& [loop, stride] : position.strides) loops.push_back(loop);
  const Shape shape = frame.extents(loops);
  std::optional<Expression> sum;
  for (std::size_t k = 0; k < loops.size(); ++k) {
    const std::int64_t stride = position.strides.at(loops[k]);
    const Expression count = iota(frame.target, static_cast<std::int64_t>(k), shape);
    const Expression term = stride == 1 ? count : count * number(frame.target, stride, shape);
    sum = sum ? *sum + term : term;
  }
  if (position.constant != Dim(0)) sum = *sum + number(frame.target, position.constant, shape);
  const Attributes along{{"axis", static_cast<std::int64_t>(axis)}};
  const Expression parts{&frame.target, frame.target.add(Op::gather, {x.value.id, sum->id}, along)};
  return renamed(parts, x.loops, axis, loops);
}

/// x's part at a sum of indices that is inside of the axis of the tensor.
Batched cut(Frame& frame, const Batched& x, std::size_t axis, const Affine& position) {
  if (position.strides.size() > 1) return window(frame, x, axis, position);
  if (position.strides.empty())
    return without_axis({slice_of_axis(x.value, axis, position.constant, 1, 1), x.loops}, axis);
  const auto [loop, stride] = *position.strides.begin();
  const Dim count = frame.facts.extent(loop);
  const Dim start = stride > 0 ? position.constant : position.constant + Dim(stride) * (count - Dim(1));
  Expression part = slice_of_axis(x.value, axis, start, count, std::abs(stride));
  if (stride < 0) part = flip(part, {static_cast<std::int64_t>(axis)});
  return renamed(part, x.loops, axis, {loop});
}

/// Whether every loop of the sum is parallel and not among x's.
bool can_cut(const Frame& frame, const Batched& x, const Affine& position) {
  return std::ranges::all_of(position.strides, [&](const auto& term) {
    return !frame.facts.is_scan(term.first) && std::ranges::count(x.loops, term.first) == 0;
  });
}

}  // namespace

Batched emit_at(Frame& frame, const Node& node) {
  Batched x = frame.value(node.operands[0]);
  const Axes& axes = node.integers("axes");
  std::vector<Place> places;
  std::int64_t gone = 0;  // axes of the part that have been cut
  for (std::size_t k = 0; k < axes.size(); ++k) {
    const Id index = node.operands[k + 1];
    const std::int64_t axis = axes[k] - gone;
    const Dim extent = x.part()[static_cast<std::size_t>(axis)];
    const std::optional<Affine> position = frame.facts.affine(index);
    const bool inside = position && frame.facts.is_inside(*position, extent);
    if (inside && can_cut(frame, x, *position)) {
      x = cut(frame, x, x.depth() + static_cast<std::size_t>(axis), *position);
      ++gone;
    } else {
      places.push_back({axis, frame.value(index), inside});
    }
  }
  return places.empty() ? x : read_at(frame, x, places);
}

}  // namespace dp::vectorizer
