// Moves: the element of the result is the element of an operand at another index.

#include <cstdint>
#include <cstdlib>

#include "passes/lower_emitter.h"

namespace dp {

using namespace loops;

namespace {

std::vector<std::int64_t> known(const Shape& shape) { return constants(shape).value(); }

}  // namespace

ExprId KernelEmitter::moved(Id id, const Index& index) {
  const Node& node = graph_[id];
  const Id operand = node.operands[0];
  const Type& type = graph_[operand].type;
  Index from(type.rank());
  switch (node.op) {
    case Op::broadcast:
      for (std::size_t k = 0; k < from.size(); ++k) {
        from[k] = index[static_cast<std::size_t>(node.integers("axes")[k])];
      }
      return element(operand, from);
    case Op::reshape:
      return element(operand,
                     indices_.along(indices_.linear(index, extents_of(node.type)), extents_of(type)));
    case Op::transpose:
      for (std::size_t k = 0; k < from.size(); ++k) {
        from[static_cast<std::size_t>(node.integers("permutation")[k])] = index[k];
      }
      return element(operand, from);
    case Op::flip:
      from = index;
      for (const std::int64_t axis : node.integers("axes")) {
        const auto k = static_cast<std::size_t>(axis);
        from[k] = whole(extents_of(type)[k] - 1) - index[k];
      }
      return element(operand, from);
    case Op::slice: return sliced(node, index);
    case Op::pad: return padded(node, index);
    case Op::concat: return concatenated(node, index);
    default: return taken(id, index);
  }
}

ExprId KernelEmitter::sliced(const Node& node, const Index& index) {
  const std::vector<std::int64_t> start = known(node.dims("start"));
  Index from(index.size());
  for (std::size_t k = 0; k < index.size(); ++k)
    from[k] = index[k] * node.integers("stride")[k] + whole(start[k]);
  return element(node.operands[0], from);
}

// Outside the operand zero; there the operand is read at an index that exists, and the result is not used.
ExprId KernelEmitter::padded(const Node& node, const Index& index) {
  const Extents extents = extents_of(graph_[node.operands[0]].type);
  const std::vector<std::int64_t> low = known(node.dims("low"));
  const ExprId zero = expressions_.zero(node.type.dtype);
  ExprId inside = expressions_.truth(true);
  Index from(index.size());
  for (std::size_t k = 0; k < index.size(); ++k) {
    if (extents[k] == 0) return zero;
    const std::int64_t stride = node.integers("stride")[k];
    const Affine offset = index[k] - whole(low[k]);
    inside = expressions_.both(inside, indices_.is_within(offset, {0, (extents[k] - 1) * stride}));
    if (stride > 1) {
      const ExprId rest = indices_.emit(indices_.mod(offset, stride));
      inside = expressions_.both(inside, expressions_.op(Op::eq, {rest, expressions_.integer(0)}));
    }
    from[k] = indices_.clamped(indices_.floor_div(offset, stride), {0, extents[k] - 1});
    accesses_.push_back(offset);
  }
  if (inside == expressions_.truth(false)) return zero;
  const ExprId value = element(node.operands[0], from);
  return inside == expressions_.truth(true) ? value : expressions_.op(Op::select, {inside, value, zero});
}

ExprId KernelEmitter::concatenated(const Node& node, const Index& index) {
  const auto axis = static_cast<std::size_t>(node.integer("axis"));
  accesses_.push_back(index[axis]);
  std::optional<ExprId> result;
  std::int64_t end = extents_of(node.type)[axis];
  // From the last part to the first: each is what stands before its end, else what is already there.
  for (std::size_t part = node.operands.size(); part-- > 0;) {
    const Id operand = node.operands[part];
    const std::int64_t extent = extents_of(graph_[operand].type)[axis];
    end -= extent;
    const ExprId is_before =
        indices_.is_within(index[axis], {indices_.range(index[axis]).low, end + extent - 1});
    if (extent == 0 || is_before == expressions_.truth(false)) continue;
    Index from = index;
    from[axis] = indices_.clamped(index[axis] - whole(end), {0, extent - 1});
    const ExprId value = element(operand, from);
    const bool is_sure = is_before == expressions_.truth(true) || !result;
    result = is_sure ? value : expressions_.op(Op::select, {is_before, value, *result});
  }
  return result.value_or(expressions_.real_constant(node.type.dtype, 0));
}

/// The position along its axis that a move by run-time integers reads at `index` of them, moved inside;
/// nothing where the axis is empty.
std::optional<Affine> KernelEmitter::position(Id id, const Index& index) {
  const Node& node = graph_[id];
  const auto axis = static_cast<std::size_t>(node.integer("axis"));
  const std::int64_t extent = extents_of(graph_[node.operands[0]].type)[axis];
  if (extent == 0) return std::nullopt;
  if (const auto known = known_index(node.operands[1], index))
    return indices_.clamped(*known, {0, extent - 1});
  const ExprId at = expressions_.convert(Dtype::i64, element(node.operands[1], index));
  return indices_.nearest(at, {0, extent - 1});
}

/// An i64 of the program as an index, where it is made of the number of a step and of positions by sums and
/// multiples: then its range is known.
std::optional<Affine> KernelEmitter::known_index(Id id, const Index& index) {
  const Node& node = graph_[id];
  if (node.type.dtype != Dtype::i64) return std::nullopt;
  if (storage_.step && storage_.step->node == id)
    return indices_.variable(storage_.step->variable, storage_.step->extent);
  if (node.op == Op::iota) return index[static_cast<std::size_t>(node.integer("axis"))];
  if (node.op != Op::constant) return known_sum(node, index);
  const auto& elements = std::get<std::vector<std::int64_t>>(node.literal().elements);
  const bool is_small = elements.size() == 1 && std::abs(elements[0]) <= INT32_MAX;
  return is_small ? std::optional(whole(elements[0])) : std::nullopt;
}

std::optional<Affine> KernelEmitter::known_sum(const Node& node, const Index& index) {
  if (node.op != Op::add && node.op != Op::sub && node.op != Op::mul) return std::nullopt;
  const auto x = known_index(node.operands[0], index), y = known_index(node.operands[1], index);
  if (!x || !y) return std::nullopt;
  if (node.op == Op::add) return *x + *y;
  if (node.op == Op::sub) return *x - *y;
  const Affine &factor = x->is_constant() ? *x : *y, &other = x->is_constant() ? *y : *x;
  return factor.is_constant() ? std::optional(other * factor.constant) : std::nullopt;
}

ExprId KernelEmitter::taken(Id id, const Index& index) {
  const Node& node = graph_[id];
  const auto axis = static_cast<std::ptrdiff_t>(node.integer("axis"));
  const std::size_t rank = graph_[node.operands[1]].type.rank();
  Index positions = index, from = index;
  if (node.op == Op::gather) {
    const auto first = index.begin() + axis, last = first + static_cast<std::ptrdiff_t>(rank);
    positions.assign(first, last);
    from.erase(from.begin() + axis, from.begin() + axis + static_cast<std::ptrdiff_t>(rank));
  }
  const auto inside = position(id, positions);
  if (!inside) return expressions_.zero(node.type.dtype);
  from.insert(from.begin() + axis, *inside);
  return element(node.operands[0], from);
}

}  // namespace dp
