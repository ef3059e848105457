#include "passes/fuse_points.h"

#include <algorithm>

#include "passes/kernels.h"

namespace dp {
namespace {

constexpr int dear_for_a_scalar = 200;  // single numbers are computed outside of all loops
constexpr int many_operands = 4;

class Finder {
 public:
  explicit Finder(const Graph& graph)
      : graph_(graph),
        users_(graph.size()),
        reads_(graph.size()),
        sites_(graph.size()),
        is_forced_(graph.size()),
        is_product_result_(graph.size()) {
    result_.is_point.resize(graph.size());
    result_.is_end.resize(graph.size());
    result_.costs.resize(graph.size());
  }

  Points run() {
    const std::vector<Id> live = live_nodes(graph_);
    for (const Id id : live) {
      const std::set<Id> operands(graph_[id].operands.begin(), graph_[id].operands.end());
      for (const Id operand : operands) users_[operand].push_back(id);
    }
    for (const Output& output : graph_.outputs) is_forced_[output.node] = true;
    for (const Id id : live) force_operands(id);
    for (const Id id : live) {
      if (makes_product_result(graph_[id])) is_product_result_[id] = is_forced_[id] = true;
    }
    for (auto id = live.rbegin(); id != live.rend(); ++id) find_site(*id);
    for (const Id id : live) {
      const Node& node = graph_[id];
      if (node.op == Op::input || is_array_constant(node)) {
        result_.is_end[id] = true;
        reads_[id] = {id};
        continue;
      }
      if (is_reduction(node, graph_)) keep_row_results(node);
      measure(id);
      if (is_point(id)) make_point(id);
    }
    std::ranges::sort(result_.points);
    return std::move(result_);
  }

 private:
  /// What alone is made of a product's elements, with a bias, a residual, a scale: stored in the product's
  /// place.
  bool makes_product_result(const Node& node) const {
    const Form form = info(node.op).form;
    if (form != Form::eval && form != Form::point) return false;
    return std::ranges::any_of(node.operands, [&](Id operand) {
      const bool is_product = graph_[operand].op == Op::dot && !is_reduction(graph_[operand], graph_);
      return (is_product || is_product_result_[operand]) && users_[operand].size() == 1;
    });
  }

  /// What a node needs in memory.
  void force_operands(Id id) {
    const Node& node = graph_[id];
    if (info(node.op).form == Form::contract && !is_reduction(node, graph_)) {
      for (const Id operand : node.operands) force_base(operand);
    }
    if (is_routine(node.op)) {
      for (const Id operand : node.operands) is_forced_[operand] = true;
    }
    if (node.op == Op::print) {
      for (const Id operand : node.operands)
        is_forced_[operand] = is_forced_[operand] || graph_[operand].type.rank() > 0;
    }
    if (node.op == Op::loop) {
      for (const Id operand : node.operands) force_address(operand);
    }
    if (is_scatter(node.op)) force_parts(id);
  }
  /// What a loop reads lies in memory; a part of it at a position is an address.
  void force_address(Id id) {
    while (is_address(graph_[id], graph_)) {
      if (graph_[id].op == Op::gather) force_stored(graph_[id].operands[1]);
      id = graph_[id].operands[0];
    }
    force_stored(id);
  }
  void force_stored(Id id) { is_forced_[id] = is_forced_[id] || graph_[id].op != Op::constant; }
  /// Parts, and their positions, that are made of what they are put into: there before any of it is
  /// overwritten.
  void force_parts(Id id) {
    const Node& scatter = graph_[id];
    const Node& first = graph_[parts_put_in_turn(graph_, id).back()];
    const Id whole = is_scatter(first.op) ? first.operands[0] : no_id;
    if (whole == no_id || graph_[whole].op != Op::input) return;
    for (const Id made : {scatter.operands[1], scatter.operands[2]}) {
      if (graph_[made].op != Op::input && depends_on(made, whole)) force_stored(made);
    }
  }
  bool depends_on(Id id, Id whole) const {
    std::set<Id> seen;
    std::vector<Id> waiting{id};
    while (!waiting.empty()) {
      const Id at = waiting.back();
      waiting.pop_back();
      if (at == whole) return true;
      if (!seen.insert(at).second) continue;
      waiting.insert(waiting.end(), graph_[at].operands.begin(), graph_[at].operands.end());
    }
    return false;
  }
  /// A factor of a product is loaded; moves of a stored value only change the strides.
  void force_base(Id id) {
    const Node& node = graph_[id];
    const bool is_one_part = node.op == Op::gather && graph_[node.operands[1]].type.rank() == 0;
    const bool is_index = node.op == Op::take || node.op == Op::gather || node.op == Op::concat;
    if (is_one_part || (info(node.op).form == Form::move && !is_index && !is_scatter(node.op))) {
      force_base(node.operands[0]);
    } else if (info(node.op).form != Form::leaf) {
      is_forced_[id] = true;
    }
  }

  void measure(Id id) {
    const Node& node = graph_[id];
    const bool is_index = node.op == Op::take || node.op == Op::gather;
    result_.costs[id] = is_index ? 2 : op_cost(node);
    for (const Id operand : node.operands) {
      result_.costs[id] =
          std::min(result_.costs[id] + (result_.is_end[operand] ? 0 : result_.costs[operand]), 1 << 20);
      if (reads_[id].size() > many_operands) continue;
      reads_[id].insert(reads_[operand].begin(), reads_[operand].end());
    }
  }

  bool stands_alone(const Node& node) const {
    const Form form = info(node.op).form;
    return form == Form::contract || form == Form::effect || form == Form::loop || is_scatter(node.op) ||
           node.op == Op::concat || is_reduction(node, graph_) || is_routine(node.op);
  }

  /// Where the node is computed if it is not stored: in the one node that all its users are computed in, at
  /// the same index, or else by itself.
  void find_site(Id id) {
    sites_[id] = id;
    const auto sites = sites_of_users(id);
    const bool is_inside = sites.size() == 1 && !is_forced_[id] && !stands_alone(graph_[id]);
    if (is_inside && is_pointwise(graph_[id])) sites_[id] = *sites.begin();
  }
  std::set<Id> sites_of_users(Id id) const {
    std::set<Id> sites;
    for (const Id user : users_[id]) sites.insert(is_pointwise(graph_[user]) ? sites_[user] : user);
    return sites;
  }
  static bool is_pointwise(const Node& node) {
    const Form form = info(node.op).form;
    return form == Form::eval || form == Form::point;
  }

  bool is_point(Id id) const {
    const Node& node = graph_[id];
    if (is_forced_[id] || stands_alone(node)) return true;
    if (info(node.op).form == Form::leaf) return false;
    if (node.type.rank() == 0) return result_.costs[id] >= dear_for_a_scalar;
    const bool is_repeated = sites_of_users(id).size() > 1 || std::ranges::any_of(users_[id], [&](Id user) {
                               return repeats(graph_[user], id);
                             });
    return is_repeated && (result_.costs[id] >= dear || reads_[id].size() > many_operands);
  }
  /// Whether a user needs each element of the operand more than once.
  bool repeats(const Node& user, Id operand) const {
    const bool is_table = user.op == Op::gather && user.operands[0] == operand;
    return is_table || (user.op == Op::broadcast &&
                        element_count(user.type.shape) != element_count(graph_[operand].type.shape));
  }

  // What is made of row sums, one number a row, belongs to the rows' kernel although a reduction reads it
  // next.
  void keep_row_results(const Node& reduction) {
    for (const Id operand : reduction.operands) {
      if (result_.is_end[operand] || info(graph_[operand].op).form == Form::leaf) continue;
      const std::set<Reference> read = references(graph_, operand, result_.is_end);
      const bool is_of_rows = std::ranges::any_of(read, [&](const Reference& reference) {
        return is_row_reduction(graph_, reference.node) &&
               graph_[reference.node].type.shape == graph_[operand].type.shape;
      });
      if (is_of_rows) make_point(operand);
    }
  }

  void make_point(Id id) {
    if (result_.is_point[id]) return;
    result_.is_point[id] = result_.is_end[id] = true;
    result_.points.push_back(id);
    reads_[id] = {id};
  }

  const Graph& graph_;
  std::vector<std::vector<Id>> users_;
  std::vector<std::set<Id>> reads_;  // up to `many_operands` + 1 of the ends that a node is computed from
  std::vector<Id> sites_;
  std::vector<bool> is_forced_;
  std::vector<bool> is_product_result_;
  Points result_;
};

}  // namespace

Points find_points(const Graph& graph) { return Finder(graph).run(); }

}  // namespace dp
