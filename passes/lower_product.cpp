// Products of matrices: the axes of each role run through as one, the pointwise work behind the sum in the
// epilogue.

#include <algorithm>

#include "passes/kernels.h"
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
  Roles roles{extents_of(graph_[node.operands[0]].type),
              extents_of(graph_[node.operands[1]].type),
              node.integers("batch_x"),
              node.integers("batch_y"),
              node.integers("sum_x"),
              node.integers("sum_y"),
              {},
              {}};
  roles.own_x = own_axes(roles.x.size(), roles.batch_x, roles.sum_x);
  roles.own_y = own_axes(roles.y.size(), roles.batch_y, roles.sum_y);
  return roles;
}

/// An extent's variable, which has no name where there is a single iteration, and its place along the axes.
Index KernelEmitter::open_role(const Extents& extents, const char* name, VariableId& variable,
                               std::int64_t& count) {
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
  if (opened.columns == 1 && opened.rows == 1) return close_single(std::move(opened));
  // Lanes run along the columns: where there is only one, the rows take their place. Factors commute, bit for
  // bit.
  if (opened.columns == 1) {
    std::swap(opened.row, opened.column);
    std::swap(opened.rows, opened.columns);
    std::swap(opened.x, opened.y);
  }
  append({std::move(opened)});
}

/// A product with one element a batch is a plain sum in increasing k.
void KernelEmitter::close_single(Matmul opened) {
  Reduce sum{.order = ReduceOrder::sequential};
  sum.outer = opened.inner;
  sum.outer_extent = opened.inners;
  sum.inner = expressions_.new_variable("", depth());
  sum.terms.push_back({opened.accumulator, Combine::multiply_add, opened.x, opened.y});
  Body body;
  body.push_back({std::move(sum)});
  std::ranges::move(opened.epilogue, std::back_inserter(body));
  append({For{LoopKind::serial, opened.batch, opened.batches, std::move(body)}});
}

void KernelEmitter::emit_product(Id id) {
  const Type& type = graph_[id].type;
  if (product(roles_of(graph_[id]).inner()) == 0) {
    given_[id] = expressions_.real_constant(type.dtype, 0);
    return emit_maps_or_rows();
  }
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
  for (std::size_t k = 0; k < values.size(); ++k)
    store(kernel_.outputs[k], values[k].first, values[k].second);
  close_product(std::move(opened));
}

void KernelEmitter::emit_guarded_product(Id id) {
  const Node& node = graph_[id];
  if (product(roles_of(node).inner()) == 0) return emit_product(id);
  if (is_lane_product(node, graph_)) return emit_guarded_rows(id);
  Index at;
  Matmul opened = open_product(id, at);
  store(id, at, expressions_.value(opened.accumulator));
  close_product(std::move(opened));
  if (!is_real(node.type.dtype)) return;
  const Extents extents = extents_of(node.type);
  const Nest nest = open(extents, NestKind::rows, "i");
  const ExprId plain = load(storage_[id].written.front(), indices_.linear(nest.index, extents));
  emit_second_sum(id, nest.index, plain);
  close(nest);
}

// Where y has nothing left but what is summed, both sums go through the lanes.
void KernelEmitter::emit_guarded_rows(Id id) {
  const Node& node = graph_[id];
  const Extents extents = extents_of(node.type);
  const Nest nest = open(extents, NestKind::rows, "i");
  const ExprId plain = emit_sum(id, nest.index, false);
  store(id, nest.index, plain);
  if (is_real(node.type.dtype)) emit_second_sum(id, nest.index, plain);
  close(nest);
}

void KernelEmitter::emit_second_sum(Id id, const Index& index, ExprId plain) {
  scopes_.emplace_back();
  store(id, index, emit_sum(id, index, true));
  Body then = std::move(scopes_.back().body);
  scopes_.pop_back();
  append({If{expressions_.op(Op::isnan, {plain}), std::move(then)}});
}

// One element's sum; a guarded one of the terms whose guards hold. A term that does not count is made -0.0 *
// 0.0, which changes no sum.
ExprId KernelEmitter::emit_sum(Id id, const Index& index, bool is_guarded) {
  const Node& node = graph_[id];
  const Dtype dtype = node.type.dtype;
  const Roles roles = roles_of(node);
  const auto first_row = index.begin() + static_cast<std::ptrdiff_t>(roles.batch_x.size());
  const auto first_column = first_row + static_cast<std::ptrdiff_t>(roles.own_x.size());
  const Index batch(index.begin(), first_row), row(first_row, first_column),
      column(first_column, index.end());
  const bool has_lanes = is_lane_product(node, graph_);
  scopes_.emplace_back();
  Reduce sum{.order = has_lanes ? ReduceOrder::lanes : ReduceOrder::sequential};
  (has_lanes ? sum.outer : sum.inner) = expressions_.new_variable("", depth());
  const Index inner = open_role(roles.inner(), "k", has_lanes ? sum.inner : sum.outer,
                                has_lanes ? sum.inner_extent : sum.outer_extent);
  const Index x = roles.x_index(batch, row, inner), y = roles.y_index(batch, column, inner);
  is_pure_ = true;
  ReduceTerm term{0, Combine::multiply_add, element(node.operands[0], x), element(node.operands[1], y)};
  std::optional<ExprId> guard;
  if (is_guarded) {
    guard = expressions_.op(Op::and_, {element(node.operands[2], x), element(node.operands[3], y)});
    term.x = expressions_.op(Op::select, {*guard, term.x, expressions_.real_constant(dtype, -0.0)});
    term.y = expressions_.op(Op::select, {*guard, *term.y, expressions_.real_constant(dtype, 0)});
  }
  is_pure_ = false;
  scopes_.pop_back();
  term.value = expressions_.new_value(is_guarded ? "guarded" : "sum", dtype, depth());
  sum.terms.push_back(term);
  // A sum of no terms is +0.0; the lanes alone would give -0.0.
  const bool may_be_empty = is_guarded && has_lanes;
  const ValueId any = may_be_empty ? expressions_.new_value("has_terms", Dtype::boolean, depth()) : 0;
  if (may_be_empty) sum.terms.push_back({any, Combine::any, *guard, {}});
  append({std::move(sum)});
  const ExprId result = expressions_.value(term.value);
  if (!may_be_empty) return result;
  return expressions_.op(Op::select, {expressions_.value(any), result, expressions_.real_constant(dtype, 0)});
}

}  // namespace dp
