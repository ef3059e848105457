#include "passes/fuse_groups.h"

#include <algorithm>

#include "passes/kernels.h"

namespace dp {
namespace {

using Kind = Group::Kind;

constexpr std::int64_t few_rows = 4;
constexpr std::int64_t long_row = 1 << 14;

bool begins_with(const Shape& shape, const Shape& head) {
  return shape.size() >= head.size() && std::equal(head.begin(), head.end(), shape.begin());
}

Group first_group(const Graph& graph, Id id) {
  const Node& node = graph[id];
  const Form form = info(node.op).form;
  Kind kind = Kind::map;
  const bool is_alone = form == Form::effect || form == Form::loop || is_scatter(node.op) ||
                        node.op == Op::concat || node.op == Op::guarded_dot || is_routine(node.op);
  if (is_alone) {
    kind = Kind::alone;
  } else if (is_row_reduction(graph, id)) {
    kind = Kind::row;
  } else if (is_reduction(node, graph)) {
    kind = reduces_rows(node, graph) ? Kind::alone : Kind::column;
  } else if (form == Form::contract) {
    kind = Kind::product;
  }
  return {kind, node.type.shape, {id}, false};
}

std::optional<std::int64_t> count_of(const Shape& shape) { return element_count(shape).constant(); }

bool has_product_and_map(const Group& a, const Group& b) {
  return (a.kind == Kind::product && b.kind == Kind::map) || (a.kind == Kind::map && b.kind == Kind::product);
}
bool has_row(const Group& a, const Group& b) { return a.kind == Kind::row || b.kind == Kind::row; }
bool has_neither(const Group& a, const Group& b) {
  const auto is_plain = [](const Group& group) {
    return group.kind == Kind::map || group.kind == Kind::column;
  };
  return is_plain(a) && is_plain(b);
}

}  // namespace

Groups::Groups(const Graph& graph, const Points& points)
    : graph_(graph),
      points_(points),
      group_of_(graph.size()),
      readers_(graph.size()),
      is_output_(graph.size()) {
  for (const Output& output : graph.outputs) is_output_[output.node] = true;
  for (const Id id : points.points) {
    if (graph[id].op == Op::result) {
      group_of_[id] = group_of_[graph[id].operands[0]];
      groups_[group_of_[id]].points.push_back(id);
    } else {
      group_of_[id] = groups_.size();
      groups_.push_back(first_group(graph, id));
    }
    reads_[id] = references(graph, id, points.is_end);
    for (const Reference& read : reads_[id]) {
      if (points.is_point[read.node]) readers_[read.node].push_back(id);
    }
  }
  find_order();
}

// Effects happen in their order, which joined groups must leave possible like the order of reading.
void Groups::find_order() {
  before_.resize(groups_.size());
  const auto put_before = [&](std::size_t first, std::size_t second) {
    if (first != second) before_[second].insert(first);
  };
  for (const Id id : points_.points) {
    for (const Reference& read : reads_[id]) {
      if (points_.is_point[read.node]) put_before(group_of_[read.node], group_of_[id]);
    }
  }
  for (std::size_t k = 1; k < graph_.effects.size(); ++k)
    put_before(group_of_[graph_.effects[k - 1]], group_of_[graph_.effects[k]]);
}

// Work on a product's elements goes with the product, what works on rows with the rows, the rest where it
// fits.
void Groups::join_all() {
  join_readers(has_product_and_map);
  join_readers(has_row);
  join_readers(has_neither);
  join_sharers();
  join_scalars();
  join_updates();
}

void Groups::join_readers(bool (*agree)(const Group&, const Group&)) {
  bool has_joined = true;
  while (has_joined) {
    has_joined = false;
    for (const Id reader : points_.points) {
      for (const Reference& read : reads_[reader]) {
        if (!points_.is_point[read.node]) continue;
        const std::size_t a = group_of_[read.node], b = group_of_[reader];
        if (a != b && agree(groups_[a], groups_[b]) && join(a, b)) has_joined = true;
      }
    }
  }
}

// Groups of one space that read the same value read it once.
void Groups::join_sharers() {
  std::map<Id, std::vector<Id>> readers;
  for (const Id id : points_.points) {
    for (const Reference& read : reads_[id]) {
      const bool is_large =
          graph_[read.node].type.rank() > 0 && graph_[read.node].type.rank() >= graph_[id].type.rank();
      if (is_large) readers[read.node].push_back(id);
    }
  }
  for (const auto& [read, ids] : readers) {
    for (std::size_t k = 1; k < ids.size(); ++k) {
      const std::size_t a = group_of_[ids[k - 1]], b = group_of_[ids[k]];
      const bool is_same = groups_[a].kind == groups_[b].kind && groups_[a].space == groups_[b].space;
      if (a != b && is_same && groups_[a].kind != Kind::product) join(a, b);
    }
  }
}

void Groups::join_scalars() {
  std::optional<std::size_t> scalars[2];  // those that write over inputs stay apart, to run late
  for (std::size_t k = 0; k < groups_.size(); ++k) {
    if (groups_[k].points.empty() || groups_[k].kind != Kind::map || !groups_[k].space.empty()) continue;
    auto& first = scalars[writes_donated(groups_[k]) ? 1 : 0];
    if (!first) {
      first = k;
    } else if (!join(*first, k)) {
      first = k;
    }
  }
}

// What only leaves the program: nothing waits for it, so shapes may differ.
void Groups::join_updates() {
  std::optional<std::size_t> update;
  for (std::size_t k = 0; k < groups_.size(); ++k) {
    Group& group = groups_[k];
    if (group.points.empty() || group.kind != Kind::map || group.space.empty() || !is_final(group)) continue;
    if (!update || waits_through_third(*update, k)) {
      update = k;
      continue;
    }
    Group& first = groups_[*update];
    first.points.insert(first.points.end(), group.points.begin(), group.points.end());
    std::ranges::sort(first.points);
    first.is_update = first.is_update || group.space != first.space;
    unite(*update, k);
  }
}

bool Groups::join(std::size_t a, std::size_t b) {
  const std::optional<Group> whole = joined(groups_[a], groups_[b]);
  if (!whole || !reads_agree(*whole) || waits_through_third(a, b)) return false;
  groups_[a] = *whole;
  unite(a, b);
  return true;
}

/// The points of `from` are in `into` already; all that knew the one now knows the other.
void Groups::unite(std::size_t into, std::size_t from) {
  for (const Id id : groups_[from].points) group_of_[id] = into;
  groups_[from].points.clear();
  before_[into].merge(before_[from]);
  before_[from].clear();
  for (std::set<std::size_t>& before : before_) {
    if (before.erase(from) > 0) before.insert(into);
  }
  before_[into].erase(into);
}

std::optional<Group> Groups::joined(const Group& a, const Group& b) const {
  if (a.kind == Kind::alone || b.kind == Kind::alone) return std::nullopt;
  if (a.kind == Kind::product && b.kind == Kind::product) return std::nullopt;
  Group whole{std::max(a.kind, b.kind), a.space, a.points, false};
  if (has_row(a, b)) {
    const Group &rows = a.kind == Kind::row ? a : b, &other = a.kind == Kind::row ? b : a;
    const bool fits = other.kind == Kind::row   ? other.space == rows.space
                      : other.kind == Kind::map ? begins_with(other.space, rows.space)
                                                : false;
    if (!fits) return std::nullopt;
    whole.kind = Kind::row;
    whole.space = rows.space;
  } else if (whole.kind == Kind::product) {
    if (element_count(a.space) != element_count(b.space)) return std::nullopt;
    if (a.kind != Kind::product) whole.space = b.space;
  } else if (a.space != b.space) {
    return std::nullopt;
  }
  whole.points.insert(whole.points.end(), b.points.begin(), b.points.end());
  std::ranges::sort(whole.points);
  const bool is_serial = whole.kind == Kind::row && !is_small_row(whole);
  return is_serial ? std::nullopt : std::optional(std::move(whole));
}

// Few rows, all of one thread's work, must be short.
bool Groups::is_small_row(const Group& group) const {
  const auto rows = count_of(group.space);
  if (rows && *rows >= few_rows) return true;
  if (!rows && !group.space.empty()) return true;
  return std::ranges::all_of(group.points, [&](Id id) {
    const auto count = count_of(graph_[id].type.shape);
    return graph_[id].type.rank() == group.space.size() || (count && *count <= long_row);
  });
}

bool Groups::reads_agree(const Group& whole) const {
  const auto is_inside = [&](Id id) { return std::ranges::find(whole.points, id) != whole.points.end(); };
  for (const Id reader : whole.points) {
    for (const Reference& read : reads_.at(reader)) {
      if (is_inside(read.node) && !read_agrees(whole, reader, read)) return false;
    }
  }
  return true;
}

// In its iteration the reader must have what it reads: all of the row, or the very element. Cheap values of a
// row may be read at any place of it; they are computed again.
bool Groups::read_agrees(const Group& whole, Id reader, const Reference& read) const {
  if (whole.kind == Kind::product) return read.is_elementwise && reader != read.node;
  const std::size_t rank = whole.space.size();
  if (read.axes.size() < rank) return false;
  for (std::size_t k = 0; k < rank; ++k) {
    if (read.axes[k] != static_cast<Axis>(k)) return false;
  }
  const bool is_dear = points_.costs[read.node] >= dear;
  for (std::size_t k = rank; k < read.axes.size(); ++k) {
    const bool is_same =
        read.axes[k] == static_cast<Axis>(k) || read.axes[k] == summed_axis + static_cast<Axis>(k);
    if (!is_same && is_dear) return false;
  }
  return true;
}

bool Groups::waits_through_third(std::size_t a, std::size_t b) const {
  return reaches(a, b, b) || reaches(b, a, a);
}

/// Whether `from` waits for `to` by way of a group other than `not_directly`.
bool Groups::reaches(std::size_t from, std::size_t to, std::size_t not_directly) const {
  std::set<std::size_t> seen;
  std::vector<std::size_t> waiting;
  for (const std::size_t next : before(from)) {
    if (next != not_directly && seen.insert(next).second) waiting.push_back(next);
  }
  while (!waiting.empty()) {
    const std::size_t at = waiting.back();
    waiting.pop_back();
    if (at == to) return true;
    for (const std::size_t next : before(at)) {
      if (seen.insert(next).second) waiting.push_back(next);
    }
  }
  return false;
}

bool Groups::is_final(const Group& group) const {
  return std::ranges::all_of(group.points, [&](Id id) {
    const std::size_t own = group_of_[id];
    const bool is_read =
        std::ranges::any_of(readers_[id], [&](Id reader) { return group_of_[reader] != own; });
    return !is_read && (is_output_[id] || !readers_[id].empty());
  });
}

bool Groups::writes_donated(const Group& group) const {
  return std::ranges::any_of(graph_.donated, [&](const auto& pair) {
    const Id written = graph_.outputs[pair.first].node;
    return std::ranges::find(group.points, written) != group.points.end();
  });
}

}  // namespace dp
