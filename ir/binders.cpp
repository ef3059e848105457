#include "ir/binders.h"

#include <algorithm>
#include <iterator>

namespace dp {

const Variables& FreeVariables::of(Id id) {
  know(id);
  return known_[id];
}

const Variables& FreeVariables::with_checks(Id id) {
  know(id);
  return with_checks_[id];
}

void FreeVariables::know(Id id) {
  for (; seen_ < graph_->size(); ++seen_) {
    const Node& node = (*graph_)[static_cast<Id>(seen_)];
    if (node.op == Op::scan) scans_.insert(node.integer("id"));
  }
  while (known_.size() <= id) {
    const Node& node = (*graph_)[static_cast<Id>(known_.size())];
    known_.push_back(compute(node, known_, false));
    with_checks_.push_back(compute(node, with_checks_, true));
  }
}

Variables FreeVariables::compute(const Node& node, const std::vector<Variables>& known,
                                 bool with_checks) const {
  Variables free;
  // What a loop starts from stands outside of it, though its own variable may have the same id further out.
  const std::size_t outside = node.op == Op::scan ? scan_operands(node).initial.size() : 0;
  const std::size_t effects = node.op == Op::scan ? scan_operands(node).effects.size() : 0;
  const std::size_t values = node.operands.size() - (with_checks ? 0 : effects);
  for (std::size_t k = outside; k < values; ++k)
    free.insert(known[node.operands[k]].begin(), known[node.operands[k]].end());
  for (std::size_t k = values; k < node.operands.size(); ++k)
    std::ranges::set_intersection(known[node.operands[k]], scans_, std::inserter(free, free.end()));
  if (node.op == Op::for_ || node.op == Op::scan) free.erase(node.integer("id"));
  for (std::size_t k = 0; k < outside; ++k)
    free.insert(known[node.operands[k]].begin(), known[node.operands[k]].end());
  if (node.op == Op::index || node.op == Op::carry) free.insert(node.integer("id"));
  return free;
}

ScanOperands scan_operands(const Node& scan) {
  const auto carries = static_cast<std::size_t>(scan.integer("carries"));
  const auto stacked = static_cast<std::size_t>(scan.integer("stacked"));
  const std::span<const Id> all(scan.operands);
  return {all.subspan(0, carries), all.subspan(carries, carries), all.subspan(2 * carries, stacked),
          all.subspan(2 * carries + stacked)};
}

namespace {

/// Whether that operand is in the loop that the node closes.
bool is_body(const Node& node, std::size_t operand) {
  return node.op == Op::for_ || (node.op == Op::scan && operand >= scan_operands(node).initial.size());
}

Variables common(const Variables& a, const Variables& b) {
  Variables both;
  std::ranges::set_intersection(a, b, std::inserter(both, both.end()));
  return both;
}

}  // namespace

std::vector<Id> nodes_of_step(const Graph& graph, std::span<const Id> roots, std::int64_t variable,
                              FreeVariables& free) {
  using Place = std::pair<Id, Variables>;  // a node, and those of its variables that loops inside bind
  std::vector<Place> pending;
  for (const Id root : roots) pending.emplace_back(root, Variables());
  std::set<Place> seen;
  std::set<Id> found;
  while (!pending.empty()) {
    const auto [id, inside] = pending.back();
    pending.pop_back();
    if (!free.with_checks(id).contains(variable) || !seen.insert({id, inside}).second) continue;
    if (inside.empty()) found.insert(id);
    const Node& node = graph[id];
    for (std::size_t k = 0; k < node.operands.size(); ++k) {
      Variables deeper = inside;
      if (is_body(node, k)) deeper.insert(node.integer("id"));
      pending.emplace_back(node.operands[k], common(deeper, free.with_checks(node.operands[k])));
    }
  }
  return {found.begin(), found.end()};
}

std::int64_t next_loop_id(const Graph& graph) {
  std::int64_t next = 0;
  for (std::size_t k = 0; k < graph.size(); ++k) {
    const Node& node = graph[static_cast<Id>(k)];
    const bool binds =
        node.op == Op::index || node.op == Op::carry || node.op == Op::for_ || node.op == Op::scan;
    if (binds) next = std::max(next, node.integer("id") + 1);
  }
  return next;
}

}  // namespace dp
