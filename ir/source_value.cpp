// A value where it is used: its name, a literal, a narrower value spread to its shape, or an expression in
// place.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ir/source_writer.h"
#include "ir/text.h"

namespace dp {
namespace {

constexpr std::size_t numbers_in_a_line = 8;

std::string number_text(double value, Dtype dtype) {
  const std::string text = real_text(value, dtype);
  if (text.starts_with("nan:") || text.starts_with("-nan")) throw CannotSay{"a NaN of unusual bits"};
  return text;
}

std::string element_text(const Literal& literal, std::size_t k, Dtype dtype) {
  if (const auto* reals = std::get_if<std::vector<double>>(&literal.elements))
    return number_text((*reals)[k], dtype);
  const std::int64_t whole = std::get<std::vector<std::int64_t>>(literal.elements)[k];
  if (dtype == Dtype::boolean) return whole ? "true" : "false";
  if (dtype == Dtype::key) return "key(" + std::to_string(whole) + ")";
  return std::to_string(whole);
}

std::size_t element_count(const Literal& literal) {
  return std::visit([](const auto& elements) { return elements.size(); }, literal.elements);
}

void search(const Shape& small, const Shape& large, std::size_t next, std::size_t from,
            std::vector<std::int64_t>& current, int& ways, std::vector<std::int64_t>& first) {
  if (ways > 1) return;
  if (next == small.size()) {
    if (ways++ == 0) first = current;
    return;
  }
  for (std::size_t axis = from; axis + (small.size() - next) <= large.size(); ++axis) {
    if (!(small[next] == large[axis])) continue;
    current.push_back(static_cast<std::int64_t>(axis));
    search(small, large, next + 1, axis + 1, current, ways, first);
    current.pop_back();
  }
}

}  // namespace

int embeddings(const Shape& small, const Shape& large, std::vector<std::int64_t>& axes) {
  int ways = 0;
  std::vector<std::int64_t> current;
  search(small, large, 0, 0, current, ways, axes);
  return ways;
}

/// One number. `typed`: says its type where the context would not.
Phrase SourceWriter::literal(Id id, bool typed) const {
  const Node& node = graph_[id];
  const Dtype dtype = node.type.dtype;
  const std::string text = element_text(node.literal(), 0, dtype);
  const bool usual = dtype == options_.real || dtype == Dtype::i64 || dtype == Dtype::boolean;
  if (dtype == Dtype::key) return {text};
  if (typed && !usual) return {fmt::format("{}({})", scalar_text(dtype), text)};
  return {text, text.starts_with('-') ? Binding::sign : Binding::postfix};
}

/// Numbers written out one by one.
Phrase SourceWriter::numbers(Id id) const {
  const Node& node = graph_[id];
  const std::size_t count = element_count(node.literal());
  std::string list = "[";
  for (std::size_t k = 0; k < count; ++k) {
    if (k > 0) list += k % numbers_in_a_line == 0 ? ",\n      " : ", ";
    list += element_text(node.literal(), k, node.type.dtype);
  }
  list += "]";
  const bool usual = node.type.dtype == options_.real || !is_real(node.type.dtype);
  const bool narrow = node.type.dtype == Dtype::i32;
  if (!usual || narrow) list = fmt::format("{}({})", scalar_text(node.type.dtype), list);
  return reshaped({list}, {Dim(static_cast<std::int64_t>(count))}, node.type.shape);
}

std::string SourceWriter::named(Id id) {
  if (!names_[id].empty()) return names_[id];
  const std::string text = value(id).text;
  if (!names_[id].empty()) return names_[id];
  bind(names_.give(id), text);
  return names_[id];
}

Phrase SourceWriter::value(Id id) {
  if (!names_[id].empty()) return {names_[id]};
  const Node& node = graph_[id];
  if (node.op == Op::constant && element_count(node.literal()) == 1) {
    const Phrase one = literal(id, true);
    return node.type.rank() == 0 ? one
                                 : Phrase{fmt::format("full({}, {})", shape_text(node.type.shape), one.text)};
  }
  if (node.op == Op::dim_value) {
    const std::string text = node.dims("dim").at(0).text();
    return {text, text.find(' ') == std::string::npos && text.find_first_of("*/-") == std::string::npos
                      ? Binding::postfix
                      : Binding::as};
  }
  if (node.op == Op::broadcast || node.op == Op::iota) return spread(id);
  if (is_inline(id)) return operation(id);
  statement(id);
  return {names_[id]};
}

Phrase SourceWriter::spread(Id id) {
  const Node& node = graph_[id];
  if (node.op == Op::broadcast) {
    const Id narrow = node.operands[0];
    return spread(id, value(narrow), graph_[narrow].type.shape, node.integers("axes"));
  }
  const std::int64_t axis = node.integer("axis");
  const Dim& extent = node.type.shape[static_cast<std::size_t>(axis)];
  const Phrase counted{fmt::format("iota({})", extent.text())};
  return node.type.rank() == 1 ? counted : spread(id, counted, {extent}, {axis});
}

/// Repeated index by index.
Phrase SourceWriter::spread(Id id, const Phrase& narrow, const Shape& from,
                            const std::vector<std::int64_t>& axes) {
  const Type& to = graph_[id].type;
  if (from.empty()) return {fmt::format("full({}, {})", shape_text(to.shape), narrow.text)};
  std::vector<std::string> indices, ranges, own;
  for (const Dim& extent : to.shape) {
    indices.push_back(names_.index());
    ranges.push_back(fmt::format("{} in 0..{}", indices.back(), extent.text()));
  }
  for (const std::int64_t axis : axes) own.push_back(indices[static_cast<std::size_t>(axis)]);
  std::string name = narrow.text;
  if (narrow.binding != Binding::postfix) bind(name = names_.fresh(), narrow.text);
  const std::string element =
      graph_[id].op == Op::iota ? own[0] : fmt::format("{}[{}]", name, fmt::join(own, ", "));
  return {fmt::format("for {}: {}", fmt::join(ranges, ", "), element), Binding::loop};
}

}  // namespace dp
