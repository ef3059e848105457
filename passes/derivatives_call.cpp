// The derivatives of routines on whole tensors. Each is told once, forward: the tangent of the result,
// written with operations that are linear in the operand's tangent. The reverse rule is the transpose of
// that, found by taking its gradient; only the operands that a routine itself is linear in have a transpose
// of their own. Sources: Giles 2008, "An extended collection of matrix derivative results"; Townsend 2016,
// "Differentiating the singular value decomposition"; Walter & Lehmann 2018, "Algorithmic differentiation of
// linear algebra functions" (Q R).

#include "passes/derivatives_matrix.h"
#include "passes/derivatives_rules.h"
#include "passes/differentiate_sweeps.h"
#include "support/assert.h"

namespace dp::derivative_rules {
namespace {

/// L Φ(L⁻¹ dA L⁻ᵀ), Φ the lower triangle with half the diagonal.
Expression push_cholesky(const Application& node, const Expression& tangent) {
  const Expression l = node.result();
  const auto solved = [&](const Expression& b) { return triangular_solve(l, b, true, false); };
  const Expression inner = transposed(solved(transposed(solved(symmetric(tangent)))));
  const Expression half = lower_mask(inner, 0) - 0.5 * identity(inner);
  return product(l, inner * half);
}

/// T⁻¹ dB, or −T⁻¹ dT X.
Expression push_triangular_solve(const Application& node, std::size_t k, const Expression& tangent) {
  if (k == 1) return with_operand(node, 1, tangent);
  const bool lower = node.node.integer("lower") != 0;
  const Expression mask = lower ? lower_mask(tangent, 0) : transposed(lower_mask(tangent, 0));
  const Expression dt = node.node.integer("transposed") != 0 ? transposed(tangent * mask) : tangent * mask;
  return -with_operand(node, 1, product(dt, node.result()));
}

/// A⁻¹ dB, or −A⁻¹ dA X.
Expression push_lu_solve(const Application& node, std::size_t k, const Expression& tangent) {
  if (k == 2) return with_operand(node, 2, tangent);
  const Expression da = node.node.integer("transposed") != 0 ? transposed(tangent) : tangent;
  return -with_operand(node, 2, product(da, node.result()));
}

/// The significand times the trace of A⁻¹ dA; the exponent changes in steps.
Expression push_lu_det(const Application& node, const Expression& tangent) {
  const Expression solved =
      routine(Op::lu_solve, {node.operand(0), node.operand(1), tangent}, {{"transposed", std::int64_t{0}}});
  const std::size_t rank = node.node.type.rank();
  const Axes last{static_cast<std::int64_t>(rank) - 1};
  const Expression trace = reduce(Op::reduce_sum, diagonal(solved), last);
  Shape one = trace.shape();
  one.emplace_back(1);
  const Expression tangents = reshape(trace, one) * part(node.result(), rank - 1, 0, 1);
  return pad(tangents, Shape(rank, Dim(0)), node.node.type.shape, Axes(rank, 1));
}

/// dR = (C − Ω) R and dQ = (dA R⁻¹ − Q C) + Q Ω, where C = Qᵀ dA R⁻¹ and Ω is antisymmetric with C's part
/// below the diagonal.
Expression push_qr(const Application& node, const Expression& tangent) {
  const std::size_t rows = tangent.type().rank() - 2;
  const Dim m = tangent.shape()[rows], n = tangent.shape()[rows + 1];
  const Expression q = part(node.result(), rows, 0, m), r = part(node.result(), rows, m, n);
  const Expression turned = transposed(triangular_solve(r, transposed(tangent), false, true));
  const Expression c = product(transposed(q), turned);
  const Expression below = c * lower_mask(c, -1);
  const Expression spin = below - transposed(below);
  const Expression dq = turned - product(q, c - spin);
  return concat({dq, product(c - spin, r)}, static_cast<std::int64_t>(rows));
}

/// 1 / (x_j − x_i), and 0 where they are equal: what degenerate pairs turn by is not determined.
Expression reciprocal_differences(const Expression& x, const Shape& square) {
  const Expression difference = along_columns(x, square) - along_rows(x, square);
  const Expression equal = difference == 0.0;
  return select(equal, 0.0, 1.0 / select(equal, 1.0, difference));
}

/// With P = Vᵀ dA V: dw is its diagonal, dV = V (F ∘ P).
Expression push_eigh(const Application& node, const Expression& tangent) {
  const std::size_t columns = tangent.type().rank() - 1;
  const Dim n = tangent.shape()[columns];
  const Expression w = part(node.result(), columns, 0, 1), v = part(node.result(), columns, 1, n);
  const Expression p = product(transposed(v), product(symmetric(tangent), v));
  const Expression f = reciprocal_differences(reshape(w, without_last(p.shape())), p.shape());
  Shape column = without_last(p.shape());
  column.emplace_back(1);
  return concat({reshape(diagonal(p), column), product(v, f * p)}, static_cast<std::int64_t>(columns));
}

/// With P = Uᵀ dA V and F of the squares of s: ds is the diagonal of P, dU = U (F ∘ (P S + S Pᵀ)) and, in a
/// matrix that is higher than wide, (dA V − U P) S⁻¹; dV = V (F ∘ (S P + Pᵀ S)).
Expression push_svd(const Application& node, const Expression& tangent) {
  const std::size_t rows = tangent.type().rank() - 2;
  const Dim m = tangent.shape()[rows], n = tangent.shape()[rows + 1];
  const Expression u = part(node.result(), rows, 1, m), v = part(node.result(), rows, m + Dim(1), n);
  const Expression turned = product(tangent, v), p = product(transposed(u), turned);
  const Expression s = reshape(part(node.result(), rows, 0, 1), without_last(p.shape()));
  const Expression f = reciprocal_differences(s * s, p.shape());
  const Expression by_columns = p * along_columns(s, p.shape()), by_rows = p * along_rows(s, p.shape());
  Expression du = product(u, f * (by_columns + transposed(by_columns)));
  if (!(m == n)) {
    const Expression zeros = s == 0.0;
    const Expression inverse = select(zeros, 0.0, 1.0 / select(zeros, 1.0, s));
    du = du + (turned - product(u, p)) * along_columns(inverse, turned.shape());
  }
  const Expression dv = product(v, f * (by_rows + transposed(by_rows)));
  Shape row = p.shape();
  row[rows] = 1;
  return concat({reshape(diagonal(p), row), du, dv}, static_cast<std::int64_t>(rows));
}

/// The elements of the last axis of x at the positions p.
Expression permuted(const Expression& x, const Expression& p) {
  Graph& graph = *x.graph;
  const Shape shape = x.shape();
  const Dim n = shape.back(), all = element_count(shape), batches = element_count(without_last(shape));
  const Expression size{&graph, graph.add(Op::dim_value, {}, {{"dim", Shape{n}}})};
  const Expression row = iota(graph, 0, {batches, n}) * broadcast(size, {}, {batches, n});
  const Expression position = reshape(reshape(p, {batches, n}) + row, {all});
  return reshape(
      {&graph, graph.add(Op::gather, {reshape(x, {all}).id, position.id}, {{"axis", std::int64_t{0}}})},
      shape);
}

Expression positions_of_sort(const Application& node) {
  return routine(Op::argsort, {node.operand(0)}, {{"descending", node.node.integer("descending")}});
}

Expression push(const Application& node, std::size_t k, const Expression& tangent) {
  switch (node.node.op) {
    case Op::sort: return permuted(tangent, positions_of_sort(node));
    case Op::cholesky: return push_cholesky(node, tangent);
    case Op::triangular_solve: return push_triangular_solve(node, k, tangent);
    case Op::lu_solve: return push_lu_solve(node, k, tangent);
    case Op::lu_det: return push_lu_det(node, tangent);
    case Op::qr: return push_qr(node, tangent);
    case Op::eigh: return push_eigh(node, tangent);
    case Op::svd: return push_svd(node, tangent);
    default: break;
  }
  internal_error(__FILE__, __LINE__, "op", fmt::format("`{}` has no derivative rule", name(node.node.op)));
}

/// The gradient of <ct, push(tangent)> by the tangent, which it does not depend on.
Expression transpose_of_push(const Application& node, std::size_t k, const Expression& ct) {
  Graph& graph = *node.graph;
  const Expression none = zero(node.operand(k));
  const auto number = -1 - static_cast<std::int64_t>(graph.size());  // no mark of the program has it
  const Expression tangent{&graph, graph.add(Op::mark, {none.id}, {{"id", number}})};
  const Expression pushed = push(node, k, tangent);
  const Id marks[] = {tangent.id};
  LoopVariables variables(graph);
  const auto gradient = reverse_sweep(graph, pushed.id, ct.id, marks, variables);
  DP_ASSERT(gradient, "the rule of `{}` is not linear", name(node.node.op));
  return {&graph, gradient->at(tangent.id)};
}

/// The equations the other way round.
Expression transposed_solve(const Application& node, std::size_t k, const Expression& ct) {
  std::vector<Expression> operands;
  for (std::size_t other = 0; other < k; ++other) operands.push_back(node.operand(other));
  operands.push_back(ct);
  Attributes attributes = node.node.attributes;
  for (Attribute& attribute : attributes) {
    if (attribute.name == "transposed") attribute.value = 1 - node.node.integer("transposed");
  }
  return routine(node.node.op, operands, std::move(attributes));
}

Expression pull(const Application& node, std::size_t k, const Expression& ct) {
  const bool is_right_side =
      (node.node.op == Op::triangular_solve && k == 1) || (node.node.op == Op::lu_solve && k == 2);
  if (is_right_side) return transposed_solve(node, k, ct);
  if (node.node.op == Op::sort) {
    const Expression order = positions_of_sort(node);
    return permuted(ct, routine(Op::argsort, {order}, {{"descending", std::int64_t{0}}}));
  }
  return transpose_of_push(node, k, ct);
}

}  // namespace

/// A batch counts where one of its elements does.
Adjoint pull_call(const Application& application, std::size_t k, const Adjoint& ct) {
  const Expression product = pull(application, k, ct.value);
  if (ct.guard.is_everywhere()) return {product, {}};
  const std::size_t own = application.node.op == Op::sort ? 1 : 2, rank = application.node.type.rank();
  const std::size_t batches = rank - std::min(rank, application.node.op == Op::lu_det ? 1 : own);
  const Expression any =
      reduce(Op::reduce_any, ct.guard.expression(*application.graph), axes_between(batches, rank));
  const Guard guard = Guard::where(broadcast(any, axes_between(0, batches), product.shape()));
  return {guard.keep(product), guard};
}

Expression push_call(const Application& application, std::size_t k, const Expression& tangent) {
  return push(application, k, tangent);
}

}  // namespace dp::derivative_rules
