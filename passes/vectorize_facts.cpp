#include "passes/vectorize_facts.h"

#include <algorithm>

#include "passes/patterns.h"

namespace dp::vectorizer {
namespace {

constexpr std::int64_t largest_stride = std::int64_t{1} << 31;

void join(Variables& all, const Variables& more) { all.insert(more.begin(), more.end()); }

bool scale(Affine& x, std::int64_t factor) {
  if (factor == 0) {
    x = {Dim(0), {}};
    return true;
  }
  x.constant = x.constant * Dim(factor);
  for (auto& [loop, stride] : x.strides) {
    if (__builtin_mul_overflow(stride, factor, &stride) || std::abs(stride) > largest_stride) return false;
  }
  return !x.constant.is_undefined();
}

/// Nothing where a stride becomes too large.
std::optional<Affine> sum(Affine x, const Affine& y) {
  x.constant = x.constant + y.constant;
  for (const auto& [loop, stride] : y.strides) {
    std::int64_t& total = x.strides[loop];
    total += stride;
    if (std::abs(total) > largest_stride) return std::nullopt;
    if (total == 0) x.strides.erase(loop);
  }
  return x.constant.is_undefined() ? std::nullopt : std::optional(std::move(x));
}

std::optional<Affine> product(const Affine& x, const Affine& y) {
  const bool x_is_number = x.strides.empty() && x.constant.is_constant();
  const Affine& number = x_is_number ? x : y;
  Affine other = x_is_number ? y : x;
  if (!number.strides.empty() || !number.constant.is_constant()) return std::nullopt;
  if (!scale(other, *number.constant.constant())) return std::nullopt;
  return other;
}

}  // namespace

LoopFacts::LoopFacts(const Graph& graph)
    : graph_(graph), live_(live_nodes(graph)), free_(graph), lanes_(graph.size()) {
  for (const Id id : live_) note(id);
  for (const Output& output : graph.outputs) {
    if (graph[output.node].op == Op::scan) counted_.insert(output.node);
  }
  while (has_binders_ && spread()) {}
}

void LoopFacts::note(Id id) {
  const Node& node = graph_[id];
  const bool has_extent = node.op == Op::index || node.op == Op::for_ || node.op == Op::scan;
  if (has_extent) extents_.emplace(node.integer("id"), node.dims("dim").at(0));
  has_binders_ = has_binders_ || info(node.op).form == Form::binder;
  if (node.op == Op::scan) scans_[node.integer("id")].push_back(id);
  for (const Id operand : node.operands) {
    if (graph_[operand].op == Op::scan && node.op != Op::result) counted_.insert(operand);
  }
}

bool LoopFacts::spread() {
  bool grown = false;
  for (const Id id : live_) {
    Variables now = lanes_of(id);
    grown = grown || now.size() > lanes_[id].size();
    lanes_[id] = std::move(now);
  }
  return grown;
}

/// A scan inside of a conditional one must stop in lanes that are done out there.
Variables LoopFacts::condition_lanes(Id scan) const {
  const Node& node = graph_[scan];
  if (node.integer("conditional") == 0) return {};
  const ScanOperands operands = scan_operands(node);
  Variables all = lanes_[operands.initial[0]];
  join(all, lanes_[operands.next[0]]);
  for (const std::int64_t outer : free_.of(scan)) {
    const auto found = scans_.find(outer);
    if (found == scans_.end()) continue;
    for (const Id id : found->second) join(all, lanes_[id]);
  }
  return all;
}

Variables LoopFacts::carried_lanes(Id scan, std::size_t slot) const {
  const ScanOperands operands = scan_operands(graph_[scan]);
  Variables all = lanes_[scan];
  join(all, lanes_[operands.initial[slot]]);
  join(all, lanes_[operands.next[slot]]);
  return all;
}

Variables LoopFacts::lanes_of(Id id) const {
  const Node& node = graph_[id];
  Variables all;
  const auto slot = [&] { return static_cast<std::size_t>(node.integer("slot")); };
  if (node.op == Op::index && !is_scan(node.integer("id"))) all.insert(node.integer("id"));
  if (node.op == Op::scan) return condition_lanes(id);
  if (node.op == Op::carry) {
    for (const Id scan : scans_.at(node.integer("id"))) join(all, carried_lanes(scan, slot()));
    return all;
  }
  if (node.op == Op::result && graph_[node.operands[0]].op == Op::scan) {
    const Id scan = node.operands[0];
    const ScanOperands operands = scan_operands(graph_[scan]);
    const std::size_t carries = operands.initial.size();
    if (slot() < carries) return carried_lanes(scan, slot());
    join(all, lanes_[scan]);
    join(all, lanes_[operands.stacked[slot() - carries]]);
    return all;
  }
  for (const Id operand : node.operands) join(all, lanes_[operand]);
  if (node.op == Op::for_) all.erase(node.integer("id"));
  return all;
}

const std::optional<Affine>& LoopFacts::affine(Id id) {
  const auto found = affine_.find(id);
  if (found != affine_.end()) return found->second;
  std::optional<Affine> form = affine_of(graph_[id]);
  return affine_.emplace(id, std::move(form)).first->second;
}

std::optional<Affine> LoopFacts::affine_of(const Node& node) {
  if (node.type.dtype != Dtype::i64 && node.op != Op::constant) return std::nullopt;
  if (node.op == Op::index) return Affine{Dim(0), {{node.integer("id"), 1}}};
  if (node.op == Op::dim_value) return Affine{node.dims("dim").at(0), {}};
  if (node.op == Op::constant) {
    const auto value = integer_splat(node);
    return value ? std::optional(Affine{Dim(*value), {}}) : std::nullopt;
  }
  const bool combines = node.op == Op::add || node.op == Op::sub || node.op == Op::mul || node.op == Op::neg;
  if (!combines) return std::nullopt;
  const std::optional<Affine> x = affine(node.operands[0]);
  std::optional<Affine> y = affine(node.operands.back());
  if (!x || !y) return std::nullopt;
  if (node.op == Op::mul) return product(*x, *y);
  const bool negates = node.op != Op::add;
  if (negates && !scale(*y, -1)) return std::nullopt;
  return node.op == Op::neg ? y : sum(*x, *y);
}

bool LoopFacts::is_inside(const Affine& position, const Dim& extent) const {
  Dim low = position.constant, high = position.constant;
  for (const auto& [loop, stride] : position.strides) {
    const Dim reach = Dim(stride) * (extents_.at(loop) - Dim(1));
    (stride < 0 ? low : high) = (stride < 0 ? low : high) + reach;
  }
  return low.provably_nonnegative() && (extent - Dim(1) - high).provably_nonnegative();
}

}  // namespace dp::vectorizer
