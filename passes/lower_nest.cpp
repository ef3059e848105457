// Loops over axes: one for each group of axes that every access runs through as one.

#include <algorithm>

#include "passes/lower_emitter.h"

namespace dp {

using namespace loops;

namespace {

std::int64_t product(const Extents& extents) {
  std::int64_t count = 1;
  for (const std::int64_t extent : extents) count *= extent;
  return count;
}

}  // namespace

KernelEmitter::Nest KernelEmitter::open(const Extents& extents, NestKind kind, const char* name) {
  Nest nest;
  std::vector<std::size_t> groups(extents.size(), 1);
  if (groupings_ != nullptr) groups = (*groupings_)[nests_.size()];
  std::vector<Extents> grouped;
  std::size_t first = 0;
  for (const std::size_t size : groups) {
    const auto begin = extents.begin() + static_cast<std::ptrdiff_t>(first);
    grouped.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(size));
    first += size;
  }
  const auto is_loop = [](const Extents& group) { return product(group) != 1; };
  const auto count = static_cast<std::size_t>(std::ranges::count_if(grouped, is_loop));
  for (const Extents& group : grouped) {
    const std::int64_t extent = product(group);
    Affine position;
    VariableId variable = 0;
    if (is_loop(group)) {
      const bool is_first = nest.loops == 0, is_last = nest.loops + 1 == count;
      const bool is_vector = is_last && (kind == NestKind::map || kind == NestKind::columns);
      const bool is_parallel = is_first && (kind == NestKind::map || kind == NestKind::rows);
      variable = expressions_.new_variable(name, depth() + 1);
      open_loop(is_vector     ? LoopKind::vector
                : is_parallel ? LoopKind::parallel
                              : LoopKind::serial,
                variable, extent);
      position = indices_.variable(variable, extent);
      ++nest.loops;
    }
    std::ranges::copy(indices_.along(position, group), std::back_inserter(nest.index));
    nest.axes.emplace_back(variable, extent);
  }
  nests_.push_back(nest);
  return nest;
}

void KernelEmitter::open_loop(LoopKind kind, VariableId variable, std::int64_t extent) {
  scopes_.push_back({{}, For{kind, variable, extent, {}}});
}

void KernelEmitter::close(const Nest& nest) {
  for (std::size_t k = 0; k < nest.loops; ++k) {
    Scope scope = std::move(scopes_.back());
    scopes_.pop_back();
    scope.loop.body = std::move(scope.body);
    append({std::move(scope.loop)});
  }
}

void KernelEmitter::store(Id id, const Index& index, ExprId expr) {
  const Type& type = graph_[id].type;
  // A guarded product looks at its element in memory again.
  const bool is_number =
      storage_.is_body && type.rank() == 0 && depth() == 0 && graph_[id].op != Op::guarded_dot;
  if (is_number) {
    const std::string& given = graph_.note(id).name;
    const ValueId value = expressions_.new_value(given.empty() ? "s" : given, type.dtype, 0);
    append({Let{value, expr}});
    expr = numbers_[id] = expressions_.value(value);
  }
  const Affine at = indices_.linear(index, extents_of(type));
  for (const Slot& slot : storage_[id].written) {
    if (slot.is_required || !is_number) store(slot, at, expr);
  }
}

void KernelEmitter::store(const Slot& slot, const Affine& at, ExprId expr) {
  append({Store{slot.buffer, index_value(base_of(slot) + at), expr}});
}

// Two neighbouring axes are one where each access steps over the slower by as much as over the whole of the
// faster.
std::vector<std::size_t> KernelEmitter::allowed_grouping(const Nest& nest) const {
  std::vector<std::size_t> groups;
  std::optional<std::size_t> slower;  // the last axis of the group that has a loop
  for (std::size_t k = 0; k < nest.axes.size(); ++k) {
    const auto [variable, extent] = nest.axes[k];
    const auto runs_on = [&](const Affine& access) {
      const auto outer = indices_.slope(access, nest.axes[*slower].first);
      const auto inner = indices_.slope(access, variable);
      return outer && inner && *outer == *inner * extent;
    };
    const bool is_alone = extent == 1 || !slower;
    const bool joins = k > 0 && (is_alone || std::ranges::all_of(accesses_, runs_on));
    if (joins) {
      ++groups.back();
    } else {
      groups.push_back(1);
      slower.reset();
    }
    if (extent != 1) slower = k;
  }
  return groups;
}

Groupings KernelEmitter::groupings() const {
  Groupings result;
  for (const Nest& nest : nests_) result.push_back(allowed_grouping(nest));
  return result;
}

}  // namespace dp
