// Reductions: statements in the outermost loop that their index allows; those of one loop share it.

#include <algorithm>
#include <limits>
#include <set>

#include "ir/loops_walk.h"
#include "passes/kernels.h"
#include "passes/lower_emitter.h"
#include "support/assert.h"

namespace dp {

using namespace loops;

namespace {

Combine combine_of(Op op) {
  switch (op) {
    case Op::reduce_sum: return Combine::sum;
    case Op::reduce_prod: return Combine::prod;
    case Op::reduce_max: return Combine::max;
    case Op::reduce_min: return Combine::min;
    case Op::reduce_any: return Combine::any;
    case Op::reduce_all: return Combine::all;
    case Op::argmax: return Combine::argmax;
    case Op::argmin: return Combine::argmin;
    default: return Combine::multiply_add;
  }
}

/// What a reduction over nothing gives: sums +0.0. The largest of nothing is refused before it comes here.
Literal of_nothing(Combine combine, Dtype dtype) {
  double real = combine == Combine::prod ? 1 : 0;
  if (combine == Combine::max) real = -std::numeric_limits<double>::infinity();
  if (combine == Combine::min) real = std::numeric_limits<double>::infinity();
  if (is_real(dtype)) return {std::vector<double>{real}};
  const bool is_narrow = dtype == Dtype::i32;
  using Narrow = std::numeric_limits<std::int32_t>;
  using Wide = std::numeric_limits<std::int64_t>;
  std::int64_t integer = combine == Combine::prod || combine == Combine::all ? 1 : 0;
  if (combine == Combine::max) integer = is_narrow ? Narrow::min() : Wide::min();
  if (combine == Combine::min) integer = is_narrow ? Narrow::max() : Wide::max();
  return {std::vector<std::int64_t>{integer}};
}

bool contains(const std::vector<std::int64_t>& axes, std::size_t axis) {
  return std::ranges::find(axes, static_cast<std::int64_t>(axis)) != axes.end();
}

/// What a statement, with all inside it, reads, writes, needs and gives.
struct Footprint {
  std::set<BufferId> loaded, stored;
  std::set<ValueId> needed, given;
};

void gather(const Module& module, ExprId id, Footprint& footprint) {
  const Expr& expr = module.expressions[id];
  if (const auto* load = std::get_if<LoadExpr>(&expr.node)) footprint.loaded.insert(load->buffer);
  if (const auto* value = std::get_if<ValueExpr>(&expr.node)) footprint.needed.insert(value->value);
  for (const ExprId part : parts(expr)) gather(module, part, footprint);
}

void gather(const Module& module, const Stmt& statement, Footprint& footprint) {
  each_expression(statement, [&](ExprId expr) { gather(module, expr, footprint); });
  if (const auto* store = std::get_if<Store>(&statement.node)) footprint.stored.insert(store->buffer);
  for (const ValueId value : values_given(statement)) footprint.given.insert(value);
  if (const Body* body = body_of(statement)) {
    for (const Stmt& inner : *body) gather(module, inner, footprint);
  }
}

template <class T>
bool meet(const std::set<T>& a, const std::set<T>& b) {
  return std::ranges::any_of(a, [&](const T& element) { return b.contains(element); });
}

}  // namespace

// The trailing reduced axes are the inner extent, the others the outer.
ExprId KernelEmitter::reduced(Id id, const Index& index) {
  const Node& node = graph_[id];
  DP_ASSERT(is_reduction(node, graph_), "a product inside an expression: node {}", id);
  DP_ASSERT(!is_pure_, "a reduction inside a product: node {}", id);
  const Extents extents = extents_of(graph_[node.operands[0]].type);
  Reduction reduction{.axes = reduced_axes(node)};
  std::size_t first_inner = extents.size();
  while (first_inner > 0 && contains(reduction.axes, first_inner - 1)) --first_inner;
  for (const std::int64_t axis : reduction.axes) {
    const auto k = static_cast<std::size_t>(axis);
    (k >= first_inner ? reduction.inner_extent : reduction.outer_extent) *= extents[k];
  }
  if (reduction.outer_extent * reduction.inner_extent == 0) {
    return expressions_.constant(node.type.dtype, of_nothing(combine_of(node.op), node.type.dtype));
  }
  const bool has_inner = first_inner < extents.size() || node.op == Op::dot;
  reduction.order = has_inner ? ReduceOrder::lanes : ReduceOrder::blocks;

  int place = 0;
  for (const Affine& affine : index) place = std::max(place, indices_.depth(affine));
  std::vector<Scope> inside(std::make_move_iterator(scopes_.begin() + place + 1),
                            std::make_move_iterator(scopes_.end()));
  scopes_.resize(static_cast<std::size_t>(place) + 2);
  scopes_.back() = {};
  // A variable of a single iteration has no name and no use.
  const auto new_variable = [&](std::int64_t extent, const char* name) {
    return expressions_.new_variable(extent == 1 ? "" : name, place + 1);
  };
  Reduce statement{.order = reduction.order,
                   .outer = new_variable(reduction.outer_extent, "o"),
                   .inner = new_variable(reduction.inner_extent, "k"),
                   .outer_extent = reduction.outer_extent,
                   .inner_extent = reduction.inner_extent};
  reduction.outer = indices_.variable(statement.outer, reduction.outer_extent);
  reduction.inner = indices_.variable(statement.inner, reduction.inner_extent);
  const Reduction* const around = std::exchange(reduction_, &reduction);
  statement.terms.push_back(term(id, index, reduction));
  reduction_ = around;
  statement.body = std::move(scopes_.back().body);
  scopes_.pop_back();
  const Dtype dtype = node.type.dtype;
  const std::string& given = graph_.note(id).name;
  const ValueId value = expressions_.new_value(given.empty() ? "r" : given, dtype, place);
  statement.terms[0].value = value;
  append_reduce(std::move(statement), place);
  for (auto& [kept, state] : kept_) state.is_written = state.is_written || state.stored_by == &reduction;
  std::ranges::move(inside, std::back_inserter(scopes_));
  return expressions_.value(value);
}

Index KernelEmitter::operand_index(const Node& node, const Index& index, const Reduction& reduction) {
  const Extents extents = extents_of(graph_[node.operands[0]].type);
  Extents outer, inner;
  std::size_t first_inner = extents.size();
  while (first_inner > 0 && contains(reduction.axes, first_inner - 1)) --first_inner;
  for (const std::int64_t axis : reduction.axes) {
    const auto k = static_cast<std::size_t>(axis);
    (k >= first_inner ? inner : outer).push_back(extents[k]);
  }
  const Index outer_index = indices_.along(reduction.outer, outer),
              inner_index = indices_.along(reduction.inner, inner);
  Index result;
  std::size_t kept = 0, out = 0, in = 0;
  for (std::size_t k = 0; k < extents.size(); ++k) {
    if (!contains(reduction.axes, k)) {
      result.push_back(index[kept++]);
    } else {
      result.push_back(k >= first_inner ? inner_index[in++] : outer_index[out++]);
    }
  }
  return result;
}

ReduceTerm KernelEmitter::term(Id id, const Index& index, const Reduction& reduction) {
  const Node& node = graph_[id];
  if (node.op != Op::dot)
    return {0, combine_of(node.op), element(node.operands[0], operand_index(node, index, reduction)), {}};
  // x: batch axes and its own, then the summed ones; y: batch axes, then the summed ones.
  const auto& batch_x = node.integers("batch_x");
  const auto& batch_y = node.integers("batch_y");
  const Extents extents = extents_of(graph_[node.operands[0]].type);
  Extents summed;
  for (const std::int64_t axis : node.integers("sum_x"))
    summed.push_back(extents[static_cast<std::size_t>(axis)]);
  const Index inner = indices_.along(reduction.inner, summed);
  Index x, y(graph_[node.operands[1]].type.rank());
  std::size_t own = batch_x.size();
  for (std::size_t k = 0; k < extents.size() - summed.size(); ++k) {
    const auto batch = std::ranges::find(batch_x, static_cast<std::int64_t>(k));
    x.push_back(batch != batch_x.end() ? index[static_cast<std::size_t>(batch - batch_x.begin())]
                                       : index[own++]);
  }
  x.insert(x.end(), inner.begin(), inner.end());
  for (std::size_t k = 0; k < batch_y.size(); ++k) y[static_cast<std::size_t>(batch_y[k])] = index[k];
  std::ranges::copy(inner, y.end() - static_cast<std::ptrdiff_t>(inner.size()));
  const ExprId left = element(node.operands[0], x);
  return {0, Combine::multiply_add, left, element(node.operands[1], y)};
}

void KernelEmitter::append_reduce(Reduce reduce, int depth) {
  Body& body = scopes_[static_cast<std::size_t>(depth)].body;
  if (!merge_reduce(reduce, body)) body.push_back({std::move(reduce)});
}

// Into the earliest reduction of the same loop, unless it needs what comes after that.
bool KernelEmitter::merge_reduce(Reduce& reduce, Body& body) {
  Footprint own;
  gather(module_, Stmt{reduce}, own);
  Reduce* target = nullptr;
  Footprint between;
  for (std::size_t k = body.size(); k-- > 0;) {
    gather(module_, body[k], between);
    if (meet(own.needed, between.given) || meet(own.loaded, between.stored)) break;
    auto* other = std::get_if<Reduce>(&body[k].node);
    const bool is_same = other != nullptr && other->order == reduce.order &&
                         other->outer_extent == reduce.outer_extent &&
                         other->inner_extent == reduce.inner_extent;
    if (is_same) target = other;
  }
  if (target == nullptr) return false;
  const std::map<VariableId, VariableId> names{{reduce.outer, target->outer}, {reduce.inner, target->inner}};
  const auto rename = [&](ExprId& expr) { expr = expressions_.renamed(expr, names); };
  for (Stmt& statement : reduce.body) {
    each_expression(statement, rename);
    target->body.push_back(std::move(statement));
  }
  for (ReduceTerm& term : reduce.terms) {
    rename(term.x);
    if (term.y) rename(*term.y);
    target->terms.push_back(term);
  }
  return true;
}

// While a reduction runs over a whole row, what it computes there and others need later is stored on the way.
void KernelEmitter::keep_row_value(Id id, const Index& index, ExprId expr) {
  const auto kept = kept_.find(id);
  if (kept == kept_.end() || reduction_ == nullptr || kept->second.stored_by != nullptr) return;
  const auto rank = static_cast<std::ptrdiff_t>(row_.size());
  if (!std::equal(row_.begin(), row_.end(), index.begin())) return;
  const Extents all = extents_of(graph_[id].type);
  const Extents own(all.begin() + rank, all.end());
  const Affine in_row = indices_.linear({index.begin() + rank, index.end()}, own);
  std::int64_t count = 1;
  for (const std::int64_t extent : own) count *= extent;
  const bool covers_row = count == reduction_->outer_extent * reduction_->inner_extent &&
                          in_row == reduction_->outer * reduction_->inner_extent + reduction_->inner;
  if (!covers_row) return;
  const Affine at = kept->second.is_local ? in_row : indices_.linear(index, all);
  for (const Slot& slot : kept->second.slots) store(slot, at, expr);
  kept->second.stored_by = reduction_;
}

}  // namespace dp
