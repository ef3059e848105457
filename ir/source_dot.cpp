// Products: any dimension numbers as transposes, `as` and `@`, so that every sum is taken in the same order.
// The order depends on one thing only, whether the 64 lanes are used (docs of `dot`): where y has no axes
// left and the summed axes are the last of both operands, in order. `@` uses them where its right side is a
// vector that meets a last axis.

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "ir/source_writer.h"

namespace dp {
namespace {

using Axes = std::vector<std::int64_t>;

Axes others(std::size_t rank, const Axes& first, const Axes& second) {
  Axes result;
  for (std::int64_t axis = 0; axis < static_cast<std::int64_t>(rank); ++axis) {
    const bool used = std::find(first.begin(), first.end(), axis) != first.end() ||
                      std::find(second.begin(), second.end(), axis) != second.end();
    if (!used) result.push_back(axis);
  }
  return result;
}

bool is_trailing(const Axes& axes, std::size_t rank) {
  for (std::size_t k = 0; k < axes.size(); ++k)
    if (axes[k] != static_cast<std::int64_t>(rank - axes.size() + k)) return false;
  return true;
}

Phrase product(const Phrase& left, const Phrase& right) {
  return {fmt::format("{} @ {}", left.at(Binding::product), right.at(Binding::sign)), Binding::product};
}

}  // namespace

Phrase SourceWriter::arranged(Id id, const std::vector<Group>& groups) {
  const Shape& before = graph_[id].type.shape;
  Axes order;
  Shape turned, result;
  for (const Group& group : groups) {
    Dim merged(1);
    for (const std::int64_t axis : group.axes) {
      const Dim& extent = before[static_cast<std::size_t>(axis)];
      order.push_back(axis);
      turned.push_back(extent);
      merged = merged * extent;
      if (!group.merge) result.push_back(extent);
    }
    if (group.merge) result.push_back(merged);
  }
  return reshaped(transposed(value(id), order), turned, result);
}

/// A product of vectors for each index of the batch.
Phrase SourceWriter::product_of_each(const Node& node, const std::vector<std::int64_t>& rest_x) {
  const auto arranged_by_name = [&](std::size_t k, const std::vector<Group>& groups) {
    const std::string text = arranged(node.operands[k], groups).text;
    const std::string name = names_.fresh();
    bind(name, text);
    return name;
  };
  const std::string x = arranged_by_name(
      0, {{node.integers("batch_x"), false}, {rest_x, false}, {node.integers("sum_x"), true}});
  const std::string y =
      arranged_by_name(1, {{node.integers("batch_y"), false}, {node.integers("sum_y"), true}});
  std::vector<std::string> indices, ranges;
  for (std::size_t k = 0; k < node.integers("batch_x").size(); ++k) {
    indices.push_back(names_.index());
    ranges.push_back(fmt::format("{} in 0..{}", indices.back(), node.type.shape[k].text()));
  }
  return {fmt::format("for {}: {}[{}] @ {}[{}]", fmt::join(ranges, ", "), x, fmt::join(indices, ", "), y,
                      fmt::join(indices, ", ")),
          Binding::loop};
}

Phrase SourceWriter::dot(const Node& node) {
  const Id x = node.operands[0], y = node.operands[1];
  const Axes &batch_x = node.integers("batch_x"), &batch_y = node.integers("batch_y");
  const Axes &sum_x = node.integers("sum_x"), &sum_y = node.integers("sum_y");
  const std::size_t rank_x = graph_[x].type.rank(), rank_y = graph_[y].type.rank();
  const Axes rest_x = others(rank_x, batch_x, sum_x), rest_y = others(rank_y, batch_y, sum_y);
  const bool lanes = rest_y.empty() && is_trailing(sum_x, rank_x) && is_trailing(sum_y, rank_y);
  const bool batched = !batch_x.empty();
  if (lanes && batched) return product_of_each(node, rest_x);
  if (lanes) {
    const Phrase left = arranged(x, {{rest_x, false}, {sum_x, true}});
    return product(left, arranged(y, {{sum_y, true}}));
  }
  if (!batched && rest_y.empty() && !rest_x.empty()) {
    const Phrase left = arranged(y, {{sum_y, true}});
    const Phrase whole = product(left, arranged(x, {{sum_x, true}, {rest_x, true}}));
    return reshaped(whole, {element_count(node.type.shape)}, node.type.shape);
  }
  const Phrase left = arranged(x, {{batch_x, false}, {rest_x, batched}, {sum_x, true}});
  const Phrase right = arranged(y, {{batch_y, false}, {sum_y, true}, {rest_y, true}});
  Shape shape;
  Dim rows(1), columns(1);
  for (const std::int64_t axis : batch_x)
    shape.push_back(graph_[x].type.shape[static_cast<std::size_t>(axis)]);
  for (const std::int64_t axis : rest_x) {
    rows = rows * graph_[x].type.shape[static_cast<std::size_t>(axis)];
    if (!batched) shape.push_back(graph_[x].type.shape[static_cast<std::size_t>(axis)]);
  }
  if (batched) shape.push_back(rows);
  for (const std::int64_t axis : rest_y)
    columns = columns * graph_[y].type.shape[static_cast<std::size_t>(axis)];
  shape.push_back(columns);
  return reshaped(product(left, right), shape, node.type.shape);
}

}  // namespace dp
