// Constants folded: what is known is computed here, by the interpreter's own arithmetic, so that not a bit
// differs.

#include <algorithm>

#include "ir/evaluate.h"
#include "ir/interpret.h"
#include "passes/simplifier.h"

namespace dp {
namespace {

constexpr std::int64_t most_elements =
    4096;                                  // of operands: larger constants are computed when the program runs
constexpr std::int64_t always_small = 16;  // a result of no more elements may be larger than its operands

Simplified fold_leaf(Simplifier& simplifier, const Node& node) {
  if (node.op == Op::iota) {
    const Dim& extent = node.type.shape[static_cast<std::size_t>(node.integer("axis"))];
    return extent == Dim(1) ? Simplified(constant_splat(simplifier.graph, 0, node.type)) : std::nullopt;
  }
  if (node.op != Op::dim_value) return std::nullopt;
  const auto size = node.dims("dim")[0].constant();
  if (!size) return std::nullopt;
  const Literal literal{std::vector<std::int64_t>{*size}};
  return simplifier.graph.add(Op::constant, {}, {{"value", literal}}, node.type);
}

bool all_constant(const Simplifier& simplifier, const Node& node) {
  return !node.operands.empty() && std::all_of(node.operands.begin(), node.operands.end(),
                                               [&](Id id) { return simplifier.node(id).op == Op::constant; });
}

/// A pointwise op of constants with equal elements.
Simplified fold_splats(Simplifier& simplifier, const Node& node) {
  std::vector<Literal> literals;
  for (const Id id : node.operands) {
    const Node& operand = simplifier.node(id);
    if (!real_splat(operand) && !integer_splat(operand)) return std::nullopt;
    literals.push_back(operand.literal());
  }
  const Dtype from = simplifier.type(node.operands[node.op == Op::select ? 1 : 0]).dtype;
  Literal value = evaluate(node.op, node.attributes, literals, from, node.type.dtype);
  return simplifier.graph.add(Op::constant, {}, {{"value", std::move(value)}}, node.type);
}

Literal literal_of(const Array& array) {
  std::vector<double> reals;
  std::vector<std::int64_t> integers;
  for (std::int64_t k = 0; k < array.count(); ++k) {
    if (is_real(array.dtype())) {
      reals.push_back(array.real(k));
    } else {
      integers.push_back(array.integer(k));
    }
  }
  return is_real(array.dtype()) ? Literal{std::move(reals)} : Literal{std::move(integers)};
}

/// The node alone, of constants.
Graph isolated(const Simplifier& simplifier, const Node& node) {
  Graph alone;
  std::vector<Id> operands;
  for (const Id id : node.operands) {
    operands.push_back(alone.add(Op::constant, {}, simplifier.node(id).attributes, simplifier.type(id)));
  }
  const Id id = alone.add(node.op, std::move(operands), node.attributes);
  if (info(node.op).form == Form::effect) {
    alone.effects = {id};
  } else {
    alone.outputs = {{"", id}};
  }
  return alone;
}

bool is_small(const Simplifier& simplifier, const Node& node) {
  std::int64_t elements = 0;
  for (const Id id : node.operands) {
    const auto count = element_count(simplifier.type(id).shape).constant();
    if (!count || *count > most_elements) return false;
    elements += *count;
  }
  return elements <= most_elements;
}

/// A check that is known to hold, or is never taken, becomes the bools that it is made of: `rewrite` then
/// drops it from the order of effects.
Simplified fold_check(Simplifier& simplifier, const Node& node) {
  if (node.op == Op::print) return std::nullopt;
  const Id taken = node.operands.back();
  if (integer_splat(simplifier.node(taken)) == (node.op == Op::assert_ ? 1 : 0)) return taken;
  if (!all_constant(simplifier, node) || !is_small(simplifier, node)) return std::nullopt;
  if (node.op == Op::check_index && !node.dims("dim").at(0).is_constant()) return std::nullopt;
  return interpret(isolated(simplifier, node), {}) ? Simplified(taken) : std::nullopt;
}

/// Any op of small constants, run through the interpreter; not where the constant would be larger than what
/// it is made of, as in a broadcast.
Simplified fold_small(Simplifier& simplifier, const Node& node) {
  const auto count = element_count(node.type.shape).constant();
  if (!count || !is_small(simplifier, node)) return std::nullopt;
  std::int64_t elements = 0;
  for (const Id id : node.operands) elements += element_count(simplifier.type(id).shape).constant().value();
  if (*count > std::max(elements, always_small)) return std::nullopt;
  const Result<std::vector<Array>> values = interpret(isolated(simplifier, node), {});
  if (!values) return std::nullopt;
  return simplifier.graph.add(Op::constant, {}, {{"value", literal_of(values->front())}}, node.type);
}

}  // namespace

Simplified fold(Simplifier& simplifier, Id id) {
  const Node node = simplifier.node(id);
  const Form form = info(node.op).form;
  if (form == Form::effect) return fold_check(simplifier, node);
  if (form == Form::leaf) return fold_leaf(simplifier, node);
  const bool stands_alone = form != Form::level && form != Form::binder && form != Form::loop;
  if (!stands_alone || !all_constant(simplifier, node)) return std::nullopt;
  if (is_pointwise(node.op)) {
    if (Simplified found = fold_splats(simplifier, node)) return found;
  }
  return fold_small(simplifier, node);
}

}  // namespace dp
