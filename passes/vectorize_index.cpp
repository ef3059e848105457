// Reading and writing at positions known at run time. Where the positions and the tensor depend on the same
// loops, these axes and the one indexed are taken as one, and each lane's positions moved on to its part.

#include <algorithm>

#include "passes/vectorize_frame.h"

namespace dp::vectorizer {
namespace {

/// The axes of a part around those indexed.
struct Layout {
  Axes before, taken, behind;
  Shape extents;  // of those taken
  Dim count = 1;  // their product
};

Layout layout_of(const Batched& x, const std::vector<Place>& places) {
  Layout layout;
  const Shape part = x.part();
  for (const Place& place : places) {
    layout.taken.push_back(place.axis);
    layout.extents.push_back(part[static_cast<std::size_t>(place.axis)]);
    layout.count = layout.count * layout.extents.back();
  }
  for (const std::int64_t axis : other_axes(x.rank(), layout.taken))
    (axis < layout.taken[0] ? layout.before : layout.behind).push_back(axis);
  return layout;
}

Loops loops_of(const std::vector<Place>& places) {
  std::vector<Batched> indices;
  for (const Place& place : places) indices.push_back(place.index);
  return joined(indices);
}

bool is_empty(const Shape& shape) {
  return std::ranges::any_of(shape, [](const Dim& extent) { return extent == Dim(0); });
}

Expression moved_inside(const Place& place, const Expression& index, const Dim& extent) {
  if (place.inside) return index;
  const Shape shape = index.shape();
  return clamp(index, number(*index.graph, 0, shape), number(*index.graph, extent - Dim(1), shape));
}

/// The positions in the axes `lanes` and those taken, counted as one axis.
Expression flat_index(const Frame& frame, const Layout& layout, const Loops& lanes, const Loops& loops,
                      const std::vector<Place>& places) {
  const bool alone = lanes.empty() && places.size() == 1;
  if (alone && places[0].inside) return aligned(frame, places[0].index, loops).value;
  std::optional<Expression> flat;
  Dim stride = 1;
  const auto add_term = [&](const Expression& position, const Dim& extent) {
    const Shape shape = position.shape();
    const Expression term = stride == Dim(1) ? position : position * number(*position.graph, stride, shape);
    flat = flat ? *flat + term : term;
    stride = stride * extent;
  };
  for (std::size_t k = places.size(); k-- > 0;) {
    const Expression index = convert(aligned(frame, places[k].index, loops).value, Dtype::i64);
    add_term(moved_inside(places[k], index, layout.extents[k]), layout.extents[k]);
  }
  for (std::size_t k = lanes.size(); k-- > 0;) {
    const auto axis = std::ranges::find(loops, lanes[k]) - loops.begin();
    add_term(iota(frame.target, axis, Shape(flat->shape())), frame.facts.extent(lanes[k]));
  }
  return *flat;
}

Axes in_order(std::initializer_list<Axes> groups) {
  Axes all;
  for (const Axes& group : groups) all.insert(all.end(), group.begin(), group.end());
  return all;
}

/// [own, before, lanes and taken as one, behind]
Expression merged(const Batched& x, const Loops& own, const Loops& lanes, const Layout& layout,
                  const Dim& count) {
  const Axes order = in_order({axes_of_loops(x, own), axes_of_part(x, layout.before), axes_of_loops(x, lanes),
                               axes_of_part(x, layout.taken), axes_of_part(x, layout.behind)});
  const Expression ordered = transpose(x.value, order);
  const Shape shape = ordered.shape();
  const auto first = shape.begin() + static_cast<std::ptrdiff_t>(own.size() + layout.before.size());
  Shape flat(shape.begin(), first);
  flat.push_back(count);
  flat.insert(flat.end(), first + static_cast<std::ptrdiff_t>(lanes.size() + layout.taken.size()),
              shape.end());
  return reshape(ordered, flat);
}

Dim lane_count(const Frame& frame, const Loops& lanes) { return element_count(frame.extents(lanes)); }

/// [own, before, lanes, taken, behind] back to the loops and the part's axes in their order.
Batched split(const Frame& frame, const Expression& flat, const Loops& own, const Loops& lanes,
              const Layout& layout) {
  Shape shape(flat.shape().begin(),
              flat.shape().begin() + static_cast<std::ptrdiff_t>(own.size() + layout.before.size()));
  const Shape rest(flat.shape().begin() + static_cast<std::ptrdiff_t>(shape.size() + 1), flat.shape().end());
  for (const Shape& more : {frame.extents(lanes), layout.extents, rest})
    shape.insert(shape.end(), more.begin(), more.end());
  const std::size_t lanes_at = own.size() + layout.before.size(), taken_at = lanes_at + lanes.size();
  const Axes part_axes = in_order({layout.before, layout.taken, layout.behind});
  Axes order = in_order({axes_between(0, own.size()), axes_between(lanes_at, taken_at)});
  for (std::size_t axis = 0; axis < part_axes.size(); ++axis) {
    const auto k = static_cast<std::size_t>(std::ranges::find(part_axes, static_cast<std::int64_t>(axis)) -
                                            part_axes.begin());
    const bool is_before = k < layout.before.size();
    order.push_back(static_cast<std::int64_t>(own.size() + k + (is_before ? 0 : lanes.size())));
  }
  return {transpose(reshape(flat, shape), order), concatenated(own, lanes)};
}

Expression apply(const Frame& frame, Op op, std::vector<Id> operands, std::size_t axis) {
  const Attributes along{{"axis", static_cast<std::int64_t>(axis)}};
  return {&frame.target, frame.target.add(op, std::move(operands), along)};
}

}  // namespace

Batched read_at(Frame& frame, const Batched& x, const std::vector<Place>& places) {
  const Layout layout = layout_of(x, places);
  const Loops loops = loops_of(places), lanes = shared(x.loops, loops), own = without(x.loops, lanes);
  const std::size_t index_rank = places[0].index.rank();
  const std::size_t behind_own = own.size() + layout.before.size();
  if (is_empty(layout.extents)) {
    const Shape part = x.part(), index = places[0].index.part();
    Shape shape;
    for (const std::int64_t axis : layout.before) shape.push_back(part[static_cast<std::size_t>(axis)]);
    shape.insert(shape.end(), index.begin(), index.end());
    for (const std::int64_t axis : layout.behind) shape.push_back(part[static_cast<std::size_t>(axis)]);
    return zeros(frame, x.dtype(), concatenated(own, loops), shape);
  }
  const Expression index = flat_index(frame, layout, lanes, loops, places);
  const Expression flat = merged(x, own, lanes, layout, lane_count(frame, lanes) * layout.count);
  const Expression result = apply(frame, Op::gather, {flat.id, index.id}, behind_own);
  const Axes order =
      in_order({axes_between(0, own.size()), axes_between(behind_own, behind_own + loops.size()),
                axes_between(own.size(), behind_own),
                axes_between(behind_own + loops.size(),
                             behind_own + loops.size() + index_rank + layout.behind.size())});
  return {transpose(result, order), concatenated(own, loops)};
}

Batched reduced_over(const Frame& frame, Op op, const Batched& x, const Loops& loops) {
  if (loops.empty()) return x;
  const Loops kept = without(x.loops, loops);
  const Batched all = aligned(frame, x, concatenated(kept, loops));
  const Axes axes = axes_between(kept.size(), all.depth());
  if (op == Op::reduce_sum) {
    if (auto sum = sum_of_products(all.value, axes)) return {*sum, kept};
  }
  return {reduce(op, all.value, axes), kept};
}

Batched write_at(Frame& frame, Op op, const Batched& base, const std::vector<Place>& places,
                 const Batched& parts, const Loops& summed) {
  const Layout layout = layout_of(base, places);
  const Loops loops = loops_of(places), lanes = without(loops, summed);
  const Batched left = reduced_over(frame, Op::reduce_sum, parts, without(summed, loops));
  const Loops own = without(without(joined(std::vector{base, left}), loops), summed);
  const Batched whole = aligned(frame, base, concatenated(own, lanes));
  if (is_empty(layout.extents)) return whole;
  const Batched all = aligned(frame, left, concatenated(own, loops));
  const std::size_t before = layout.before.size();
  const Axes order =
      in_order({axes_between(0, own.size()), axes_of_part(all, axes_between(0, before)),
                axes_between(own.size(), all.depth()), axes_of_part(all, axes_between(before, all.rank()))});
  const Expression index = flat_index(frame, layout, lanes, loops, places);
  const Expression flat = merged(whole, own, lanes, layout, lane_count(frame, lanes) * layout.count);
  const Expression result =
      apply(frame, op, {flat.id, index.id, transpose(all.value, order).id}, own.size() + before);
  return split(frame, result, own, lanes, layout);
}

}  // namespace dp::vectorizer
