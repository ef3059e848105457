#include "passes/differentiate_merge.h"

#include <algorithm>
#include <map>

#include "ir/binders.h"
#include "support/assert.h"

namespace dp {
namespace {

/// No machine keeps the values of more steps: a limit that stands for none is beyond it.
constexpr std::int64_t most_kept_steps = std::int64_t{1} << 40;

/// Nodes of one loop, and what the one node has that they become.
struct Merged {
  std::vector<Id> nodes = {}, stacked = {}, effects = {};
};

void add_new(std::vector<Id>& list, std::span<const Id> more) {
  for (const Id id : more) {
    if (std::ranges::count(list, id) == 0) list.push_back(id);
  }
}

class Merger {
 public:
  explicit Merger(const Graph& graph)
      : old_(graph), live_(live_nodes(graph)), now_(graph.size(), no_id), is_open_(graph.size()) {
    for (const Id id : live_) {
      if (graph[id].op == Op::scan) place(id);
    }
    for (const auto& [id, place] : place_) {
      if (place == acting_place(id)) add_new(merged_[place].effects, scan_operands(graph[id]).effects);
    }
  }

  bool has_nothing_to_do() const {
    const bool in_order = std::ranges::is_sorted(old_.effects);
    return in_order && place_.size() == loops_.size();  // one scan of each
  }
  /// A loop that would keep too much.
  std::optional<Id> endless() const {
    for (const Merged& loop : merged_) {
      const Node& node = old_[loop.nodes.front()];
      const auto extent = node.dims("dim").at(0).constant();
      const bool may_not_end = node.integer("conditional") != 0 && extent && *extent > most_kept_steps;
      if (may_not_end && !loop.stacked.empty()) return loop.nodes.front();
    }
    return std::nullopt;
  }

  Graph run() {
    new_.name = old_.name;
    new_.stage = old_.stage;
    new_.donated = old_.donated;
    for (const Id id : old_.inputs) {
      now_[id] = new_.input(old_[id].string("name"), old_[id].type);
      new_.annotate(now_[id], old_.note(id));
    }
    // A loop that has become younger than those after it still prints before them.
    for (const Id effect : old_.effects) build(acting(effect));
    for (const Id id : live_) build(id);
    for (const Output& output : old_.outputs) new_.outputs.push_back({output.name, now_[output.node]});
    for (const Id effect : old_.effects) {
      const Id now = now_[acting(effect)];
      if (std::ranges::count(new_.effects, now) == 0) new_.effects.push_back(now);
    }
    return std::move(new_);
  }

 private:
  /// Puts a scan to others of its loop that it does not wait for, nor they for it.
  void place(Id id) {
    std::vector<std::size_t>& of_loop = loops_[old_[id].integer("id")];
    const auto fits = [&](std::size_t k) {
      return !reaches({id}, merged_[k].nodes) && !reaches(merged_[k].nodes, {id});
    };
    const auto found = std::ranges::find_if(of_loop, fits);
    const std::size_t place = found == of_loop.end() ? merged_.size() : *found;
    if (place == merged_.size()) {
      of_loop.push_back(place);
      merged_.emplace_back();
    }
    Merged& merged = merged_[place];
    const ScanOperands operands = scan_operands(old_[id]);
    merged.nodes.push_back(id);
    place_[id] = place;
    const auto is_same =
        std::ranges::equal(scan_operands(old_[merged_[of_loop[0]].nodes[0]]).next, operands.next);
    DP_ASSERT(is_same, "loop {} has two scans with different steps", old_[id].integer("id"));
    add_new(merged.stacked, operands.stacked);
  }
  /// Whether one of these waits for one of those, scans that are one waiting for what each of them waits for.
  bool reaches(const std::vector<Id>& from, const std::vector<Id>& to) const {
    std::vector<bool> seen(old_.size());
    std::vector<Id> waiting;
    const auto wait_for = [&](Id id) {
      waiting.insert(waiting.end(), old_[id].operands.begin(), old_[id].operands.end());
    };
    std::ranges::for_each(from, wait_for);
    while (!waiting.empty()) {
      const Id id = waiting.back();
      waiting.pop_back();
      if (seen[id]) continue;
      seen[id] = true;
      if (std::ranges::count(to, id) > 0) return true;
      if (const Merged* others = merged(id)) std::ranges::for_each(others->nodes, wait_for);
      wait_for(id);
    }
    return false;
  }
  /// Where a loop's steps print and check: in the first that its scans become that does so at all.
  std::size_t acting_place(Id scan) const {
    for (const std::size_t place : loops_.at(old_[scan].integer("id"))) {
      const auto acts = [&](Id id) { return !scan_operands(old_[id]).effects.empty(); };
      if (std::ranges::any_of(merged_[place].nodes, acts)) return place;
    }
    return place_.at(scan);
  }
  /// The node that does what the effect does.
  Id acting(Id effect) const {
    return old_[effect].op == Op::scan ? merged_[acting_place(effect)].nodes[0] : effect;
  }

  const Merged* merged(Id id) const {
    const auto found = place_.find(id);
    return found == place_.end() ? nullptr : &merged_[found->second];
  }

  /// The operands of what the node becomes: what one node of a loop stacks may be younger than another.
  std::vector<Id> operands_of(Id id) const {
    const Merged* loop = merged(id);
    if (!loop) return old_[id].operands;
    const Node& first = old_[loop->nodes.front()];
    std::vector<Id> operands(first.operands.begin(), first.operands.begin() + 2 * first.integer("carries"));
    operands.insert(operands.end(), loop->stacked.begin(), loop->stacked.end());
    for (const Id effect : loop->effects) operands.push_back(acting(effect));
    return operands;
  }

  void build(Id root) {
    std::vector<Id> pending{root};
    while (!pending.empty()) {
      const Id id = pending.back();
      const std::size_t before = pending.size();
      if (now_[id] == no_id) {
        for (const Id operand : operands_of(id)) {
          if (now_[operand] == no_id) pending.push_back(operand);
        }
        if (pending.size() > before) {
          DP_ASSERT(!is_open_[id], "the loops of `{}` wait for each other", old_.name);
          is_open_[id] = true;
          continue;
        }
        now_[id] = rebuilt(id);
        new_.annotate(now_[id], old_.note(id));
      }
      pending.pop_back();
    }
  }

  Id rebuilt(Id id) {
    std::vector<Id> operands = operands_of(id);
    for (Id& operand : operands) operand = now_[operand];
    const Node& node = old_[id];
    Attributes attributes = node.attributes;
    const auto set = [&](std::string_view name, std::size_t value) {
      std::ranges::find(attributes, name, &Attribute::name)->value = static_cast<std::int64_t>(value);
    };
    if (const Merged* loop = merged(id)) set("stacked", loop->stacked.size());
    const bool of_scan = node.op == Op::result && old_[node.operands[0]].op == Op::scan;
    if (of_scan) set("slot", slot_of(node));
    return new_.add(node.op, std::move(operands), std::move(attributes), node.type);
  }

  std::size_t slot_of(const Node& result) const {
    const Node& scan = old_[result.operands[0]];
    const auto slot = static_cast<std::size_t>(result.integer("slot"));
    const auto carries = static_cast<std::size_t>(scan.integer("carries"));
    if (slot < carries) return slot;
    const std::vector<Id>& stacked = merged(result.operands[0])->stacked;
    const Id value = scan_operands(scan).stacked[slot - carries];
    return carries + static_cast<std::size_t>(std::ranges::find(stacked, value) - stacked.begin());
  }

  const Graph& old_;
  std::vector<Id> live_;
  std::vector<Id> now_;
  std::vector<bool> is_open_;
  std::vector<Merged> merged_;
  std::map<std::int64_t, std::vector<std::size_t>> loops_;  // what the scans of each loop become
  std::map<Id, std::size_t> place_;                         // which of them a scan becomes
  Graph new_;
};

}  // namespace

Result<Graph> merge_scans(const Graph& graph) {
  Merger merger(graph);
  if (const auto endless = merger.endless())
    return diagnose(diag::GradientOfEndlessLoop, graph.note(*endless).span)
        .under("this may run any number of steps, and the gradient needs each of them");
  if (merger.has_nothing_to_do()) return graph;
  return merger.run();
}

}  // namespace dp
