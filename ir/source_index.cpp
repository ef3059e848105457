// Elements at positions. A position that the program checks, or that cannot lie outside, is an index as it
// is; any other is moved inside first, as the operation does.

#include <fmt/format.h>

#include <algorithm>

#include "ir/source_writer.h"

namespace dp {
namespace {

std::string whole_axes(std::int64_t count) {
  std::string result;
  for (std::int64_t axis = 0; axis < count; ++axis) result += ":, ";
  return result;
}

std::optional<std::pair<Dim, Dim>> constant_range(const Node& node) {
  const auto& elements = std::get<std::vector<std::int64_t>>(node.literal().elements);
  if (elements.empty()) return std::nullopt;
  const auto [low, high] = std::minmax_element(elements.begin(), elements.end());
  return std::pair(Dim(*low), Dim(*high));
}

}  // namespace

std::optional<std::pair<Dim, Dim>> SourceWriter::range(Id id) const {
  const Node& node = graph_[id];
  if (!is_integer(node.type.dtype)) return std::nullopt;
  const auto below = [](const Dim& extent) { return std::pair(Dim(0), extent - Dim(1)); };
  const auto of = [&](std::size_t k) { return range(node.operands[k]); };
  switch (node.op) {
    case Op::constant: return constant_range(node);
    case Op::dim_value: return std::pair(node.dims("dim").at(0), node.dims("dim").at(0));
    case Op::iota: return below(node.type.shape[static_cast<std::size_t>(node.integer("axis"))]);
    case Op::argmax:
    case Op::argmin:
      return below(graph_[node.operands[0]].type.shape[static_cast<std::size_t>(node.integer("axis"))]);
    case Op::argsort: return below(node.type.shape.back());
    case Op::broadcast:
    case Op::reshape:
    case Op::transpose:
    case Op::slice:
    case Op::gather:
    case Op::take:
    case Op::flip: return of(0);
    case Op::convert: return is_integer(graph_[node.operands[0]].type.dtype) ? of(0) : std::nullopt;
    case Op::input: {
      if (loop_ && id == graph_.inputs[0]) return below(loop_->dims("dim").at(0));
      const auto slot = std::find(graph_.inputs.begin(), graph_.inputs.end(), id) - graph_.inputs.begin();
      if (around_ && slot > loop_->integer("carries"))
        return around_->range(loop_->operands[static_cast<std::size_t>(slot - 1)]);
      if (around_) return std::nullopt;
      const auto bound = options_.bounds.find(node.string("name"));
      return bound == options_.bounds.end() ? std::nullopt : std::optional(below(bound->second));
    }
    case Op::add:
    case Op::sub: {
      const auto x = of(0), y = of(1);
      if (!x || !y) return std::nullopt;
      if (node.op == Op::add) return std::pair(x->first + y->first, x->second + y->second);
      return std::pair(x->first - y->second, x->second - y->first);
    }
    case Op::mul: {
      const auto x = of(0), y = of(1);
      const bool grows = x && y && x->first.provably_nonnegative() && y->first.provably_nonnegative();
      return grows ? std::optional(std::pair(x->first * y->first, x->second * y->second)) : std::nullopt;
    }
    case Op::clamp: {
      const auto low = of(1), high = of(2);
      return low && high ? std::optional(std::pair(low->first, high->second)) : std::nullopt;
    }
    default: return std::nullopt;
  }
}

/// Whether it is at least 0, by itself or by a clause of the function.
bool SourceWriter::never_negative(const Dim& dim) const {
  if (dim.provably_nonnegative()) return true;
  for (const SourceWriter* writer = this; writer; writer = writer->around_)
    for (const auto& [left, right] : writer->at_most_)
      if ((dim - (right - left)).provably_nonnegative()) return true;
  return false;
}

bool SourceWriter::is_inside(Id id, const Dim& extent) const {
  if (graph_[id].op == Op::select)
    return is_inside(graph_[id].operands[1], extent) && is_inside(graph_[id].operands[2], extent);
  const auto known = range(id);
  return known && never_negative(known->first) && never_negative(extent - Dim(1) - known->second);
}

std::string SourceWriter::position(Id id, const Dim& extent, std::optional<std::string> text) {
  if (!text) text = value(id).text;
  if (is_said(Op::check_index, id, &extent) || is_inside(id, extent)) return *text;
  return fmt::format("clamp({}, 0, {})", *text, (extent - Dim(1)).text());
}

/// `s .. s + n` for the positions s, s + 1, …, where the ends are checked.
std::optional<std::string> SourceWriter::window(const Node& node) {
  const Id positions = node.operands[1];
  const Node& sum = graph_[positions];
  if (sum.op != Op::add || sum.type.rank() != 1) return std::nullopt;
  for (const std::size_t k : {0, 1}) {
    const Node &first = graph_[sum.operands[k]], &counting = graph_[sum.operands[1 - k]];
    if (first.op != Op::broadcast || counting.op != Op::iota) continue;
    const Id start = first.operands[0];
    const Dim& extent = graph_[node.operands[0]].type.shape[static_cast<std::size_t>(node.integer("axis"))];
    const Dim& length = sum.type.shape[0];
    const auto known = range(start);
    const bool fits =
        known && never_negative(known->first) && never_negative(extent - length - known->second);
    if (!fits && !(is_said(Op::check_index, start, &extent) && never_negative(length - Dim(1))))
      return std::nullopt;
    const std::string name = named(start);
    return fmt::format("{} .. {} + {}", name, name, Phrase{length.text(), Binding::sum}.at(Binding::product));
  }
  return std::nullopt;
}

Phrase SourceWriter::gather(const Node& node) {
  const std::string x = named(node.operands[0]), skipped = whole_axes(node.integer("axis"));
  if (const auto part = window(node)) return {fmt::format("{}[{}{}]", x, skipped, *part)};
  const Dim& extent = graph_[node.operands[0]].type.shape[static_cast<std::size_t>(node.integer("axis"))];
  return {fmt::format("{}[{}{}]", x, skipped, position(node.operands[1], extent))};
}

Phrase SourceWriter::take(const Node& node) {
  const std::string x = value(node.operands[0]).text;
  const Dim& extent = graph_[node.operands[0]].type.shape[static_cast<std::size_t>(node.integer("axis"))];
  return {fmt::format("take_along({}, {}, over = {})", x, position(node.operands[1], extent),
                      node.integer("axis"))};
}

/// The element at these indices; of a value that is repeated, the value.
std::string SourceWriter::element(Id id, const std::vector<std::string>& indices) {
  const Node& node = graph_[id];
  if (is_splat(node)) return literal(id, true).text;
  std::vector<std::string> own = indices;
  Id narrow = id;
  if (node.op == Op::broadcast && names_[id].empty() && indices.size() == node.type.rank()) {
    own.clear();
    for (const std::int64_t axis : node.integers("axes"))
      own.push_back(indices[static_cast<std::size_t>(axis)]);
    narrow = node.operands[0];
  }
  if (node.op == Op::iota && indices.size() == node.type.rank())
    return indices[static_cast<std::size_t>(node.integer("axis"))];
  if (own.empty()) return named(narrow);
  return fmt::format("{}[{}]", named(narrow), fmt::join(own, ", "));
}

/// A computed tensor that nothing else reads is changed as it is.
std::string SourceWriter::changed(Id id) {
  const Id before = graph_[id].operands[0];
  const Form form = info(graph_[before].op).form;
  const bool is_own = uses_[before] == 1 && !names_[before].empty() && form != Form::leaf;
  if (is_own && !names_.has_own(id)) {
    names_.give(id, names_[before]);
  } else {
    const std::string text = value(before).text;
    bind(names_.give(id), text);
  }
  return names_[id];
}

void SourceWriter::scatter(Id id) {
  const Node& node = graph_[id];
  if (node.op == Op::scatter_add) {
    for (const std::size_t k : {1, 2})
      if (graph_[node.operands[k]].type.rank() > 0) named(node.operands[k]);
    return add_parts(changed(id), node);
  }
  const std::string part = set_part(node);
  line(changed(id) + part);
}

/// `[i] = v`, behind the name of the tensor.
std::string SourceWriter::set_part(const Node& node) {
  const Dim& extent = node.type.shape[static_cast<std::size_t>(node.integer("axis"))];
  const std::string where = position(node.operands[1], extent);
  return fmt::format("[{}{}] = {}", whole_axes(node.integer("axis")), where, value(node.operands[2]).text);
}

/// One part after the other, as the order of the sums demands.
void SourceWriter::add_parts(const std::string& name, const Node& node) {
  const Node& positions = graph_[node.operands[1]];
  const auto axis = static_cast<std::size_t>(node.integer("axis"));
  std::vector<std::string> indices, ranges, part(axis, ":");
  for (const Dim& extent : positions.type.shape) {
    indices.push_back(names_.index());
    ranges.push_back(fmt::format("{} in 0..{}", indices.back(), extent.text()));
  }
  part.insert(part.end(), indices.begin(), indices.end());
  const Node& values = graph_[node.operands[2]];
  const Dim& extent = node.type.shape[axis];
  const std::string where = position(node.operands[1], extent, element(node.operands[1], indices));
  const bool all_indexed = part.size() == values.type.rank() && axis == 0;
  const std::string added = all_indexed ? element(node.operands[2], part)
                            : indices.empty()
                                ? value(node.operands[2]).text
                                : fmt::format("{}[{}]", named(node.operands[2]), fmt::join(part, ", "));
  const std::string words =
      fmt::format("{}[{}{}] += {}", name, whole_axes(node.integer("axis")), where, added);
  if (ranges.empty()) return line(words);
  line(fmt::format("for {} {{ {} }}", fmt::join(ranges, ", "), words));
}

}  // namespace dp
