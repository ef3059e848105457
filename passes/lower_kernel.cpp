// The kinds of kernels that are not products: rows and maps, parts laid side by side, scattering.

#include <algorithm>
#include <set>

#include "passes/kernels.h"
#include "passes/lower_emitter.h"
#include "support/assert.h"

namespace dp {

using namespace loops;

namespace {

constexpr int worth_keeping = 8;

bool is_empty(const Node& node) { return std::ranges::count(extents_of(node.type), 0) > 0; }

}  // namespace

Body KernelEmitter::run() {
  const Id first = kernel_.outputs.front();
  const Op op = graph_[first].op;
  const auto product = std::ranges::find_if(computed_, [&](Id id) {
    return info(graph_[id].op).form == Form::contract && !is_reduction(graph_[id], graph_);
  });
  if (op != Op::print && std::ranges::all_of(kernel_.outputs, [&](Id id) { return is_empty(graph_[id]); }))
    return {};
  if (op == Op::print) {
    emit_print(first);
  } else if (info(op).form == Form::effect) {
    emit_check(first);
  } else if (is_scatter(op)) {
    emit_scatter(first);
  } else if (is_routine(op)) {
    emit_call(first);
  } else if (op == Op::guarded_dot) {
    emit_guarded_product(first);
  } else if (op == Op::concat && kernel_.outputs.size() == 1) {
    emit_concat(first);
  } else if (product != computed_.end()) {
    emit_product(*product);
  } else {
    emit_maps_or_rows();
  }
  DP_ASSERT(scopes_.size() == 1, "a loop of kernel {} is still open", kernel_.kind);
  return std::move(scopes_.front().body);
}

// Outputs of one shape share their loops; only an update of many parameters has several shapes, and no rows.
void KernelEmitter::emit_maps_or_rows() {
  if (kernel_.kind != "update") return emit_rows(kernel_.outputs, row_rank(graph_, kernel_, computed_));
  std::vector<Id> left = kernel_.outputs;
  while (!left.empty()) {
    const Shape& shape = graph_[left.front()].type.shape;
    const auto rest =
        std::ranges::stable_partition(left, [&](Id id) { return graph_[id].type.shape == shape; });
    const std::vector<Id> same(left.begin(), rest.begin());
    if (!is_empty(graph_[same.front()])) emit_rows(same, shape.size());
    left.assign(rest.begin(), rest.end());
  }
}

void KernelEmitter::emit_rows(const std::vector<Id>& outputs, std::size_t rank) {
  const Extents all = extents_of(graph_[outputs.front()].type);
  const Extents rows(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(rank));
  const bool has_columns = std::ranges::any_of(outputs, [&](Id id) { return graph_[id].type.rank() > rank; });
  const bool has_row_sums =
      std::ranges::any_of(computed_, [&](Id id) { return reduces_rows(graph_[id], graph_); });
  const Nest nest = open(rows, has_columns || has_row_sums ? NestKind::rows : NestKind::map, "i");
  row_ = nest.index;
  if (kernel_.kind == "row") choose_kept(rank);
  // In their order, so that what one reduction keeps is there for the next.
  for (const Id id : computed_) {
    if (kernel_.kind == "row" && reduces_rows(graph_[id], graph_)) element(id, row_);
  }
  emit_columns(outputs, rank);
  std::vector<std::pair<Id, ExprId>> values;
  for (const Id id : outputs) {
    if (graph_[id].type.rank() == rank) values.emplace_back(id, element(id, row_));
  }
  for (const auto& [id, value] : values) store(id, row_, value);
  close(nest);
}

// Expensive values of a row that several of its loops need are kept in scratch; outputs where they go anyway.
// A value that only kept ones are made of is not kept.
void KernelEmitter::choose_kept(std::size_t rank) {
  std::set<Id> outputs, kept;
  for (const Id id : kernel_.outputs) {
    if (graph_[id].type.rank() > rank) outputs.insert(id);
  }
  const auto needed = loops_needing(rank, outputs);
  std::map<Id, int> costs;
  for (const Id id : computed_) {
    costs[id] = op_cost(graph_[id]);
    for (const Id operand : graph_[id].operands) {
      const bool is_of_row = is_computed_[operand] && graph_[operand].type.rank() > rank;
      costs[id] += is_of_row ? costs[operand] : 0;
    }
    const bool is_repeated = needed.contains(id) && needed.at(id).size() > 1 && costs[id] >= worth_keeping;
    if (is_repeated || outputs.contains(id)) kept.insert(id);
    if (kept.contains(id) || reduces_rows(graph_[id], graph_)) costs[id] = 0;
  }
  const auto still_needed = loops_needing(rank, kept);
  for (const Id id : kept) {
    const bool is_output = outputs.contains(id);
    if (is_output) kept_[id] = {storage_[id].written};
    if (!is_output && still_needed.at(id).size() > 1) kept_[id] = {{new_local(id, rank)}, true};
  }
}

/// By value of a row: the loops over the row that need it, named by the reduction they compute (`no_id`: the
/// last loop, of the outputs). What a kept value is made of is needed in the first of the loops that need the
/// value.
std::map<Id, std::set<Id>> KernelEmitter::loops_needing(std::size_t rank, const std::set<Id>& kept) const {
  std::map<Id, std::set<Id>> loops;
  for (auto at = computed_.rbegin(); at != computed_.rend(); ++at) {
    const Id id = *at;
    const bool is_of_row = graph_[id].type.rank() > rank;
    const bool is_output = std::ranges::find(kernel_.outputs, id) != kernel_.outputs.end();
    if (is_of_row && is_output) loops[id].insert(no_id);
    std::set<Id> needs = loops[id];
    if (reduces_rows(graph_[id], graph_)) needs = {id};
    if (kept.contains(id) && !needs.empty()) needs = {*needs.begin()};
    for (const Id operand : graph_[id].operands) {
      if (is_computed_[operand] && graph_[operand].type.rank() > rank)
        loops[operand].insert(needs.begin(), needs.end());
    }
  }
  return loops;
}

BufferId KernelEmitter::new_local(Id id, std::size_t rank) {
  const Extents all = extents_of(graph_[id].type);
  std::int64_t count = 1;
  for (std::size_t k = rank; k < all.size(); ++k) count *= all[k];
  const std::string& given = graph_.note(id).name;
  module_.buffers.push_back(
      {given.empty() ? "row" : given, graph_[id].type.dtype, count, loops::Place::local, 0, {}});
  return static_cast<BufferId>(module_.buffers.size() - 1);
}

// One loop for all outputs of the same row shape; those that a reduction has stored are done.
void KernelEmitter::emit_columns(const std::vector<Id>& outputs, std::size_t rank) {
  std::map<Extents, std::vector<Id>> by_shape;
  for (const Id id : outputs) {
    const Extents all = extents_of(graph_[id].type);
    const bool is_done = kept_.contains(id) && kept_.at(id).is_written;
    if (all.size() > rank && !is_done && !is_empty(graph_[id]))
      by_shape[{all.begin() + static_cast<std::ptrdiff_t>(rank), all.end()}].push_back(id);
  }
  for (const auto& [extents, ids] : by_shape) {
    const Nest nest = open(extents, NestKind::columns, "j");
    Index index = row_;
    std::ranges::copy(nest.index, std::back_inserter(index));
    std::vector<ExprId> values;
    for (const Id id : ids) values.push_back(element(id, index));
    for (std::size_t k = 0; k < ids.size(); ++k) store(ids[k], index, values[k]);
    close(nest);
  }
}

void KernelEmitter::emit_concat(Id id) {
  const Node& node = graph_[id];
  const auto axis = static_cast<std::size_t>(node.integer("axis"));
  std::int64_t start = 0;
  for (const Id operand : node.operands) {
    const Extents extents = extents_of(graph_[operand].type);
    if (extents[axis] == 0) continue;
    const Nest nest = open(extents, NestKind::map, "i");
    Index index = nest.index;
    index[axis] = index[axis] + whole(start);
    store(id, index, element(operand, nest.index));
    close(nest);
    start += extents[axis];
  }
}

// First x, then the parts in the order of the positions; other axes are independent of each other.
void KernelEmitter::emit_scatter(Id id) {
  const Node& node = graph_[id];
  const Nest copy = open(extents_of(node.type), NestKind::map, "i");
  store(id, copy.index, element(node.operands[0], copy.index));
  close(copy);
  if (is_empty(graph_[node.operands[1]])) return;
  const auto axis = static_cast<std::ptrdiff_t>(node.integer("axis"));
  const Extents extents = extents_of(node.type);
  const Nest outer = open({extents.begin(), extents.begin() + axis}, NestKind::rows, "i");
  const Nest positions = open(extents_of(graph_[node.operands[1]].type), NestKind::serial, "p");
  const auto at = position(id, positions.index);
  DP_ASSERT(at, "a scatter into nothing has no loops");
  const Nest inner = open({extents.begin() + axis + 1, extents.end()}, NestKind::columns, "j");
  Index target = outer.index, part = outer.index;
  target.push_back(*at);
  std::ranges::copy(inner.index, std::back_inserter(target));
  std::ranges::copy(positions.index, std::back_inserter(part));
  std::ranges::copy(inner.index, std::back_inserter(part));
  ExprId value = element(node.operands[2], part);
  if (node.op == Op::scatter_add) {
    const ExprId before = load(storage_[id].written.front(), indices_.linear(target, extents));
    value = expressions_.op(Op::add, {before, value});
  }
  store(id, target, value);
  close(inner);
  close(positions);
  close(outer);
}

}  // namespace dp
