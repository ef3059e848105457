// Parts laid into zeros inside of loops, the transposes of reads, and their sums over loops, which are never
// made as one large tensor for every step: an index that is summed over and is the position itself renames an
// axis, a sum of such indices lays parts side by side, or pads and adds overlapping ones, everything else is
// added at run time.

#include <algorithm>
#include <limits>

#include "passes/patterns.h"
#include "passes/vectorize_frame.h"

namespace dp::vectorizer {
namespace {

/// Parts on their way into a larger shape. The axes of their part are those of the result that are `present`,
/// ascending; places say where to put the others.
struct Parts {
  Batched value;
  Axes present;
  Loops summed;  // the loops that are still to be summed over
  Op combine;    // reduce_sum or reduce_any
};

struct Target {
  std::int64_t axis;
  Id index;  // in the source
};

Expression pad_axis(const Expression& x, std::size_t axis, const Dim& low, const Dim& extent,
                    std::int64_t stride) {
  if (x.shape()[axis] == extent && low == Dim(0) && stride == 1) return x;
  Shape lows(x.shape().size(), Dim(0)), shape = x.shape();
  Axes strides(shape.size(), 1);
  if (x.shape()[axis] != Dim(0)) lows[axis] = low;
  shape[axis] = extent;
  strides[axis] = stride;
  return pad(x, lows, shape, strides);
}

/// An axis of one element.
Expression with_axis(const Expression& x, std::size_t axis) {
  Shape shape = x.shape();
  shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(axis), Dim(1));
  return reshape(x, shape);
}

/// The loops, longest first as far as that is known, become axes of the part, in reverse order: the first
/// last.
Expression as_axes(const Frame& frame, Parts& parts, std::size_t place, const Loops& loops) {
  const Loops rest = without(parts.value.loops, loops);
  Batched all = aligned(frame, parts.value, concatenated(rest, Loops(loops.rbegin(), loops.rend())));
  Axes order = axes_between(0, rest.size());
  const std::size_t part = all.depth(), end = part + all.rank();
  for (const Axes& more :
       {axes_between(part, part + place), axes_between(rest.size(), part), axes_between(part + place, end)})
    order.insert(order.end(), more.begin(), more.end());
  parts.value.loops = rest;
  parts.summed = without(parts.summed, loops);
  return transpose(all.value, order);
}

/// Rows of x, axes [count, extent + stride], each laid `stride` further on, added up: [extent]. Read in rows
/// of `extent` elements, row k of `extent + stride` elements begins stride * k later.
Expression overlapped(Op combine, const Expression& x, std::size_t axis, const Dim& extent) {
  const Shape shape = x.shape();
  const auto at = static_cast<std::ptrdiff_t>(axis);
  const Dim count = shape[axis];
  Shape flat(shape.begin(), shape.begin() + at), rows = flat;
  flat.push_back(count * shape[axis + 1]);
  rows.insert(rows.end(), {count, extent});
  flat.insert(flat.end(), shape.begin() + at + 2, shape.end());
  rows.insert(rows.end(), shape.begin() + at + 2, shape.end());
  Shape cut = flat;
  cut[axis] = count * extent;
  const Expression row = slice(reshape(x, flat), Shape(flat.size(), Dim(0)), cut, Axes(flat.size(), 1));
  return reduce(combine, reshape(row, rows), {static_cast<std::int64_t>(axis)});
}

/// Windows side by side: the loop over them, and the loop within, which is no longer than they lie apart.
struct SideBySide {
  std::int64_t windows, inner, stride, size, count, low;
};

std::optional<SideBySide> side_by_side(const Frame& frame, const Affine& position) {
  if (position.strides.size() != 2) return std::nullopt;
  std::pair<std::int64_t, std::int64_t> within = *position.strides.begin(),
                                        around = *position.strides.rbegin();
  if (within.second != 1) std::swap(within, around);
  const auto [inner, stride] = within;
  const auto [windows, apart] = around;
  const auto size = frame.facts.extent(inner).constant(), count = frame.facts.extent(windows).constant(),
             low = position.constant.constant();
  if (stride != 1 || !size || !count || !low || *size > apart) return std::nullopt;
  return SideBySide{windows, inner, apart, *size, *count, *low};
}

/// Nothing is added: each window's elements have places of their own.
void lay_side_by_side(const Frame& frame, Parts& parts, std::size_t place, const SideBySide& lying,
                      const Dim& extent) {
  Expression value = as_axes(frame, parts, place, {lying.inner, lying.windows});
  const std::size_t axis = parts.value.depth() + place;
  value = pad_axis(value, axis + 1, 0, lying.stride, 1);
  Shape shape = value.shape();
  shape[axis] = lying.count * lying.stride;
  shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(axis) + 1);
  value = reshape(value, shape);
  shape[axis] = (lying.count - 1) * lying.stride + lying.size;
  value = slice(value, Shape(shape.size(), Dim(0)), shape, Axes(shape.size(), 1));
  parts.value.value = pad_axis(value, axis, lying.low, extent, 1);
}

/// Parts put at a sum of indices that are all summed over: the longest axis padded, the others added
/// overlapping.
void lay(const Frame& frame, Parts& parts, std::size_t place, const Affine& position, const Dim& extent) {
  if (const auto lying = side_by_side(frame, position))
    return lay_side_by_side(frame, parts, place, *lying, extent);
  Loops loops;
  for (const auto& [loop, stride] : position.strides) loops.push_back(loop);
  const auto known = [&](std::int64_t loop) {
    return frame.facts.extent(loop).constant().value_or(std::numeric_limits<std::int64_t>::max());
  };
  std::ranges::stable_sort(loops, [&](std::int64_t a, std::int64_t b) { return known(a) > known(b); });
  Expression value = as_axes(frame, parts, place, loops);
  const std::size_t first = parts.value.depth() + place;
  Dim low = position.constant;
  for (std::size_t k = 0; k < loops.size(); ++k) {
    const std::int64_t stride = position.strides.at(loops[k]);
    if (stride > 0) continue;
    low = low + Dim(stride) * (frame.facts.extent(loops[k]) - Dim(1));
    value = flip(value, {static_cast<std::int64_t>(first + loops.size() - 1 - k)});
  }
  for (std::size_t k = 0; k < loops.size(); ++k) {
    const std::int64_t stride = k == 0 ? std::abs(position.strides.at(loops[0])) : 1;
    const std::int64_t next = k + 1 < loops.size() ? std::abs(position.strides.at(loops[k + 1])) : 0;
    value = pad_axis(value, first + loops.size() - 1 - k, k == 0 ? low : Dim(0), extent + Dim(next), stride);
    if (next > 0) value = overlapped(parts.combine, value, first + loops.size() - 2 - k, extent);
  }
  parts.value.value = value;
}

/// The position, where it is a sum of indices known to be inside and to be nobody else's.
std::optional<Affine> position_to_lay(Frame& frame, const Parts& parts, const Target& target,
                                      const Dim& extent, const std::vector<Target>& others) {
  const std::optional<Affine> position = frame.facts.affine(target.index);
  if (!position || !frame.facts.is_inside(*position, extent)) return std::nullopt;
  for (const auto& [loop, stride] : position->strides) {
    if (std::ranges::count(parts.summed, loop) == 0) return std::nullopt;
    for (const Target& other : others)
      if (other.axis != target.axis && frame.facts.lanes(other.index).contains(loop)) return std::nullopt;
  }
  return position;
}

/// Puts the axes whose positions are sums of two indices, where the parts are products of an image and a
/// kernel.
void put_products(Frame& frame, Parts& parts, const std::vector<Target>& targets, const Shape& shape) {
  if (parts.combine != Op::reduce_sum) return;
  std::vector<Overlap> overlaps;
  Axes laid;
  Loops loops;
  for (const Target& target : targets) {
    const Dim extent = shape[static_cast<std::size_t>(target.axis)];
    const auto position = position_to_lay(frame, parts, target, extent, targets);
    if (!position || position->strides.size() != 2) continue;
    overlaps.push_back({*position, extent});
    laid.push_back(target.axis);
    for (const auto& [loop, stride] : position->strides) loops.push_back(loop);
  }
  const std::optional<Batched> sum = sum_of_overlaps(frame, parts.value, overlaps);
  if (!sum) return;
  const Axes now = concatenated(laid, parts.present);
  Axes order = axes_between(0, sum->depth());
  parts.present = now;
  std::ranges::sort(parts.present);
  for (const std::int64_t axis : parts.present)
    order.push_back(std::ranges::find(now, axis) - now.begin() + static_cast<std::int64_t>(sum->depth()));
  parts.value = {transpose(sum->value, order), sum->loops};
  parts.summed = without(parts.summed, loops);
}

/// Puts one axis where that is possible without looking at positions at run time.
bool put_axis(Frame& frame, Parts& parts, const Target& target, const Dim& extent,
              const std::vector<Target>& others) {
  const std::optional<Affine> position = position_to_lay(frame, parts, target, extent, others);
  if (!position) return false;
  const auto place = static_cast<std::size_t>(
      std::ranges::count_if(parts.present, [&](std::int64_t axis) { return axis < target.axis; }));
  if (position->strides.empty()) {
    const std::size_t axis = parts.value.depth() + place;
    parts.value.value = pad_axis(with_axis(parts.value.value, axis), axis, position->constant, extent, 1);
  } else {
    lay(frame, parts, place, *position, extent);
  }
  parts.present.insert(parts.present.begin() + static_cast<std::ptrdiff_t>(place), target.axis);
  return true;
}

/// One part for each lane, in zeros elsewhere: chosen where every index is at its position.
Batched chosen(Frame& frame, const Batched& parts, const std::vector<Place>& places, const Shape& shape) {
  std::vector<Batched> all{parts};
  for (const Place& place : places) all.push_back(place.index);
  const Loops loops = joined(all);
  Shape whole = frame.extents(loops);
  whole.insert(whole.end(), shape.begin(), shape.end());
  std::optional<Expression> here;
  Axes taken;
  for (const Place& place : places) {
    const Axes lanes = axes_between(0, loops.size());
    const Expression index = convert(aligned(frame, place.index, loops).value, Dtype::i64);
    const Shape lane_shape = index.shape();
    const Dim last = shape[static_cast<std::size_t>(place.axis)] - Dim(1);
    const Expression inside = place.inside ? index
                                           : clamp(index, number(frame.target, 0, lane_shape),
                                                   number(frame.target, last, lane_shape));
    const auto axis = place.axis + static_cast<std::int64_t>(loops.size());
    const Expression is_here = iota(frame.target, axis, whole) == broadcast(inside, lanes, whole);
    here = here ? *here & is_here : is_here;
    taken.push_back(axis);
  }
  const Expression value =
      broadcast(aligned(frame, parts, loops).value, other_axes(whole.size(), taken), whole);
  return {select(*here, value, zero(value)), loops};
}

/// What could not be laid: chosen by lane, or added at run time.
Batched put_at_run_time(Frame& frame, const Parts& parts, const std::vector<Place>& places,
                        const Shape& shape) {
  const bool by_lane =
      std::ranges::any_of(places, [](const Place& place) { return !place.index.loops.empty(); });
  if (parts.summed.empty() && by_lane) return chosen(frame, parts.value, places, shape);
  const bool is_bool = parts.value.dtype() == Dtype::boolean;
  const Batched value{is_bool ? convert(parts.value.value, Dtype::i32) : parts.value.value,
                      parts.value.loops};
  const Batched none = zeros(frame, value.dtype(), {}, shape);
  const Batched sum = write_at(frame, Op::scatter_add, none, places, value, parts.summed);
  return is_bool ? Batched{sum.value != zero(sum.value), sum.loops} : sum;
}

/// A `put`, combined over the loops in `summed`.
Batched put_parts(Frame& frame, const Node& put, const Loops& summed, Op combine) {
  const Shape shape = put.dims("shape");
  const Axes& axes = put.integers("axes");
  std::vector<Target> targets;
  Variables placing;
  for (std::size_t k = 0; k < axes.size(); ++k) {
    targets.push_back({axes[k], put.operands[k + 1]});
    const Variables& lanes = frame.facts.lanes(put.operands[k + 1]);
    placing.insert(lanes.begin(), lanes.end());
  }
  // What the place does not depend on is summed first: it may be a product of matrices.
  const Batched part = frame.value(put.operands[0]);
  const Loops idle = without(shared(part.loops, summed), Loops(placing.begin(), placing.end()));
  Parts parts{reduced_over(frame, combine, part, idle), other_axes(shape.size(), axes), without(summed, idle),
              combine};
  put_products(frame, parts, targets, shape);
  std::vector<Place> places;
  for (const Target& target : targets) {
    if (std::ranges::count(parts.present, target.axis) > 0) continue;
    const Dim extent = shape[static_cast<std::size_t>(target.axis)];
    if (put_axis(frame, parts, target, extent, targets)) continue;
    const std::optional<Affine> position = frame.facts.affine(target.index);
    const bool inside = position && frame.facts.is_inside(*position, extent);
    places.push_back({target.axis, frame.value(target.index), inside});
  }
  if (places.empty()) return reduced_over(frame, combine, parts.value, parts.summed);
  return put_at_run_time(frame, parts, places, shape);
}

}  // namespace

Batched emit_put(Frame& frame, const Node& node) { return put_parts(frame, node, {}, Op::reduce_sum); }

std::optional<Batched> sum_of_puts(Frame& frame, const Node& node) {
  if (node.op != Op::reduce_sum && node.op != Op::reduce_any) return std::nullopt;
  Loops loops;
  Id id = node.operands[0];
  for (; frame.source[id].op == Op::for_; id = frame.source[id].operands[0])
    loops.push_back(frame.source[id].integer("id"));
  const Axes& axes = node.integers("axes");
  const bool over_loops =
      frame.source[id].op == Op::put && axes.size() <= loops.size() && axes == axes_between(0, axes.size());
  if (!over_loops) return std::nullopt;
  const auto first_kept = loops.begin() + static_cast<std::ptrdiff_t>(axes.size());
  Batched sum = put_parts(frame, frame.source[id], Loops(loops.begin(), first_kept), node.op);
  for (auto loop = loops.rbegin(); loop != std::make_reverse_iterator(first_kept); ++loop)
    sum = closed_over(frame, sum, *loop);
  return sum;
}

}  // namespace dp::vectorizer
