// The derivatives of contractions. Every axis gets a label, the axes of x and y that are multiplied or summed
// together the same one; then the cotangent of x is the contraction of ct and y that keeps the labels of x.

#include <algorithm>
#include <map>

#include "passes/derivatives_rules.h"
#include "support/assert.h"

namespace dp::derivative_rules {
namespace {

using Labels = std::vector<std::int64_t>;

bool has(const Labels& labels, std::int64_t label) { return std::ranges::count(labels, label) > 0; }

std::int64_t position(const Labels& labels, std::int64_t label) {
  return std::ranges::find(labels, label) - labels.begin();
}

/// A tensor, what its axes are called, and the bools that say which elements count, if not all do.
struct Labelled {
  Expression value;
  Labels labels;
  std::optional<Expression> guard;
};

/// The labels of a dot: x's axes are called by their numbers, and y's further ones by theirs behind.
struct DotLabels {
  Labels x, y, result;

  explicit DotLabels(const Application& dot) {
    const std::size_t rank_x = dot.operand(0).type().rank(), rank_y = dot.operand(1).type().rank();
    const Axes &batch_x = dot.node.integers("batch_x"), &batch_y = dot.node.integers("batch_y");
    const Axes &sum_x = dot.node.integers("sum_x"), &sum_y = dot.node.integers("sum_y");
    x = axes_between(0, rank_x);
    y = axes_between(rank_x, rank_x + rank_y);
    for (std::size_t k = 0; k < batch_x.size(); ++k) y[static_cast<std::size_t>(batch_y[k])] = batch_x[k];
    for (std::size_t k = 0; k < sum_x.size(); ++k) y[static_cast<std::size_t>(sum_y[k])] = sum_x[k];
    result = batch_x;
    std::ranges::copy_if(x, std::back_inserter(result),
                         [&](std::int64_t label) { return !has(batch_x, label) && !has(sum_x, label); });
    std::ranges::copy_if(y, std::back_inserter(result), [&](std::int64_t label) { return !has(x, label); });
  }
};

/// The same elements with the axes in the order of `to`, which holds the same labels.
Expression in_order(const Expression& value, const Labels& from, const Labels& to) {
  Axes permutation;
  for (const std::int64_t label : to) permutation.push_back(position(from, label));
  return transpose(value, permutation);
}

/// The elements repeated along the labels of `to` that are not among `from`.
Expression spread(const Expression& value, const Labels& from, const Labels& to, const Shape& shape) {
  Labels sorted;
  Axes axes;
  for (std::size_t k = 0; k < to.size(); ++k) {
    if (!has(from, to[k])) continue;
    sorted.push_back(to[k]);
    axes.push_back(static_cast<std::int64_t>(k));
  }
  return broadcast(in_order(value, from, sorted), axes, shape);
}

/// True where one of the elements is that meet at an index of `to`.
Expression spread_any(const Expression& guard, const Labels& from, const Labels& to, const Shape& shape) {
  Labels kept = from;
  std::erase_if(kept, [&](std::int64_t label) { return !has(to, label); });
  Axes dropped;
  for (std::size_t k = 0; k < from.size(); ++k) {
    if (!has(to, from[k])) dropped.push_back(static_cast<std::int64_t>(k));
  }
  return spread(reduce(Op::reduce_any, guard, dropped), kept, to, shape);
}

/// The axes that two tensors share, as their dot tells them: kept ones are batch axes, the others are summed
/// over, in the order of a.
struct SharedAxes {
  Axes batch_a, batch_b, sum_a, sum_b;
  Labels result;

  SharedAxes(const Labels& a, const Labels& b, const Labels& kept) {
    for (const std::int64_t label : kept) {
      if (!has(a, label) || !has(b, label)) continue;
      batch_a.push_back(position(a, label));
      batch_b.push_back(position(b, label));
      result.push_back(label);
    }
    for (const std::int64_t label : a) {
      if (has(kept, label)) continue;
      sum_a.push_back(position(a, label));
      sum_b.push_back(position(b, label));
    }
    std::ranges::copy_if(a, std::back_inserter(result),
                         [&](std::int64_t label) { return !has(b, label) && has(kept, label); });
    std::ranges::copy_if(b, std::back_inserter(result), [&](std::int64_t label) { return !has(a, label); });
  }
};

Expression all_true(const Expression& like) {
  return splat(*like.graph, 1.0, {Dtype::boolean, like.shape()});
}

/// The dot of a and b that keeps those labels, its axes in its own order.
Expression dot_of(const Labelled& a, const Labelled& b, const SharedAxes& shared) {
  Graph& graph = *a.value.graph;
  const Attributes attributes{{"batch_x", shared.batch_a},
                              {"batch_y", shared.batch_b},
                              {"sum_x", shared.sum_a},
                              {"sum_y", shared.sum_b}};
  if (!a.guard && !b.guard) return {&graph, graph.add(Op::dot, {a.value.id, b.value.id}, attributes)};
  const Expression guard_a = a.guard ? *a.guard : all_true(a.value);
  const Expression guard_b = b.guard ? *b.guard : all_true(b.value);
  return {&graph, graph.add(Op::guarded_dot, {a.value.id, b.value.id, guard_a.id, guard_b.id}, attributes)};
}

/// Nothing is summed: a plain product, which unlike a dot can be fused into what is around it.
Expression outer_product(const Labelled& a, const Labelled& b, const Labels& kept, const Shape& shape) {
  Expression product = spread(a.value, a.labels, kept, shape) * spread(b.value, b.labels, kept, shape);
  for (const Labelled& factor : {a, b}) {
    if (!factor.guard) continue;
    product = select(spread(*factor.guard, factor.labels, kept, shape), product, zero(product));
  }
  return product;
}

/// Sums of products of a and b over the labels that are not kept; of the two orders of the factors the one
/// whose dot has its axes in the order asked for, if there is one.
Expression contraction(const Labelled& a, const Labelled& b, const Labels& kept, const Shape& shape) {
  const SharedAxes shared(a.labels, b.labels, kept);
  if (shared.sum_a.empty()) return outer_product(a, b, kept, shape);
  const SharedAxes turned(b.labels, a.labels, kept);
  if (shared.result != kept && turned.result == kept) return dot_of(b, a, turned);
  return in_order(dot_of(a, b, shared), shared.result, kept);
}

bool is_all_true(const Expression& guard) {
  if (guard.node().op != Op::constant) return false;
  const Literal all{std::vector<std::int64_t>{1}};
  return guard.node().literal() == all;
}

/// The guard of the operand with the labels `kept`, of that shape: a term of its contraction counts where the
/// guards of both factors hold.
Guard guard_of(const Labelled& a, const Labelled& b, const Labels& kept, const Shape& shape) {
  if (!a.guard && !b.guard) return {};
  if (!b.guard) return Guard::where(spread_any(*a.guard, a.labels, kept, shape));
  if (!a.guard) return Guard::where(spread_any(*b.guard, b.labels, kept, shape));
  const auto as_numbers = [](const Labelled& factor) {
    return Labelled{convert(*factor.guard, factor.value.type().dtype), factor.labels, {}};
  };
  return Guard::where(contraction(as_numbers(a), as_numbers(b), kept, shape) > 0.0);
}

}  // namespace

/// Operand k of a `guarded_dot` counts only where its own guard holds.
Adjoint pull_dot(const Application& application, std::size_t k, const Adjoint& ct) {
  const DotLabels labels(application);
  const Labels &mine = k == 0 ? labels.x : labels.y, &theirs = k == 0 ? labels.y : labels.x;
  const Shape shape = application.operand(k).shape();
  const auto own_guard = [&](std::size_t operand) -> std::optional<Expression> {
    if (application.node.op == Op::dot || is_all_true(application.operand(2 + operand))) return std::nullopt;
    return application.operand(2 + operand);
  };
  Labelled incoming{ct.value, labels.result, {}};
  if (!ct.guard.is_everywhere()) incoming.guard = ct.guard.expression(*application.graph);
  const Labelled other{application.operand(1 - k), theirs, own_guard(1 - k)};
  const Expression value = contraction(incoming, other, mine, shape);
  const Guard guard = guard_of(incoming, other, mine, shape);
  const auto counts = own_guard(k);
  if (!counts) return {value, guard};
  return {select(*counts, value, zero(value)), guard.and_where(*counts, true)};
}

}  // namespace dp::derivative_rules
