#pragma once
// Ops that move elements: r[i] = x[j(i)]. One function an op, over any kind of element.

#include <algorithm>
#include <optional>

#include "ir/interpret_machine.h"
#include "ir/interpret_tensor.h"

namespace dp::interpreter {

/// A node, its operands' tensors and the sizes of its result.
template <class E>
struct Call {
  const Node& node;
  std::vector<const Tensor<E>*> operands;
  Extents shape;  // of the result
  const DimBindings& dims;

  const Tensor<E>& x() const { return *operands[0]; }
  const Tensor<E>& y() const { return *operands[1]; }
  const std::vector<std::int64_t>& axes(std::string_view name) const { return node.integers(name); }
  Extents sizes(std::string_view name) const {
    Extents out;
    for (const Dim& dim : node.dims(name)) out.push_back(dim.substitute(dims).constant().value());
    return out;
  }
  std::vector<std::int64_t> strides() const {
    return node.find("stride") ? node.integers("stride") : std::vector<std::int64_t>(shape.size(), 1);
  }
};

/// The result whose element at each index is x at `source(index)`.
template <class E, class F>
Tensor<E> moved(const Call<E>& call, F&& source) {
  Tensor<E> out{call.node.type.dtype, call.shape, {}};
  for_each_index(call.shape, [&](const Index& index) {
    out.values.push_back(call.x().values[position(source(index), call.x().shape)]);
  });
  return out;
}

template <class E>
Tensor<E> broadcast(const Call<E>& call) {
  return moved(call, [&](const Index& index) { return chosen(index, call.axes("axes")); });
}

template <class E>
Tensor<E> reshape(const Call<E>& call) {
  return {call.node.type.dtype, call.shape, call.x().values};
}

template <class E>
Tensor<E> transpose(const Call<E>& call) {
  const auto& permutation = call.axes("permutation");
  return moved(call, [&](const Index& index) {
    Index from(index.size());
    for (std::size_t k = 0; k < index.size(); ++k) from[static_cast<std::size_t>(permutation[k])] = index[k];
    return from;
  });
}

template <class E>
Tensor<E> slice(const Call<E>& call) {
  const Extents start = call.sizes("start");
  const auto stride = call.strides();
  return moved(call, [&](const Index& index) {
    Index from(index.size());
    for (std::size_t k = 0; k < index.size(); ++k) from[k] = start[k] + index[k] * stride[k];
    return from;
  });
}

template <class E>
Tensor<E> pad(const Call<E>& call) {
  const Extents low = call.sizes("low");
  const auto stride = call.strides();
  Tensor<E> out{call.node.type.dtype, call.shape,
                std::vector<E>(static_cast<std::size_t>(count_of(call.shape)), E{})};
  for_each_index(call.x().shape, [&](const Index& index) {
    Index to(index.size());
    for (std::size_t k = 0; k < index.size(); ++k) to[k] = low[k] + index[k] * stride[k];
    out.values[position(to, out.shape)] = call.x().values[position(index, call.x().shape)];
  });
  return out;
}

template <class E>
Tensor<E> concat(const Call<E>& call) {
  const auto axis = static_cast<std::size_t>(call.node.integer("axis"));
  Tensor<E> out{call.node.type.dtype, call.shape, {}};
  for_each_index(call.shape, [&](Index index) {
    std::size_t part = 0;
    while (index[axis] >= call.operands[part]->shape[axis]) index[axis] -= call.operands[part++]->shape[axis];
    out.values.push_back(call.operands[part]->values[position(index, call.operands[part]->shape)]);
  });
  return out;
}

template <class E>
Tensor<E> flip(const Call<E>& call) {
  return moved(call, [&](Index index) {
    for (std::int64_t axis : call.axes("axes")) {
      auto& at = index[static_cast<std::size_t>(axis)];
      at = call.shape[static_cast<std::size_t>(axis)] - 1 - at;
    }
    return index;
  });
}

/// An index read from a tensor of integers, moved to the nearest position inside; nothing where there is
/// none.
template <class M>
std::optional<std::int64_t> inner_position(const Call<typename M::Element>& call, std::size_t position_in_y,
                                           std::int64_t extent) {
  const auto& y = call.y();
  if (extent == 0) return std::nullopt;
  return std::clamp<std::int64_t>(M::integer(y.values[position_in_y], y.dtype), 0, extent - 1);
}

template <class M, class E = typename M::Element>
Tensor<E> take(const Call<E>& call) {
  const auto axis = static_cast<std::size_t>(call.node.integer("axis"));
  Tensor<E> out{call.node.type.dtype, call.shape, {}};
  for_each_index(call.shape, [&](Index index) {
    const auto at = inner_position<M>(call, position(index, call.y().shape), call.x().shape[axis]);
    index.insert(index.begin() + static_cast<std::ptrdiff_t>(axis), at.value_or(0));
    out.values.push_back(at ? call.x().values[position(index, call.x().shape)] : E{});
  });
  return out;
}

/// Splits an index of gather's result: before the axis, the axes of the integers, behind.
struct GatherIndex {
  Index source, at;
};
inline GatherIndex split_index(const Index& index, std::size_t axis, std::size_t rank_of_integers) {
  const auto begin = index.begin() + static_cast<std::ptrdiff_t>(axis);
  const auto end = begin + static_cast<std::ptrdiff_t>(rank_of_integers);
  GatherIndex out{Index(index.begin(), begin), Index(begin, end)};
  out.source.push_back(0);
  out.source.insert(out.source.end(), end, index.end());
  return out;
}

template <class M, class E = typename M::Element>
Tensor<E> gather(const Call<E>& call) {
  const auto axis = static_cast<std::size_t>(call.node.integer("axis"));
  Tensor<E> out{call.node.type.dtype, call.shape, {}};
  for_each_index(call.shape, [&](const Index& index) {
    auto [source, at] = split_index(index, axis, call.y().shape.size());
    const auto inside = inner_position<M>(call, position(at, call.y().shape), call.x().shape[axis]);
    source[axis] = inside.value_or(0);
    out.values.push_back(inside ? call.x().values[position(source, call.x().shape)] : E{});
  });
  return out;
}

template <class M, class E = typename M::Element>
Tensor<E> scatter(const Call<E>& call) {
  const auto axis = static_cast<std::size_t>(call.node.integer("axis"));
  const Tensor<E>& v = *call.operands[2];
  Tensor<E> out{call.node.type.dtype, call.shape, call.x().values};
  for_each_index(v.shape, [&](const Index& index) {
    auto [target, at] = split_index(index, axis, call.y().shape.size());
    const auto inside = inner_position<M>(call, position(at, call.y().shape), call.shape[axis]);
    if (!inside) return;
    target[axis] = *inside;
    E& element = out.values[position(target, call.shape)];
    const E part = v.values[position(index, v.shape)];
    const E operands[] = {element, part};
    const bool adds = call.node.op == Op::scatter_add;
    element = adds ? M::evaluate(Op::add, v.dtype, v.dtype, operands, 0) : part;
  });
  return out;
}

/// The position of a part: an index for each of the axes, each moved inside. Nothing where an axis is empty.
template <class M, class E = typename M::Element>
std::optional<Index> part_position(const Call<E>& call, const Extents& shape) {
  Index position(shape.size(), 0);
  for (std::size_t k = 1; k < call.operands.size(); ++k) {
    const auto axis = static_cast<std::size_t>(call.axes("axes")[k - 1]);
    const Tensor<E>& index = *call.operands[k];
    if (shape[axis] == 0) return std::nullopt;
    position[axis] = std::clamp<std::int64_t>(M::integer(index.values[0], index.dtype), 0, shape[axis] - 1);
  }
  return position;
}

/// Calls `f(index in the part, index in the whole)` for every element of the part.
template <class E, class F>
void for_each_in_part(const Call<E>& call, const Extents& part, const Index& position, F&& f) {
  const std::vector<std::int64_t> kept = remaining_axes(position.size(), call.axes("axes"));
  for_each_index(part, [&](const Index& index) {
    Index whole = position;
    for (std::size_t k = 0; k < kept.size(); ++k) whole[static_cast<std::size_t>(kept[k])] = index[k];
    f(index, whole);
  });
}

template <class M, class E = typename M::Element>
Tensor<E> at(const Call<E>& call) {
  Tensor<E> out{call.node.type.dtype, call.shape, {}};
  const auto position_of_part = part_position<M>(call, call.x().shape);
  out.values.resize(static_cast<std::size_t>(count_of(call.shape)), E{});
  if (!position_of_part) return out;
  for_each_in_part(call, call.shape, *position_of_part, [&](const Index& index, const Index& whole) {
    out.values[position(index, call.shape)] = call.x().values[position(whole, call.x().shape)];
  });
  return out;
}

template <class M, class E = typename M::Element>
Tensor<E> put(const Call<E>& call) {
  Tensor<E> out{call.node.type.dtype, call.shape, {}};
  const auto position_of_part = part_position<M>(call, call.shape);
  out.values.resize(static_cast<std::size_t>(count_of(call.shape)), E{});
  if (!position_of_part) return out;
  for_each_in_part(call, call.x().shape, *position_of_part, [&](const Index& index, const Index& whole) {
    out.values[position(whole, call.shape)] = call.x().values[position(index, call.x().shape)];
  });
  return out;
}

template <class M, class E = typename M::Element>
Tensor<E> iota(const Call<E>& call) {
  const auto axis = static_cast<std::size_t>(call.node.integer("axis"));
  Tensor<E> out{call.node.type.dtype, call.shape, {}};
  for_each_index(call.shape,
                 [&](const Index& index) { out.values.push_back(M::of_integer(index[axis], Dtype::i64)); });
  return out;
}

}  // namespace dp::interpreter
