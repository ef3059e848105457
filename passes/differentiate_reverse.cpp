#include "passes/differentiate_reverse.h"

#include "passes/differentiate_sweeps.h"
#include "support/assert.h"

namespace dp {

ReverseSweep::ReverseSweep(Graph& graph, const DerivativePath& path, const ScanLoops& scans,
                           LoopVariables& variables)
    : graph_(graph),
      path_(path),
      scans_(scans),
      variables_(variables),
      beginning_{static_cast<Id>(graph.size()), variables.next()} {}

std::map<Id, Id> ReverseSweep::run(Id y, Id dy, std::span<const Id> marks) {
  Level outside;
  outside.kept = variables_.of(y);
  outside.kept.merge(Variables(variables_.of(dy)));
  gain(outside, y, {{&graph_, dy}, {}});
  sweep(outside);
  std::map<Id, Id> gradients;
  for (const Id mark : marks) {
    const auto gradient = outside.sums.find(mark);
    if (path_.contains(mark) && gradient != outside.sums.end()) gradients[mark] = gradient->second.value.id;
  }
  return gradients;
}

void ReverseSweep::sweep(Level& level) {
  const std::vector<PathItem> items = items_in(level.loop, graph_, path_, scans_, variables_);
  for (std::size_t k = items.size(); k-- > 0;)
    items[k].loop ? close(level, *items[k].loop) : visit(level, items[k].node);
}

void ReverseSweep::visit(Level& level, Id id) {
  const auto place = level.sums.find(id);
  if (place == level.sums.end()) return;  // what a scan's step leaves and nothing uses
  const Application application(graph_, id);
  const Adjoint ct = place->second;
  annotate_after(graph_, ct.value.id, id);
  if (application.node.op == Op::result) return collect(level, id, ct);
  if (application.node.op == Op::carry) return;
  for (std::size_t operand = 0; operand < application.node.operands.size(); ++operand) {
    if (path_.leads_to(graph_, application.node, operand))
      pass(level, {id, operand, application.node.operands[operand], ct, {}});
  }
}

void ReverseSweep::collect(Level& level, Id result, const Adjoint& ct) {
  const Node& node = graph_[result];
  const Node& scan = graph_[node.operands[0]];
  const std::int64_t slot = node.integer("slot"), carries = scan.integer("carries");
  Incoming& incoming = level.incoming[scan.integer("id")];
  if (slot < carries) return add(incoming.last, static_cast<Id>(slot), ct);
  add(incoming.stacked, scan_operands(scan).stacked[static_cast<std::size_t>(slot - carries)], ct);
}

void ReverseSweep::add(std::map<Id, Adjoint>& sums, Id id, const Adjoint& more) {
  const auto [place, first] = sums.try_emplace(id, more);
  if (first) return;
  place->second = {place->second.value + more.value, either(place->second.guard, more.guard)};
}

/// Drops a guard that has nothing to keep out below. Sums over the loops that the user is in and the value is
/// not.
void ReverseSweep::gain(Level& level, Id id, const Adjoint& contribution) {
  Variables kept = variables_.of(id);
  kept.insert(level.kept.begin(), level.kept.end());
  const Guard guard = path_.is_guarded(id) ? contribution.guard : Guard();
  add(level.sums, id, summed_over_indices({contribution.value, guard}, kept, variables_));
}

void ReverseSweep::pass(Level& level, Contribution contribution) {
  const Id value = contribution.value;
  if (level.loop && !variables_.of(value).contains(level.loop->id)) {
    level.leaving.push_back(std::move(contribution));
    return;
  }
  Adjoint sum = contribution.ct;
  if (contribution.user != no_id)
    sum = pull_back(Application(graph_, contribution.user), contribution.operand, sum);
  for (const auto& reader : contribution.readers) sum = (*reader)(sum);
  gain(level, value, sum);
}

Result<std::map<Id, Id>> reverse_sweep(Graph& graph, Id y, Id dy, std::span<const Id> marks,
                                       LoopVariables& variables) {
  const ScanLoops scans(graph, y, variables);
  const Result<DerivativePath> path = find_path(graph, y, marks, scans);
  if (!path) return path.error();
  std::map<Id, Id> gradients = ReverseSweep(graph, *path, scans, variables).run(y, dy, marks);
  for (const Id mark : marks) gradients.try_emplace(mark, zero({&graph, mark}).id);
  return gradients;
}

}  // namespace dp
