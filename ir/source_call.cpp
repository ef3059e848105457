// Routines on whole tensors, random draws, guarded products: by the names that the library is written with.

#include <fmt/format.h>

#include <algorithm>

#include "ir/source_writer.h"

namespace dp {
namespace {

std::string_view routine_name(Op op) {
  switch (op) {
    case Op::cholesky: return "cholesky_factor";
    case Op::qr: return "qr_packed";
    case Op::eigh: return "eigh_packed";
    case Op::svd: return "svd_packed";
    default: return name(op);
  }
}

bool is_set(const Node& node, std::string_view flag) { return node.find(flag) && node.integer(flag) != 0; }

}  // namespace

Phrase SourceWriter::at_each_index(const Node& node, const std::string& function, const std::string& more) {
  const Shape& shape = graph_[node.operands[0]].type.shape;
  std::vector<std::string> indices, ranges, arguments;
  for (const Id operand : node.operands) named(operand);
  for (const Dim& extent : shape) {
    indices.push_back(names_.index());
    ranges.push_back(fmt::format("{} in 0..{}", indices.back(), extent.text()));
  }
  for (const Id operand : node.operands) arguments.push_back(element(operand, indices));
  const std::string one = fmt::format("{}({}{})", function, fmt::join(arguments, ", "), more);
  if (ranges.empty()) return {one};
  return {fmt::format("for {}: {}", fmt::join(ranges, ", "), one), Binding::loop};
}

/// Sorted from the largest on: `top_k` of all elements gives values and positions.
Phrase SourceWriter::in_order(Id id) {
  const Node& node = graph_[id];
  const std::string x = value(node.operands[0]).text;
  if (!is_set(node, "descending")) return {fmt::format("{}({})", name(node.op), x)};
  const std::string values = names_.fresh(), positions = names_.fresh();
  line(fmt::format("({}, {}) = top_k({}, {})", values, positions, x, node.type.shape.back().text()));
  return {node.op == Op::sort ? values : positions};
}

Phrase SourceWriter::call(Id id) {
  const Node& node = graph_[id];
  if (node.op == Op::make_key) return at_each_index(node, "key");
  if (node.op == Op::fold_key) return at_each_index(node, "fold");
  if (node.op == Op::random_bits)
    return at_each_index(node, "random_bits", ", " + shape_text(node.dims("shape")));
  if (node.op == Op::sort || node.op == Op::argsort) return in_order(id);
  std::vector<std::string> arguments;
  for (const Id operand : node.operands) arguments.push_back(value(operand).text);
  if (node.op == Op::triangular_solve)
    arguments.push_back(is_set(node, "lower") ? "lower = true" : "lower = false");
  if (is_set(node, "transposed")) arguments.push_back("transposed = true");
  return {fmt::format("{}({})", routine_name(node.op), fmt::join(arguments, ", "))};
}

/// `guarded_einsum("ij,jk->ik", x, y, x_counts, y_counts)`: a letter for each axis.
Phrase SourceWriter::guarded_dot(const Node& node) {
  const std::size_t rank_x = graph_[node.operands[0]].type.rank(),
                    rank_y = graph_[node.operands[1]].type.rank();
  std::string x(rank_x, ' '), y(rank_y, ' '), batch;
  char letter = 'a';
  const auto join = [&](std::string_view from, std::string_view to, bool is_batch) {
    const auto &left = node.integers(from), &right = node.integers(to);
    for (std::size_t k = 0; k < left.size(); ++k, ++letter) {
      x[static_cast<std::size_t>(left[k])] = y[static_cast<std::size_t>(right[k])] = letter;
      if (is_batch) batch += letter;
    }
  };
  join("batch_x", "batch_y", true);
  join("sum_x", "sum_y", false);
  std::string rest;
  for (std::string* letters : {&x, &y})
    for (char& each : *letters)
      if (each == ' ') rest += each = letter++;
  if (node.integers("sum_x").empty()) cannot_say("a guarded product without a sum");
  std::vector<std::string> arguments{fmt::format("\"{},{}->{}{}\"", x, y, batch, rest)};
  for (const Id operand : node.operands) arguments.push_back(value(operand).text);
  return {fmt::format("guarded_einsum({})", fmt::join(arguments, ", "))};
}

}  // namespace dp
