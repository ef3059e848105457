#include "frontend/build_bounds.h"

#include <algorithm>
#include <string>

namespace dp {
namespace {

constexpr std::size_t most_atoms = 6;

/// The integers of a constant; none of reals.
const std::vector<std::int64_t>* integers_of(const Node& node) {
  return node.op == Op::constant ? std::get_if<std::vector<std::int64_t>>(&node.literal().elements) : nullptr;
}

/// Ops whose elements are elements of their first operand.
bool moves_elements(Op op) {
  switch (op) {
    case Op::at:
    case Op::gather:
    case Op::take:
    case Op::slice:
    case Op::reshape:
    case Op::transpose:
    case Op::broadcast:
    case Op::flip:
    case Op::for_:
    case Op::mark:
    case Op::stop: return true;
    default: return false;
  }
}

}  // namespace

Dim Bounds::atom(std::string name, const Dim& extent) {
  Dim result = Dim::name(name);
  atoms_.insert_or_assign(std::move(name), extent);
  return result;
}

std::optional<Dim> Bounds::bound_of(const Node& node) {
  if (moves_elements(node.op)) return bound(node.operands[0]);
  const bool integers = is_integer(node.type.dtype);
  if (node.op == Op::convert && integers && is_integer((*graph_)[node.operands[0]].type.dtype))
    return bound(node.operands[0]);
  if (node.op == Op::argmax || node.op == Op::argmin)
    return (*graph_)[node.operands[0]].type.shape.at(static_cast<std::size_t>(node.integer("axis")));
  if (node.op == Op::iota) return node.type.shape.at(static_cast<std::size_t>(node.integer("axis")));
  if (node.op == Op::index) return node.dims("dim").at(0);
  if (node.op == Op::mod && integers) return form(node.operands[1]);
  if (node.op == Op::select) {
    const auto yes = bound(node.operands[1]), no = bound(node.operands[2]);
    return yes == no ? yes : std::nullopt;
  }
  const auto* elements = integers_of(node);
  if (!elements || elements->empty()) return std::nullopt;
  const auto [low, high] = std::minmax_element(elements->begin(), elements->end());
  return *low >= 0 ? std::optional(Dim(*high) + Dim(1)) : std::nullopt;
}

std::optional<Dim> Bounds::bound(Id id) {
  const auto found = known_.find(id);
  if (found != known_.end()) return found->second;
  auto result = bound_of((*graph_)[id]);
  if (result) known_.insert_or_assign(id, *result);
  return result;
}

std::optional<Dim> Bounds::form(Id id) {
  const Node& node = (*graph_)[id];
  const auto operand = [&](std::size_t k) { return form(node.operands[k]); };
  if (const auto* elements = integers_of(node); elements && elements->size() == 1) return Dim((*elements)[0]);
  if (node.op == Op::dim_value) return node.dims("dim").at(0);
  if (node.op == Op::index) return atom("%loop" + std::to_string(node.integer("id")), node.dims("dim").at(0));
  if (node.type.dtype == Dtype::i64 && (node.op == Op::add || node.op == Op::sub || node.op == Op::mul)) {
    const auto left = operand(0), right = operand(1);
    if (left && right)
      return node.op == Op::add ? *left + *right : node.op == Op::sub ? *left - *right : *left * *right;
  }
  if (node.op == Op::mark || node.op == Op::stop ||
      (node.op == Op::convert && node.type.dtype == Dtype::i64)) {
    if (is_integer((*graph_)[node.operands[0]].type.dtype)) return operand(0);
  }
  const auto limit = bound(id);
  return limit ? std::optional(atom("%value" + std::to_string(id), *limit)) : std::nullopt;
}

bool Bounds::never_negative(const Dim& form) const {
  if (form.provably_nonnegative()) return true;
  std::vector<std::string> variables;
  for (const std::string& name : form.names())
    if (atoms_.contains(name)) variables.push_back(name);
  if (variables.size() > most_atoms) return false;
  // A variable v of 0 .. n-1 is counted from above, as n - 1 - v, where that helps.
  for (std::size_t flips = 0; flips < (std::size_t{1} << variables.size()); ++flips) {
    DimBindings turned;
    for (std::size_t k = 0; k < variables.size(); ++k)
      if (flips >> k & 1)
        turned.emplace(variables[k], atoms_.at(variables[k]) - Dim(1) - Dim::name(variables[k]));
    const Dim candidate = form.substitute(turned);
    if (candidate.provably_nonnegative()) return true;
    for (const auto& [left, right] : clauses_)
      if ((candidate - (right - left)).provably_nonnegative()) return true;
  }
  return false;
}

bool Bounds::inside(Id id, const Dim& extent) {
  if (const auto limit = bound(id); limit && never_negative(extent - *limit)) return true;
  if ((*graph_)[id].type.rank() > 0) return false;
  const auto value = form(id);
  return value && never_negative(*value) && never_negative(extent - Dim(1) - *value);
}

bool Bounds::never_zero(Id id) {
  const Node& node = (*graph_)[id];
  if (const auto* elements = integers_of(node))
    return std::find(elements->begin(), elements->end(), 0) == elements->end();
  if (node.op == Op::broadcast || node.op == Op::convert) return never_zero(node.operands[0]);
  if (node.type.rank() > 0) return false;
  const auto value = form(id);
  return value && (never_negative(*value - Dim(1)) || never_negative(-*value - Dim(1)));
}

}  // namespace dp
