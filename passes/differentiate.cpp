#include "passes/differentiate.h"

#include <map>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "ir/rewrite.h"
#include "passes/differentiate_merge.h"
#include "passes/differentiate_sweeps.h"

namespace dp {
namespace {

/// The graph grows beside its old nodes; `now` says what each old node has become. An old node that nothing
/// was replaced under is itself.
class Levels {
 public:
  explicit Levels(const Graph& graph)
      : graph_(graph), live_(live_nodes(graph)), now_(graph.size(), no_id), variables_(graph_) {
    for (const Id id : live_) {
      if (graph[id].op == Op::scan) scans_[graph[id].integer("id")] = id;
    }
  }

  Status replace() {
    for (const Id id : live_) {
      const Node node = graph_[id];
      const bool is_level = node.op == Op::vjp || node.op == Op::jvp;
      if (is_level && reaches_earlier_steps(node))
        return diagnose(diag::GradientThroughEarlierSteps, graph_.note(id).span)
            .under("what the loop carries depends on it, from earlier steps on");
      Result<Id> replaced = node.op == Op::vjp   ? pulled_back(node)
                            : node.op == Op::jvp ? pushed_forward(node)
                                                 : Result<Id>(rebuilt(id, node));
      if (!replaced) return replaced.error();
      now_[id] = *replaced;
      graph_.annotate(now_[id], Note(graph_.note(id)));
    }
    for (Output& output : graph_.outputs) output.node = now_[output.node];
    for (Id& effect : graph_.effects) effect = now_[effect];
    return Done{};
  }
  Graph take() && { return std::move(graph_); }

 private:
  Id rebuilt(Id id, Node node) {
    bool changed = false;
    for (Id& operand : node.operands) changed |= std::exchange(operand, now_[operand]) != operand;
    if (!changed) return id;
    return graph_.add(node.op, std::move(node.operands), std::move(node.attributes), std::move(node.type));
  }

  Id mark_of(const Node& level) const {
    const Id mark = now_[level.operands[1]];
    DP_ASSERT(graph_[mark].op == Op::mark, "`{}` is taken with respect to a `{}`", name(level.op),
              name(graph_[mark].op));
    return mark;
  }

  /// Whether y stands in a loop, and through what the loop carries depends on a mark that stands outside: on
  /// all steps before, which are none of y's nodes. Told from the old graph, which has the whole loop. Marks
  /// and loops are numbered in the order of the program.
  bool reaches_earlier_steps(const Node& level) {
    if (scans_.empty()) return false;
    const Id y = level.operands[0], mark = level.operands[1];
    const std::set<Id> below = dependencies({y});
    for (const Id id : below) {
      const Node& node = graph_[id];
      if (node.op != Op::carry || !is_real(node.type.dtype)) continue;
      const auto scan = scans_.find(node.integer("id"));
      if (scan == scans_.end() || below.contains(scan->second)) continue;
      const std::int64_t loop = node.integer("id");
      const bool stands_inside = graph_[mark].integer("id") > loop || variables_.of(mark).contains(loop);
      if (stands_inside) continue;
      if (dependencies({next_of(scan->second, node), node.operands[0]}).contains(mark)) return true;
    }
    return false;
  }

  Id next_of(Id scan, const Node& carry) const {
    return scan_operands(graph_[scan]).next[static_cast<std::size_t>(carry.integer("slot"))];
  }

  /// The nodes that these old ones are computed from, in earlier steps as well, themselves among them; but
  /// for what `stop` hides.
  std::set<Id> dependencies(std::vector<Id> pending) const {
    std::set<Id> seen;
    while (!pending.empty()) {
      const Id id = pending.back();
      pending.pop_back();
      if (graph_[id].op == Op::stop || !seen.insert(id).second) continue;
      const Node& node = graph_[id];
      pending.insert(pending.end(), node.operands.begin(), node.operands.end());
      if (node.op != Op::carry) continue;
      const auto scan = scans_.find(node.integer("id"));
      if (scan != scans_.end()) pending.push_back(next_of(scan->second, node));
    }
    return seen;
  }

  Result<Id> pulled_back(const Node& vjp) {
    const Id y = now_[vjp.operands[0]], dy = now_[vjp.operands[2]], mark = mark_of(vjp);
    std::map<Id, Id>& gradients = sweeps_[{y, dy}];
    if (!gradients.contains(mark)) {
      Result<std::map<Id, Id>> sweep = reverse_sweep(graph_, y, dy, marks_of(y, dy, mark), variables_);
      if (!sweep) return sweep.error();
      gradients.merge(*sweep);
    }
    return gradients.at(mark);
  }

  /// The marks of all `vjp` nodes of y and dy that are known by now. A mark that is not is one that y, which
  /// is, cannot depend on.
  std::vector<Id> marks_of(Id y, Id dy, Id first) const {
    std::vector<Id> marks{first};
    for (const Id id : live_) {
      const Node& node = graph_[id];
      if (node.op != Op::vjp || now_[node.operands[0]] != y || now_[node.operands[2]] != dy) continue;
      const Id mark = now_[node.operands[1]];
      if (mark != no_id && mark != first) marks.push_back(mark);
    }
    return marks;
  }

  Result<Id> pushed_forward(const Node& jvp) {
    return forward_sweep(graph_, now_[jvp.operands[0]], mark_of(jvp), now_[jvp.operands[2]], variables_);
  }

  Graph graph_;
  std::vector<Id> live_;
  std::vector<Id> now_;
  LoopVariables variables_;
  std::map<std::int64_t, Id> scans_;  // by the number of their loop
  std::map<std::pair<Id, Id>, std::map<Id, Id>> sweeps_;
};

Graph without_levels(const Graph& graph) {
  return rewrite(graph, [](const Node& node, Id, std::span<const Id> operands, Graph& target) {
    const bool is_level = node.op == Op::mark || node.op == Op::stop || node.op == Op::custom;
    return is_level ? operands[0] : copy_node(node, operands, target);
  });
}

}  // namespace

Result<Graph> differentiate(const Graph& graph) {
  Levels levels(graph);
  const Status replaced = levels.replace();
  if (!replaced) return replaced.error();
  return merge_scans(without_levels(std::move(levels).take()));
}

}  // namespace dp
