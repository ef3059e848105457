// The order in which a sweep visits the nodes of a loop: Kahn's, from the users down, the highest id first.
// Without scans that is the order of the ids.

#include <algorithm>
#include <queue>
#include <set>

#include "passes/differentiate_path.h"
#include "support/assert.h"

namespace dp {
namespace {

class Items {
 public:
  Items(const ScanLoop* loop, const Graph& graph, const DerivativePath& path, const ScanLoops& scans,
        LoopVariables& variables)
      : loop_(loop), graph_(graph), path_(path), scans_(scans), variables_(variables) {
    for (const Id id : path.nodes()) find_uses(id);
  }

  std::vector<PathItem> in_order() {
    std::priority_queue<Id> ready;
    for (const auto& [item, what] : items_) {
      if (users_[item] == 0) ready.push(item);
    }
    std::vector<PathItem> order;
    for (; !ready.empty();) {
      const Id item = ready.top();
      ready.pop();
      order.push_back(items_.at(item));
      for (const Id used : uses_[item]) {
        if (--users_[used] == 0) ready.push(used);
      }
    }
    DP_ASSERT(order.size() == items_.size(), "a loop reads its own results");
    std::ranges::reverse(order);
    return order;
  }

 private:
  /// The item of this loop that a node is, or is in; `no_id` for what is in none.
  Id item_of(Id id) {
    const ScanLoop* home = scans_.home(variables_.of(id));
    return home == loop_ ? added(id, {id, nullptr}) : item_of(home);
  }
  Id item_of(const ScanLoop* inner) {
    while (inner && inner->outer != loop_) inner = inner->outer;
    return inner ? added(inner->nodes.front(), {no_id, inner}) : no_id;
  }
  Id added(Id key, PathItem item) {
    items_.emplace(key, item);
    return key;
  }

  void find_uses(Id id) {
    const Id user = item_of(id);
    const Node& node = graph_[id];
    const bool is_start = loop_ && node.op == Op::carry && node.integer("id") == loop_->id;
    if (user == no_id || is_start) return;
    Id through = user;
    if (node.op == Op::result) {
      through = item_of(scans_.find(graph_[node.operands[0]].integer("id")));
      add_use(user, through);
    }
    for (const Source& source : scans_.sources(graph_, id)) {
      if (path_.contains(source.value)) add_use(through, item_of(source.value));
    }
  }
  void add_use(Id user, Id used) {
    if (used == no_id || user == no_id || used == user || !uses_[user].insert(used).second) return;
    ++users_[used];
  }

  const ScanLoop* loop_;
  const Graph& graph_;
  const DerivativePath& path_;
  const ScanLoops& scans_;
  LoopVariables& variables_;
  std::map<Id, PathItem> items_;
  std::map<Id, std::set<Id>> uses_;
  std::map<Id, std::size_t> users_;
};

}  // namespace

std::vector<PathItem> items_in(const ScanLoop* loop, const Graph& graph, const DerivativePath& path,
                               const ScanLoops& scans, LoopVariables& variables) {
  std::vector<PathItem> items;
  if (!scans.empty()) return Items(loop, graph, path, scans, variables).in_order();
  for (const Id id : path.nodes()) items.push_back({id, nullptr});
  return items;
}

}  // namespace dp
