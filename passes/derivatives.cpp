#include "passes/derivatives.h"

#include <algorithm>
#include <cmath>

#include "passes/derivatives_rules.h"
#include "support/assert.h"

namespace dp {
namespace {

/// Whether all elements are finite and, where that is asked, none is 0.
bool is_finite_constant(const Graph& graph, Id id, bool nonzero) {
  while (graph[id].op == Op::broadcast || graph[id].op == Op::reshape) id = graph[id].operands[0];
  if (graph[id].op != Op::constant) return false;
  const auto* elements = std::get_if<std::vector<double>>(&graph[id].literal().elements);
  return elements && std::ranges::all_of(*elements, [&](double element) {
           return std::isfinite(element) && !(nonzero && element == 0);
         });
}

bool is_move(Op op) { return info(op).form == Form::move; }

/// Linear in all their real operands together, rather than in each.
bool is_jointly_linear(Op op) {
  return info(op).derivative == DerivativeKind::linear || op == Op::scatter_add || op == Op::scatter_set;
}

/// Linear in each real operand.
bool is_multilinear(Op op) {
  return is_move(op) || op == Op::dot || op == Op::guarded_dot || op == Op::at || op == Op::put;
}

/// The op on the tangents, and on zeros where an operand has none.
Expression on_tangents(const Application& application, const Tangents& tangents) {
  std::vector<Id> operands = application.node.operands;
  for (std::size_t k = 0; k < operands.size(); ++k) {
    const Expression operand = application.operand(k);
    if (!is_real(operand.type().dtype)) continue;
    operands[k] = (tangents[k] ? *tangents[k] : zero(operand)).id;
  }
  Graph& graph = *application.graph;
  return {&graph, graph.add(application.node.op, std::move(operands), application.node.attributes)};
}

/// What each operand's tangent contributes, added up from the first operand on.
template <class Contribution>
Expression sum_over(const Tangents& tangents, const Contribution& contribution) {
  std::optional<Expression> sum;
  for (std::size_t k = 0; k < tangents.size(); ++k) {
    if (!tangents[k]) continue;
    const Expression term = contribution(k, *tangents[k]);
    sum = sum ? *sum + term : term;
  }
  DP_ASSERT(sum, "a tangent is asked of an op none of whose operands has one");
  return *sum;
}

Expression push_select(const Application& application, const Tangents& tangents) {
  const auto tangent = [&](std::size_t k) {
    return tangents[k] ? *tangents[k] : zero(application.operand(k));
  };
  return select(application.operand(0), tangent(1), tangent(2));
}

}  // namespace

namespace derivative_rules {

Expression with_operand(const Application& application, std::size_t k, const Expression& value) {
  std::vector<Id> operands = application.node.operands;
  operands[k] = value.id;
  Graph& graph = *application.graph;
  return {&graph, graph.add(application.node.op, std::move(operands), application.node.attributes)};
}

}  // namespace derivative_rules

bool carries_derivative(const Graph& graph, const Node& node, std::size_t operand) {
  if (!is_real(node.type.dtype) || !is_real(graph[node.operands[operand]].type.dtype)) return false;
  const OpInfo& row = info(node.op);
  if (row.derivative == DerivativeKind::zero) return false;
  if (node.op == Op::power) return node.integer("exponent") != 0;
  // The factors are made of the matrix, which carries the derivative.
  if (node.op == Op::lu_solve || node.op == Op::lu_det) return operand != 1;
  if (node.op == Op::custom) return operand > 0 && operand <= static_cast<std::size_t>(node.integer("count"));
  return row.form != Form::eval || row.derivative_texts[operand] != "ZERO";
}

bool may_be_unbounded(const Graph& graph, const Node& node, std::size_t operand) {
  switch (node.op) {
    case Op::neg:
    case Op::add:
    case Op::sub:
    case Op::relu:
    case Op::gate:
    case Op::max:
    case Op::min:
    case Op::clamp:
    case Op::select:
    case Op::convert:
    case Op::mark:
    case Op::carry:
    case Op::for_:
    case Op::at:
    case Op::put:
    case Op::result:
    case Op::reduce_sum:
    case Op::reduce_max:
    case Op::reduce_min: return false;
    case Op::mul: return !is_finite_constant(graph, node.operands[1 - operand], false);
    case Op::div: return operand == 1 || !is_finite_constant(graph, node.operands[1], true);
    case Op::power: return node.integer("exponent") != 1;
    default: return !is_move(node.op);
  }
}

Adjoint pull_back(const Application& application, std::size_t operand, const Adjoint& ct) {
  namespace rules = derivative_rules;
  switch (application.node.op) {
    case Op::mark: return ct;
    case Op::select: return rules::pull_select(application, operand, ct);
    case Op::custom: return rules::pull_custom(application, operand, ct);
    case Op::convert: return {convert(ct.value, application.operand(0).type().dtype), ct.guard};
    case Op::dot:
    case Op::guarded_dot: return rules::pull_dot(application, operand, ct);
    default: break;
  }
  const OpInfo& row = info(application.node.op);
  if (row.form == Form::move) return rules::pull_move(application, operand, ct);
  if (row.form == Form::call) return rules::pull_call(application, operand, ct);
  if (row.form == Form::reduce) return rules::pull_reduce(application, ct);
  if (row.form == Form::binder) return rules::pull_binder(application, ct);
  const Expression product = rules::local_product(application, operand, ct.value);
  const bool keep_apart = may_be_unbounded(*application.graph, application.node, operand);
  return {keep_apart ? ct.guard.keep(product) : product, ct.guard};
}

Expression push_forward(const Application& application, const Tangents& tangents) {
  namespace rules = derivative_rules;
  const Op op = application.node.op;
  if (op == Op::mark) return *tangents[0];
  if (op == Op::select) return push_select(application, tangents);
  if (op == Op::custom) return rules::push_custom(application, tangents);
  if (is_jointly_linear(op)) return on_tangents(application, tangents);
  if (info(op).form == Form::reduce) return rules::push_reduce(application, *tangents[0]);
  const bool multilinear = is_multilinear(op);
  return sum_over(tangents, [&](std::size_t k, const Expression& tangent) {
    if (info(op).form == Form::call) return rules::push_call(application, k, tangent);
    return multilinear ? rules::with_operand(application, k, tangent)
                       : rules::local_product(application, k, tangent);
  });
}

}  // namespace dp
