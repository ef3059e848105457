#include "passes/fuse.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "passes/bodies.h"
#include "passes/fuse_groups.h"
#include "passes/kernels.h"
#include "support/assert.h"

namespace dp {
namespace {

using Kind = Group::Kind;

class Fuser {
 public:
  explicit Fuser(const Graph& graph) : graph_(graph), points_(find_points(graph)), groups_(graph, points_) {}

  Graph run() {
    groups_.join_all();
    Graph fused = graph_;
    fused.kernels.clear();
    fused.plan.reset();
    for (const std::size_t group : order()) fused.kernels.push_back(kernel(groups_.all()[group]));
    const std::vector<bool> stored = stored_nodes(fused);
    for (Kernel& kernel : fused.kernels) kernel.comment = comment(fused, kernel, stored);
    return fused;
  }

 private:
  // Those first that come first in the program; what writes over an input waits for the input's readers where
  // it can.
  std::vector<std::size_t> order() const {
    std::vector<std::set<std::size_t>> before(groups_.all().size()), rather_before(before.size());
    std::set<std::size_t> left;
    for (std::size_t k = 0; k < groups_.all().size(); ++k) {
      if (groups_.all()[k].points.empty()) continue;
      left.insert(k);
      before[k] = groups_.before(k);
    }
    for (const auto& [output, input] : graph_.donated) wait_for_readers(output, input, rather_before);
    std::vector<std::size_t> result;
    while (!left.empty()) {
      const std::size_t next = choose(left, before, rather_before);
      result.push_back(next);
      left.erase(next);
    }
    return result;
  }
  void wait_for_readers(std::size_t output, std::size_t input,
                        std::vector<std::set<std::size_t>>& rather_before) const {
    for (const Id written : parts_put_in_turn(graph_, graph_.outputs[output].node))
      wait_for_readers(written, graph_.inputs[input], rather_before);
  }
  void wait_for_readers(Id written, Id old, std::vector<std::set<std::size_t>>& rather_before) const {
    if (!points_.is_point[written]) return;
    for (const Id id : points_.points) {
      const bool is_reader =
          std::ranges::any_of(groups_.reads(id), [&](const Reference& read) { return read.node == old; });
      const std::size_t reader = groups_.group_of(id), writer = groups_.group_of(written);
      if (is_reader && reader != writer) rather_before[writer].insert(reader);
    }
  }
  std::size_t choose(const std::set<std::size_t>& left, const std::vector<std::set<std::size_t>>& before,
                     const std::vector<std::set<std::size_t>>& rather_before) const {
    const auto is_ready = [&](const std::set<std::size_t>& needed) {
      return std::ranges::none_of(needed, [&](std::size_t group) { return left.contains(group); });
    };
    std::optional<std::size_t> best, ready;
    const auto comes_first = [&](std::size_t group, const std::optional<std::size_t>& other) {
      return !other || groups_.all()[group].points.back() < groups_.all()[*other].points.back();
    };
    for (const std::size_t group : left) {
      if (!is_ready(before[group])) continue;
      if (comes_first(group, ready)) ready = group;
      if (is_ready(rather_before[group]) && comes_first(group, best)) best = group;
    }
    DP_ASSERT(ready, "the kernels of `{}` wait for each other", graph_.name);
    return best.value_or(*ready);
  }

  Kernel kernel(const Group& group) const {
    Kernel result{kind(group), {}, ""};
    for (const Id id : group.points) {
      if (is_stored(id)) result.outputs.push_back(id);
    }
    return result;
  }
  /// Read by another kernel, or by whoever called.
  bool is_stored(Id id) const {
    if (info(graph_[id].op).form == Form::effect || graph_[id].op == Op::loop) return true;
    for (const Output& output : graph_.outputs) {
      if (output.node == id) return true;
    }
    return std::ranges::any_of(points_.points, [&](Id reader) {
      return groups_.group_of(reader) != groups_.group_of(id) &&
             std::ranges::any_of(groups_.reads(reader),
                                 [&](const Reference& read) { return read.node == id; });
    });
  }

  std::string kind(const Group& group) const {
    const Op op = graph_[group.points.front()].op;
    if (op == Op::loop) return "loop";
    if (group.is_update) return "update";
    if (op == Op::guarded_dot) return "guarded";
    if (is_scatter(op)) return "scatter";
    if (op == Op::concat && group.kind == Kind::alone) return "concat";
    if (op == Op::print) return "print";
    if (is_routine(op)) return "call";
    if (info(op).form == Form::effect) return "check";
    switch (group.kind) {
      case Kind::product: return "matmul";
      case Kind::row: return "row";
      case Kind::column: return "column";
      case Kind::alone: return "row";
      case Kind::map: break;
    }
    return group.space.empty() ? "scalar" : "map";
  }

  static std::string loop_comment(const Graph& fused, const Kernel& kernel) {
    const Node& loop = fused[loop_of(fused, kernel)];
    return fmt::format("{} steps of {} kernels", loop.dims("dim")[0].text(), loop.body().kernels.size());
  }
  /// What the kernel computes, in order: `dot add relu -> h`.
  static std::string comment(const Graph& fused, const Kernel& kernel, const std::vector<bool>& stored) {
    if (kernel.kind == "loop") return loop_comment(fused, kernel);
    std::vector<std::string> words;
    for (const Id id : computed_nodes(fused, kernel, stored)) {
      const std::string word(name(fused[id].op));
      const bool is_work = op_cost(fused[id]) > 0;
      if (is_work && std::ranges::find(words, word) == words.end()) words.push_back(word);
    }
    std::vector<std::string> names;
    for (const Id id : kernel.outputs) {
      if (!fused.note(id).name.empty()) names.push_back(fused.note(id).name);
    }
    const std::string made = names.empty() ? "" : fmt::format(" -> {}", fmt::join(names, ", "));
    return fmt::format("{}{}", fmt::join(words, " "), made);
  }

  const Graph& graph_;
  Points points_;
  Groups groups_;
};

}  // namespace

namespace {

/// A step, its carried values given up: what is carried next is written over them where that can be.
Graph fused_body(const Node& loop, Graph body) {
  const auto carries = static_cast<std::size_t>(loop.integer("carries"));
  for (std::size_t k = 0; k < carries; ++k) {
    Id& next = body.outputs[k].node;
    const Node node = body[next];
    const bool is_kept = next == body.inputs[k + 1] || node.type.rank() == 0;
    // What another slot carries, or a constant, is carried on as a copy.
    if (!is_kept && (node.op == Op::input || is_array_constant(node)))
      next = body.add(Op::reshape, {next}, {{"shape", node.type.shape}});
    body.donated[k] = k + 1;
  }
  body.stage = "fused";
  return fuse(body);
}

}  // namespace

Graph fuse(const Graph& graph) { return Fuser(with_bodies(graph, fused_body)).run(); }

}  // namespace dp
