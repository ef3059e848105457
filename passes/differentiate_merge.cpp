#include "passes/differentiate_merge.h"

#include <algorithm>
#include <map>

#include "ir/binders.h"
#include "support/assert.h"

namespace dp {
namespace {

/// No machine keeps the values of more steps: a limit that stands for none is beyond it.
constexpr std::int64_t most_kept_steps = std::int64_t{1} << 40;

/// The nodes of one loop, and what the one node has that they become.
struct Merged {
  std::vector<Id> nodes, stacked, effects;
};

void add_new(std::vector<Id>& list, std::span<const Id> more) {
  for (const Id id : more) {
    if (std::ranges::count(list, id) == 0) list.push_back(id);
  }
}

class Merger {
 public:
  explicit Merger(const Graph& graph) : old_(graph), live_(live_nodes(graph)), now_(graph.size(), no_id) {
    for (const Id id : live_) {
      if (graph[id].op != Op::scan) continue;
      Merged& loop = loops_[graph[id].integer("id")];
      const ScanOperands operands = scan_operands(graph[id]);
      loop.nodes.push_back(id);
      const auto is_same = std::ranges::equal(scan_operands(graph[loop.nodes.front()]).next, operands.next);
      DP_ASSERT(is_same, "loop {} has two scans with different steps", graph[id].integer("id"));
      add_new(loop.stacked, operands.stacked);
      add_new(loop.effects, operands.effects);
    }
  }

  bool has_nothing_to_do() const {
    const bool in_order = std::ranges::is_sorted(old_.effects);
    return in_order &&
           std::ranges::all_of(loops_, [](const auto& loop) { return loop.second.nodes.size() == 1; });
  }
  /// A loop that would keep too much.
  std::optional<Id> endless() const {
    for (const auto& [id, loop] : loops_) {
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
    for (const Id effect : old_.effects) build(effect);
    for (const Id id : live_) build(id);
    for (const Output& output : old_.outputs) new_.outputs.push_back({output.name, now_[output.node]});
    for (const Id effect : old_.effects) {
      if (std::ranges::count(new_.effects, now_[effect]) == 0) new_.effects.push_back(now_[effect]);
    }
    return std::move(new_);
  }

 private:
  const Merged* merged(Id id) const {
    return old_[id].op == Op::scan ? &loops_.at(old_[id].integer("id")) : nullptr;
  }

  /// The operands of what the node becomes: what one node of a loop stacks may be younger than another.
  std::vector<Id> operands_of(Id id) const {
    const Merged* loop = merged(id);
    if (!loop) return old_[id].operands;
    const Node& first = old_[loop->nodes.front()];
    std::vector<Id> operands(first.operands.begin(), first.operands.begin() + 2 * first.integer("carries"));
    operands.insert(operands.end(), loop->stacked.begin(), loop->stacked.end());
    operands.insert(operands.end(), loop->effects.begin(), loop->effects.end());
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
        if (pending.size() > before) continue;
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
  std::map<std::int64_t, Merged> loops_;
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
