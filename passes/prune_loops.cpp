#include "passes/prune_loops.h"

#include <algorithm>
#include <map>
#include <set>

#include "ir/rewrite.h"

namespace dp {
namespace {

using Slots = std::set<std::size_t>;

std::size_t count_of(const Node& loop, std::string_view name) {
  return static_cast<std::size_t>(loop.integer(name));
}

/// The slots of every loop that some `result` asks for.
std::map<Id, Slots> used_slots(const Graph& graph) {
  std::map<Id, Slots> used;
  for (const Id id : live_nodes(graph)) {
    const Node& node = graph[id];
    if (node.op == Op::result) used[node.operands[0]].insert(static_cast<std::size_t>(node.integer("slot")));
  }
  return used;
}

/// What of a loop is needed: slots, and operands beginning with the initial values.
struct Needs {
  Slots slots;       // that stay
  Slots unchanging;  // carried values that every step leaves as they are
  Slots operands;    // that the body reads, carried or not
};

Needs needs_of(const Node& loop, const Slots& used);

/// The operands that matter of a loop of which these slots do: they are read, or where something starts.
Slots operands_of(const Node& loop, const Slots& used) {
  const Needs needs = needs_of(loop, used);
  Slots operands = needs.operands;
  for (const std::size_t slot : needs.slots)
    if (slot < count_of(loop, "carries")) operands.insert(slot);
  for (const std::size_t slot : used)
    if (needs.unchanging.contains(slot)) operands.insert(slot);
  return operands;
}

/// The operands that the step's values with these roots read. Of a loop inside, only what is asked for
/// counts.
Slots reached(const Graph& body, const std::vector<Id>& roots) {
  std::vector<bool> live(body.size());
  std::map<Id, Slots> used;
  for (const Id root : roots) live[root] = true;
  for (std::size_t k = body.size(); k-- > 0;) {
    if (!live[k]) continue;
    const Node& node = body[static_cast<Id>(k)];
    if (node.op == Op::result) used[node.operands[0]].insert(static_cast<std::size_t>(node.integer("slot")));
    if (node.op == Op::loop) {
      for (const std::size_t operand : operands_of(node, used[static_cast<Id>(k)]))
        live[node.operands[operand]] = true;
    } else {
      for (const Id operand : node.operands) live[operand] = true;
    }
  }
  Slots inputs;
  for (std::size_t k = 1; k < body.inputs.size(); ++k)
    if (live[body.inputs[k]]) inputs.insert(k - 1);
  return inputs;
}

Needs needs_of(const Node& loop, const Slots& used) {
  const Graph& body = loop.body();
  const std::size_t carries = count_of(loop, "carries");
  const bool conditional = loop.integer("conditional") != 0;
  Needs needs;
  for (std::size_t k = conditional ? 1 : 0; k < carries; ++k)
    if (body.outputs[k].node == body.inputs[k + 1]) needs.unchanging.insert(k);
  const auto keep = [&](std::size_t slot) {
    return !needs.unchanging.contains(slot) && needs.slots.insert(slot).second;
  };
  if (conditional) keep(0);
  for (const std::size_t slot : used) keep(slot);
  for (bool grown = true; grown;) {
    std::vector<Id> roots = body.effects;
    for (const std::size_t slot : needs.slots) roots.push_back(body.outputs[slot].node);
    needs.operands = reached(body, roots);
    grown = false;
    for (const std::size_t operand : needs.operands) grown = (operand < carries && keep(operand)) || grown;
  }
  return needs;
}

bool is_leaf(const Node& node) {
  return node.op == Op::constant || node.op == Op::iota || node.op == Op::dim_value;
}

/// A loop over fewer operands, and where its results are now.
struct Pruned {
  Id loop = no_id;
  std::map<std::size_t, std::int64_t> slots;
  std::map<std::size_t, Id> unchanging;
};

class Pruner {
 public:
  Pruner(const Node& loop, std::span<const Id> operands, Graph& target)
      : loop_(loop), old_(loop.body()), operands_(operands), target_(target) {}

  Pruned run(const Slots& used) {
    const Needs needs = needs_of(loop_, used);
    const std::size_t carries = count_of(loop_, "carries");
    std::vector<Output> outputs;
    for (const std::size_t slot : needs.slots)
      outputs.push_back({std::to_string(outputs.size()), old_.outputs[slot].node});
    old_.outputs = std::move(outputs);
    old_ = prune_loops(old_);
    body_.name = old_.name;
    body_.stage = old_.stage;
    bring(0, body_.input(old_[old_.inputs[0]].string("name"), old_[old_.inputs[0]].type));
    for (const std::size_t slot : needs.slots)
      if (slot < carries) read(slot);
    for (const std::size_t operand : needs.operands)
      if (!needs.slots.contains(operand) || operand >= carries) read_or_make(operand);
    copy();
    Pruned pruned;
    for (const std::size_t slot : needs.slots)
      pruned.slots.emplace(slot, static_cast<std::int64_t>(pruned.slots.size()));
    for (const std::size_t slot : needs.unchanging) pruned.unchanging.emplace(slot, operands_[slot]);
    pruned.loop = add(static_cast<std::int64_t>(
        std::ranges::count_if(needs.slots, [&](std::size_t slot) { return slot < carries; })));
    return pruned;
  }

 private:
  void bring(std::size_t input, Id now) {
    ids_[old_.inputs[input]] = now;
    body_.annotate(now, old_.note(old_.inputs[input]));
  }

  void read(std::size_t operand) {
    const Node& input = old_[old_.inputs[operand + 1]];
    bring(operand + 1, body_.input(input.string("name"), input.type));
    read_.push_back(operands_[operand]);
  }

  void read_or_make(std::size_t operand) {
    const Node& node = target_[operands_[operand]];
    if (!is_leaf(node)) return read(operand);
    ids_[old_.inputs[operand + 1]] = body_.add(node.op, {}, node.attributes, node.type);
  }

  void copy() {
    for (const Id id : live_nodes(old_)) {
      if (old_[id].op == Op::input) continue;
      std::vector<Id> operands;
      for (const Id operand : old_[id].operands) operands.push_back(ids_.at(operand));
      ids_[id] = copy_node(old_[id], operands, body_);
      body_.annotate(ids_[id], old_.note(id));
    }
    for (const Output& output : old_.outputs) body_.outputs.push_back({output.name, ids_.at(output.node)});
    for (const Id effect : old_.effects) body_.effects.push_back(ids_.at(effect));
  }

  Id add(std::int64_t carries) {
    const auto slots = static_cast<std::int64_t>(body_.outputs.size());
    const Attributes attributes{{"dim", loop_.dims("dim")},
                                {"carries", carries},
                                {"stacked", slots - carries},
                                {"conditional", loop_.integer("conditional")},
                                {"body", LoopBody{std::make_shared<const Graph>(std::move(body_))}}};
    return target_.add(Op::loop, std::move(read_), attributes);
  }

  const Node& loop_;
  Graph old_;  // the body, of which less and less is left
  std::span<const Id> operands_;
  Graph& target_;
  Graph body_;
  std::map<Id, Id> ids_;  // of the old body, in the new
  std::vector<Id> read_;  // the operands that are left
};

bool has_loops(const Graph& graph) {
  return std::ranges::any_of(live_nodes(graph), [&](Id id) { return graph[id].op == Op::loop; });
}

Graph pruned_once(const Graph& graph) {
  std::map<Id, Slots> used = used_slots(graph);
  std::map<Id, Pruned> pruned;
  return rewrite(graph, [&](const Node& node, Id id, std::span<const Id> operands, Graph& target) {
    if (node.op == Op::loop) return (pruned[id] = Pruner(node, operands, target).run(used[id])).loop;
    if (node.op != Op::result) return copy_node(node, operands, target);
    const Pruned& loop = pruned.at(node.operands[0]);
    const auto slot = static_cast<std::size_t>(node.integer("slot"));
    if (const auto found = loop.unchanging.find(slot); found != loop.unchanging.end()) return found->second;
    const Attributes attributes{
        {"slot", loop.slots.at(slot)}, {"dtype", node.type.dtype}, {"shape", node.type.shape}};
    return target.add(Op::result, {loop.loop}, attributes);
  });
}

}  // namespace

Graph prune_loops(const Graph& graph) {
  Graph current = graph;
  // What a loop inside needs no more, the loop around it may need no more either.
  while (has_loops(current)) {
    Graph next = pruned_once(current);
    if (identical(next, current)) break;
    current = std::move(next);
  }
  return current;
}

}  // namespace dp
