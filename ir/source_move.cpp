// Reductions, and what moves elements without changing them.

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "ir/source_writer.h"

namespace dp {
namespace {

std::string over(const std::vector<std::int64_t>& axes) {
  return axes.size() == 1 ? std::to_string(axes[0]) : fmt::format("({})", fmt::join(axes, ", "));
}

bool is_dense(const std::vector<std::int64_t>& stride) {
  return std::all_of(stride.begin(), stride.end(), [](std::int64_t step) { return step == 1; });
}

}  // namespace

Phrase SourceWriter::operation(Id id) {
  const Node& node = graph_[id];
  switch (info(node.op).form) {
    case Form::eval:
    case Form::point: return point(id);
    case Form::reduce: return reduction(node);
    case Form::move: return move(id);
    default: break;
  }
  if (node.op == Op::constant) return numbers(id);
  if (node.op == Op::dot) return dot(node);
  if (node.op == Op::guarded_dot) return guarded_dot(node);
  if (node.op == Op::stop) return {fmt::format("stop({})", value(node.operands[0]).text)};
  if (info(node.op).form == Form::call) return call(id);
  cannot_say(std::string(name(node.op)));
}

Phrase SourceWriter::reduction(const Node& node) {
  const std::string x = value(node.operands[0]).text;
  const std::string function(name(node.op));
  if (node.op == Op::argmax || node.op == Op::argmin)
    return {fmt::format("{}({}, over = {})", function, x, node.integer("axis"))};
  const std::string word = function.substr(std::string_view("reduce_").size());
  const auto& axes = node.integers("axes");
  if (axes.size() == graph_[node.operands[0]].type.rank()) return {fmt::format("{}({})", word, x)};
  return {fmt::format("{}({}, over = {})", word, x, over(axes))};
}

Phrase SourceWriter::move(Id id) {
  const Node& node = graph_[id];
  switch (node.op) {
    case Op::reshape:
      return reshaped(value(node.operands[0]), graph_[node.operands[0]].type.shape, node.type.shape);
    case Op::transpose: return transposed(value(node.operands[0]), node.integers("permutation"));
    case Op::slice: return slice(node);
    case Op::pad: return pad(node);
    case Op::flip:
      return {fmt::format("flip({}, over = {})", value(node.operands[0]).text, over(node.integers("axes")))};
    case Op::gather: return gather(node);
    case Op::take: return take(node);
    case Op::concat: {
      std::vector<std::string> parts;
      for (const Id part : node.operands) parts.push_back(value(part).text);
      return {fmt::format("concat([{}], over = {})", fmt::join(parts, ", "), node.integer("axis"))};
    }
    default: cannot_say(std::string(name(node.op)));
  }
}

Phrase SourceWriter::slice(const Node& node) {
  if (!is_dense(node.integers("stride"))) return strided_slice(node);
  const Shape& whole = graph_[node.operands[0]].type.shape;
  const Shape& start = node.dims("start");
  std::string parts;
  for (std::size_t axis = 0; axis < whole.size(); ++axis) {
    const bool kept = start[axis] == Dim(0) && node.type.shape[axis] == whole[axis];
    const Dim end = start[axis] + node.type.shape[axis];
    require_at_most(end, whole[axis]);
    parts += (axis ? ", " : "") + (kept ? std::string(":") : start[axis].text() + ".." + end.text());
  }
  return {fmt::format("{}[{}]", named(node.operands[0]), parts)};
}

Phrase SourceWriter::pad(const Node& node) {
  const Shape& inner = graph_[node.operands[0]].type.shape;
  const Shape& low = node.dims("low");
  std::string widths;
  for (std::size_t axis = 0; axis < inner.size(); ++axis) {
    require_at_most(low[axis] + inner[axis], node.type.shape[axis]);
    const Dim behind = node.type.shape[axis] - inner[axis] - low[axis];
    widths += fmt::format("{}({}, {})", axis ? ", " : "", low[axis].text(), behind.text());
  }
  return {fmt::format("pad({}, [{}])", value(node.operands[0]).text, widths)};
}

/// Every stride-th element: one axis after the other, at positions that are counted.
Phrase SourceWriter::strided_slice(const Node& node) {
  std::string x = named(node.operands[0]), skipped;
  const auto& stride = node.integers("stride");
  for (std::size_t axis = 0; axis < stride.size(); ++axis, skipped += ":, ") {
    const Dim &start = node.dims("start")[axis], &count = node.type.shape[axis];
    const bool kept =
        start == Dim(0) && count == graph_[node.operands[0]].type.shape[axis] && stride[axis] == 1;
    if (kept) continue;
    const std::string part = names_.fresh();
    bind(part, fmt::format("{}[{}iota({}) * {} + {}]", x, skipped, count.text(), stride[axis],
                           Phrase{start.text(), Binding::sum}.at(Binding::product)));
    x = part;
  }
  return {x};
}

/// The transpose of a slice with a stride: the axes from the first on, each laid into zeros.
void SourceWriter::spread_out(Id id) {
  const Node& node = graph_[id];
  std::string part = value(node.operands[0]).text, skipped;
  Type type = graph_[node.operands[0]].type;
  const std::string zero = type.dtype == Dtype::boolean ? "false" : is_real(type.dtype) ? "0.0" : "0";
  const bool usual = type.dtype == options_.real || type.dtype == Dtype::boolean || type.dtype == Dtype::i64;
  const std::string element = usual ? zero : fmt::format("{}({})", scalar_text(type.dtype), zero);
  for (std::size_t axis = 0; axis < type.rank(); ++axis, skipped += ":, ") {
    const Dim count = type.shape[axis], &low = node.dims("low")[axis];
    if (count == node.type.shape[axis] && low == Dim(0)) continue;
    type.shape[axis] = node.type.shape[axis];
    const std::string whole = names_.fresh();
    bind(whole, fmt::format("full({}, {})", shape_text(type.shape), element));
    line(fmt::format("{}[{}iota({}) * {} + {}] = {}", whole, skipped, count.text(),
                     node.integers("stride")[axis], Phrase{low.text(), Binding::sum}.at(Binding::product),
                     part));
    part = whole;
  }
  bind(names_.give(id), part);
}

Phrase SourceWriter::transposed(Phrase x, const std::vector<std::int64_t>& permutation) const {
  if (std::is_sorted(permutation.begin(), permutation.end())) return x;
  if (permutation.size() == 2) return {x.at(Binding::postfix) + ".T"};
  return {fmt::format("transpose({}, [{}])", x.text, fmt::join(permutation, ", "))};
}

Phrase SourceWriter::reshaped(Phrase x, const Shape& from, const Shape& to) const {
  if (from == to) return x;
  if (from.empty()) return {fmt::format("full({}, {})", shape_text(to), x.text)};
  if (!to.empty()) return {fmt::format("{} as {}", x.at(Binding::as), shape_text(to)), Binding::as};
  const std::vector<std::string> zeros(from.size(), "0");
  return {fmt::format("{}[{}]", x.at(Binding::postfix), fmt::join(zeros, ", "))};
}

}  // namespace dp
