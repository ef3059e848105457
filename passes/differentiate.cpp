#include "passes/differentiate.h"

#include <map>
#include <span>
#include <utility>
#include <vector>

#include "ir/rewrite.h"
#include "passes/differentiate_sweeps.h"

namespace dp {
namespace {

/// The graph grows beside its old nodes; `now` says what each old node has become. An old node that nothing
/// was replaced under is itself.
class Levels {
 public:
  explicit Levels(const Graph& graph)
      : graph_(graph), live_(live_nodes(graph)), now_(graph.size(), no_id), variables_(graph_) {}

  Status replace() {
    for (const Id id : live_) {
      const Node node = graph_[id];
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
    return forward_sweep(graph_, now_[jvp.operands[0]], mark_of(jvp), now_[jvp.operands[2]]);
  }

  Graph graph_;
  std::vector<Id> live_;
  std::vector<Id> now_;
  LoopVariables variables_;
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
  return without_levels(std::move(levels).take());
}

}  // namespace dp
