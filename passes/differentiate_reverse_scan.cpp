// The reverse of a scan: a scan that goes back over the steps, carries the adjoints of what the forward one
// carries, and, where a guard must be kept, which of their elements count.

#include <algorithm>

#include "passes/differentiate_reverse.h"

namespace dp {
namespace {

constexpr Dtype truth = Dtype::boolean;

Expression carry(const Expression& initial, std::int64_t loop, std::size_t slot) {
  return {initial.graph, initial.graph->add(Op::carry, {initial.id},
                                            {{"id", loop}, {"slot", static_cast<std::int64_t>(slot)}})};
}

/// The guard as a bool of that shape.
Expression truths(const Guard& guard, const Expression& like) {
  if (guard.is_everywhere()) return splat(*like.graph, 1.0, {truth, like.shape()});
  return guard.expression(*like.graph);
}

Id next_of(const Graph& graph, const ScanLoop& loop, std::int64_t slot) {
  return scan_operands(loop.node(graph)).next[static_cast<std::size_t>(slot)];
}
Id initial_of(const Graph& graph, const ScanLoop& loop, std::int64_t slot) {
  return scan_operands(loop.node(graph)).initial[static_cast<std::size_t>(slot)];
}

}  // namespace

/// The slots through which something reaches the marks.
std::vector<std::int64_t> ReverseSweep::active_slots(const ScanLoop& loop) const {
  std::vector<std::int64_t> slots;
  for (std::int64_t slot = 0; slot < loop.node(graph_).integer("carries"); ++slot) {
    const Id initial = initial_of(graph_, loop, slot), next = next_of(graph_, loop, slot);
    const bool is_real_slot = is_real(graph_[initial].type.dtype);
    if (is_real_slot && (path_.contains(initial) || path_.contains(next))) slots.push_back(slot);
  }
  return slots;
}

ReverseSweep::Level ReverseSweep::level_of(const Level& outer, const ScanLoop& loop, const Incoming& incoming,
                                           std::int64_t variable) {
  Level level;
  level.loop = &loop;
  level.kept = outer.kept;
  level.kept.insert(loop.around.begin(), loop.around.end());
  level.kept.insert({loop.id, variable});
  for (const auto* adjoints : {&incoming.last, &incoming.stacked}) {
    for (const auto& [id, adjoint] : *adjoints) level.kept.merge(variables_.of(adjoint));
  }
  return level;
}

/// What was stacked at a step has its adjoint in the stack's. `taken`: whether that step was run.
void ReverseSweep::seed_stacked(Level& inside, const Incoming& incoming, const Expression& step,
                                const std::optional<Expression>& taken) {
  const auto at_step = [&](const Expression& stack) { return part_at(stack, {step}, {0}); };
  for (const auto& [value, adjoint] : incoming.stacked) {
    Adjoint ct{at_step(adjoint.value), adjoint.guard.moved(at_step)};
    if (taken) {
      const Expression mask = broadcast(*taken, {}, ct.value.shape());
      ct = {select(mask, ct.value, 0.0), ct.guard.and_where(mask, true)};
    }
    pass(inside, {no_id, 0, value, ct, {}});
  }
}

/// Whether a step was run, of a loop that may stop early.
Expression ReverseSweep::condition_of(const ScanLoop& loop, const Expression& step) {
  return step < loop.count(graph_);
}

Adjoint ReverseSweep::adjoint_of_carry(const Reversal& reversal, const ScanLoop& loop, std::int64_t slot) {
  const auto carried = loop.carries.find(slot);
  const auto place =
      carried == loop.carries.end() ? reversal.inside.sums.end() : reversal.inside.sums.find(carried->second);
  if (place != reversal.inside.sums.end()) return place->second;
  return {zero({&graph_, initial_of(graph_, loop, slot)}), {}};
}

/// One step in reverse. First the adjoints are carried, then the guards of those slots that have one.
ReverseSweep::Reversal ReverseSweep::reverse_steps(Level& outer, const ScanLoop& loop,
                                                   const Incoming& incoming,
                                                   const std::vector<std::int64_t>& slots,
                                                   const std::vector<std::int64_t>& guarded) {
  const std::int64_t id = variables_.fresh();
  const Dim extent = loop.extent(graph_);
  const Expression last = loop.is_conditional(graph_) ? loop.count(graph_) - integer(graph_, 1)
                                                      : integer(graph_, extent - Dim(1));
  const Expression number = loop_index(graph_, id, extent);
  Reversal reversal{level_of(outer, loop, incoming, id), id, last, last - number, {}};
  if (loop.is_conditional(graph_)) reversal.initial.push_back(condition_of(loop, integer(graph_, 0)));
  const std::size_t first = reversal.initial.size();
  std::map<std::int64_t, Guard> guards;
  const auto incoming_of = [&](std::int64_t slot) -> Adjoint {
    const auto place = incoming.last.find(static_cast<Id>(slot));
    if (place != incoming.last.end()) return place->second;
    return {zero({&graph_, initial_of(graph_, loop, slot)}), {}};
  };
  for (const std::int64_t slot : slots) reversal.initial.push_back(incoming_of(slot).value);
  for (const std::int64_t slot : guarded) {
    const Adjoint ct = incoming_of(slot);
    const bool has_gained = incoming.last.contains(static_cast<Id>(slot));
    const Expression none = splat(graph_, 0.0, {truth, ct.value.shape()});
    reversal.initial.push_back(has_gained ? truths(ct.guard, ct.value) : none);
    guards[slot] = Guard::where(carry(reversal.initial.back(), id, reversal.initial.size() - 1));
  }
  for (std::size_t k = 0; k < slots.size(); ++k) {
    const Id next = next_of(graph_, loop, slots[k]);
    const Expression ct = carry(reversal.initial[first + k], id, first + k);
    if (path_.contains(next)) pass(reversal.inside, {no_id, 0, next, {ct, guards[slots[k]]}, {}});
  }
  seed_stacked(reversal.inside, incoming, reversal.step, std::nullopt);
  sweep(reversal.inside);
  return reversal;
}

/// The scan of those steps; what it starts from gains what it carries at its end.
ReverseSteps ReverseSweep::reverse_scan(Level& outer, const ScanLoop& loop, Reversal& reversal,
                                        const std::vector<std::int64_t>& slots,
                                        const std::vector<std::int64_t>& guarded, Replacement& forward) {
  std::vector<Id> operands;
  for (const Expression& initial : reversal.initial) operands.push_back(initial.id);
  const bool conditional = loop.is_conditional(graph_);
  const Dim extent = loop.extent(graph_);
  std::vector<Id> in_order;
  if (conditional) {
    const Expression number = loop_index(graph_, reversal.id, extent);
    operands.push_back(condition_of(loop, number + integer(graph_, 1)).id);
  }
  for (const std::int64_t slot : slots) {
    const Adjoint ct = adjoint_of_carry(reversal, loop, slot);
    in_order.push_back(ct.value.id);
    for (const Id condition : ct.guard.conditions()) in_order.push_back(condition);
    operands.push_back(forward(ct.value).id);
  }
  for (const std::int64_t slot : guarded) {
    const Adjoint ct = adjoint_of_carry(reversal, loop, slot);
    operands.push_back(truths(forward(ct.guard), ct.value).id);
  }
  const Id scan = graph_.add(Op::scan, std::move(operands),
                             {{"id", reversal.id},
                              {"dim", Shape{extent}},
                              {"carries", static_cast<std::int64_t>(reversal.initial.size())},
                              {"stacked", std::int64_t{0}},
                              {"conditional", std::int64_t{conditional}}});
  graph_.annotate(scan, Note(graph_.note(loop.nodes.front())));
  const auto first = static_cast<std::int64_t>(conditional);
  for (std::size_t k = 0; k < slots.size(); ++k) {
    const Id initial = initial_of(graph_, loop, slots[k]);
    if (!path_.contains(initial)) continue;
    Adjoint ct{scan_result(graph_, scan, first + static_cast<std::int64_t>(k)), {}};
    const auto place = std::ranges::find(guarded, slots[k]);
    const auto guard_slot = first + static_cast<std::int64_t>(slots.size()) + (place - guarded.begin());
    if (place != guarded.end()) ct.guard = Guard::where(scan_result(graph_, scan, guard_slot));
    pass(outer, {no_id, 0, initial, ct, {}});
  }
  Variables around = variables_.of(scan);
  around.insert(outer.kept.begin(), outer.kept.end());
  return {{.id = reversal.id, .nodes = {scan}, .carries = {}, .around = around},
          reversal.step,
          reversal.last,
          &forward,
          values_in_loop(graph_, variables_, reversal.id, std::move(in_order))};
}

/// Contributions to values outside of the loop, at all its steps at once.
void ReverseSweep::leave(Level& outer, const ScanLoop& loop, std::vector<Contribution> leaving,
                         const Expression& step, Replacement* reverse) {
  const auto forward =
      std::make_shared<Replacement>(forward_values(graph_, variables_, loop, step, beginning_));
  for (Contribution& contribution : leaving) {
    if (reverse) contribution.ct = (*reverse)(contribution.ct);
    contribution.ct = (*forward)(contribution.ct);
    if (reverse && loop.is_conditional(graph_)) {
      const Expression value = contribution.ct.value;
      const Expression taken = broadcast((*forward)(condition_of(loop, step)), {}, value.shape());
      const Id guarded = contribution.user == no_id ? contribution.value : contribution.user;
      contribution.ct.value = select(taken, value, 0.0);
      if (path_.is_guarded(guarded)) contribution.ct.guard = contribution.ct.guard.and_where(taken, true);
    }
    contribution.readers.push_back(forward);
    pass(outer, std::move(contribution));
  }
}

/// Nothing is carried that has an adjoint: the steps are independent of each other.
void ReverseSweep::close_parallel(Level& outer, const ScanLoop& loop, const Incoming& incoming) {
  const std::int64_t id = variables_.fresh();
  const Expression step = loop_index(graph_, id, loop.extent(graph_));
  Level inside = level_of(outer, loop, incoming, id);
  std::optional<Expression> taken;
  if (loop.is_conditional(graph_)) taken = condition_of(loop, step);
  seed_stacked(inside, incoming, step, taken);
  sweep(inside);
  leave(outer, loop, std::move(inside.leaving), step, nullptr);
}

/// All results of the loop have their adjoints. A guard that comes up within a step is one for the steps
/// before as well: then the steps are written again with it.
void ReverseSweep::close(Level& outer, const ScanLoop& loop) {
  const Incoming incoming = std::move(outer.incoming[loop.id]);
  const std::vector<std::int64_t> slots = active_slots(loop);
  if (slots.empty()) return close_parallel(outer, loop, incoming);
  std::vector<std::int64_t> guarded;
  for (const std::int64_t slot : slots) {
    const auto place = incoming.last.find(static_cast<Id>(slot));
    if (place != incoming.last.end() && !place->second.guard.is_everywhere()) guarded.push_back(slot);
  }
  for (;;) {
    Reversal reversal = reverse_steps(outer, loop, incoming, slots, guarded);
    std::vector<std::int64_t> more;
    for (const std::int64_t slot : slots) {
      const bool is_new = std::ranges::count(guarded, slot) == 0;
      if (is_new && !adjoint_of_carry(reversal, loop, slot).guard.is_everywhere()) more.push_back(slot);
    }
    if (more.empty()) {
      Replacement forward = forward_values(graph_, variables_, loop, reversal.step, beginning_);
      const ReverseSteps steps = reverse_scan(outer, loop, reversal, slots, guarded, forward);
      const std::int64_t parallel = variables_.fresh();
      const Expression step = loop_index(graph_, parallel, loop.extent(graph_));
      Replacement reverse = reverse_values(graph_, variables_, steps, step);
      return leave(outer, loop, std::move(reversal.inside.leaving), step, &reverse);
    }
    guarded.insert(guarded.end(), more.begin(), more.end());
    std::ranges::sort(guarded);
  }
}

}  // namespace dp
