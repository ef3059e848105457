// Products of matrices: the axes of each role run through as one, the pointwise work behind the sum in the epilogue.

#include <algorithm>

#include "passes/lower_emitter.h"

namespace dp {

using namespace loops;

namespace {

std::int64_t product(const Extents& extents) {
  std::int64_t count = 1;
  for (const std::int64_t extent : extents) count *= extent;
  return count;
}

using Axes = std::vector<std::int64_t>;

bool contains(const Axes& axes, std::size_t axis) {
  return std::ranges::find(axes, static_cast<std::int64_t>(axis)) != axes.end();
}

/// The axes of an operand that are neither batch nor summed.
Axes own_axes(std::size_t rank, const Axes& batch, const Axes& summed) {
  Axes own;
  for (std::size_t k = 0; k < rank; ++k) {
    if (!contains(batch, k) && !contains(summed, k)) own.push_back(static_cast<std::int64_t>(k));
  }
  return own;
}

Extents at(const Extents& extents, const Axes& axes) {
  Extents result;
  for (const std::int64_t axis : axes) result.push_back(extents[static_cast<std::size_t>(axis)]);
  return result;
}

void put(Index& index, const Axes& axes, const Index& values) {
  for (std::size_t k = 0; k < axes.size(); ++k) index[static_cast<std::size_t>(axes[k])] = values[k];
}

}  // namespace

/// Which axes of a product play which role.
struct KernelEmitter::Roles {
  Extents x, y;
  Axes batch_x, batch_y, sum_x, sum_y, own_x, own_y;

  Extents batch() const { return at(x, batch_x); }
  Extents rows() const { return at(x, own_x); }
  Extents columns() const { return at(y, own_y); }
  Extents inner() const { return at(x, sum_x); }

  Index x_index(const Index& batch, const Index& row, const Index& inner) const {
    Index index(x.size());
    put(index, batch_x, batch);
    put(index, own_x, row);
    put(index, sum_x, inner);
    return index;
  }
  Index y_index(const Index& batch, const Index& column, const Index& inner) const {
    Index index(y.size());
    put(index, batch_y, batch);
    put(index, own_y, column);
    put(index, sum_y, inner);
    return index;
  }
};

KernelEmitter::Roles KernelEmitter::roles_of(const Node& node) const {
  Roles roles{extents_of(graph_[node.operands[0]].type), extents_of(graph_[node.operands[1]].type),
              node.integers("batch_x"), node.integers("batch_y"), node.integers("sum_x"), node.integers("sum_y"), {}, {}};
  roles.own_x = own_axes(roles.x.size(), roles.batch_x, roles.sum_x);
  roles.own_y = own_axes(roles.y.size(), roles.batch_y, roles.sum_y);
  return roles;
}

/// An extent's variable, which has no name where there is a single iteration, and its place along the axes.
Index KernelEmitter::open_role(const Extents& extents, const char* name, VariableId& variable, std::int64_t& count) {
  count = product(extents);
  variable = expressions_.new_variable(count == 1 ? "" : name, depth());
  return indices_.along(indices_.variable(variable, count), extents);
}

/// The product with its factors, its scope open for the epilogue; `result` becomes the element that it is at.
Matmul KernelEmitter::open_product(Id id, Index& result) {
  const Node& node = graph_[id];
  const Roles roles = roles_of(node);
  scopes_.emplace_back();
  Matmul opened{.parallel = true};
  const Index batch = open_role(roles.batch(), "b", opened.batch, opened.batches);
  const Index row = open_role(roles.rows(), "i", opened.row, opened.rows);
  const Index column = open_role(roles.columns(), "j", opened.column, opened.columns);
  const Index inner = open_role(roles.inner(), "k", opened.inner, opened.inners);
  is_pure_ = true;
  opened.x = element(node.operands[0], roles.x_index(batch, row, inner));
  opened.y = element(node.operands[1], roles.y_index(batch, column, inner));
  is_pure_ = false;
  opened.accumulator = expressions_.new_value("sum", node.type.dtype, depth());
  result = batch;
  std::ranges::copy(row, std::back_inserter(result));
  std::ranges::copy(column, std::back_inserter(result));
  return opened;
}

void KernelEmitter::close_product(Matmul opened) {
  opened.epilogue = std::move(scopes_.back().body);
  scopes_.pop_back();
  append({std::move(opened)});
}

void KernelEmitter::emit_product(Id id) {
  const Type& type = graph_[id].type;
  Index at;
  Matmul opened = open_product(id, at);
  given_[id] = expressions_.value(opened.accumulator);
  // An output may have the elements in another shape; their order is the same.
  const Affine position = indices_.linear(at, extents_of(type));
  std::vector<std::pair<Index, ExprId>> values;
  for (const Id output : kernel_.outputs) {
    const bool is_same = graph_[output].type.shape == type.shape;
    const Index index = is_same ? at : indices_.along(position, extents_of(graph_[output].type));
    values.emplace_back(index, element(output, index));
  }
  for (std::size_t k = 0; k < values.size(); ++k) store(kernel_.outputs[k], values[k].first, values[k].second);
  close_product(std::move(opened));
}

void KernelEmitter::emit_guarded_product(Id id) {
  Index at;
  Matmul opened = open_product(id, at);
  store(id, at, expressions_.value(opened.accumulator));
  close_product(std::move(opened));
  if (!is_real(graph_[id].type.dtype)) return;
  const Extents extents = extents_of(graph_[id].type);
  const Nest nest = open(extents, NestKind::rows, "i");
  const ExprId plain = load(storage_[id].written.front(), indices_.linear(nest.index, extents));
  scopes_.emplace_back();
  const ValueId sum = emit_guarded_sum(id, nest.index);
  store(id, nest.index, expressions_.value(sum));
  Body then = std::move(scopes_.back().body);
  scopes_.pop_back();
  append({If{expressions_.op(Op::isnan, {plain}), std::move(then)}});
  close(nest);
}

// The sum of the terms whose guards hold. A term that does not count is made -0.0 * 0.0, which changes no sum.
ValueId KernelEmitter::emit_guarded_sum(Id id, const Index& index) {
  const Node& node = graph_[id];
  const Dtype dtype = node.type.dtype;
  const Roles roles = roles_of(node);
  const auto first_row = index.begin() + static_cast<std::ptrdiff_t>(roles.batch_x.size());
  const auto first_column = first_row + static_cast<std::ptrdiff_t>(roles.own_x.size());
  const Index batch(index.begin(), first_row), row(first_row, first_column), column(first_column, index.end());
  scopes_.emplace_back();
  Reduce again{.order = ReduceOrder::sequential, .inner = expressions_.new_variable("", depth())};
  const Index inner = open_role(roles.inner(), "k", again.outer, again.outer_extent);
  const Index x = roles.x_index(batch, row, inner), y = roles.y_index(batch, column, inner);
  is_pure_ = true;
  const ExprId guard = expressions_.op(Op::and_, {element(node.operands[2], x), element(node.operands[3], y)});
  const auto guarded = [&](ExprId value, double otherwise) {
    return expressions_.op(Op::select, {guard, value, expressions_.real_constant(dtype, otherwise)});
  };
  const ExprId left = guarded(element(node.operands[0], x), -0.0);
  const ExprId right = guarded(element(node.operands[1], y), 0.0);
  is_pure_ = false;
  scopes_.pop_back();
  const ValueId sum = expressions_.new_value("guarded", dtype, depth());
  again.terms.push_back({sum, Combine::multiply_add, left, right});
  append({std::move(again)});
  return sum;
}

}  // namespace dp
