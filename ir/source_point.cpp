// Elementwise operations: operators by their signs, functions by their names. Operands that repeat a narrower
// value are written as that value, where the language's own broadcasting repeats it in the same way.

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "ir/source_writer.h"

namespace dp {
namespace {

struct Sign {
  std::string_view text;
  Binding binding;
};

std::optional<Sign> sign_of(Op op) {
  switch (op) {
    case Op::add: return Sign{"+", Binding::sum};
    case Op::sub: return Sign{"-", Binding::sum};
    case Op::mul: return Sign{"*", Binding::product};
    case Op::div:
    case Op::floor_div: return Sign{"/", Binding::product};
    case Op::mod: return Sign{"%", Binding::product};
    case Op::eq: return Sign{"==", Binding::compare};
    case Op::ne: return Sign{"!=", Binding::compare};
    case Op::lt: return Sign{"<", Binding::compare};
    case Op::le: return Sign{"<=", Binding::compare};
    case Op::and_: return Sign{"and", Binding::and_};
    case Op::or_: return Sign{"or", Binding::or_};
    default: return std::nullopt;
  }
}

Binding above(Binding binding) { return static_cast<Binding>(static_cast<int>(binding) + 1); }

bool is_root(Op op) { return op == Op::sqrt || op == Op::norm_root; }

bool is_any(Op op, std::initializer_list<Op> ops) {
  return std::find(ops.begin(), ops.end(), op) != ops.end();
}

/// Whether an operand together with this op may look like something that the language simplifies before it
/// differentiates (`MEANING` in ir/rules.def). In a program of the user's that has happened already; what
/// looks like it now was made by differentiation, and stays as it is.
bool means_more(const Graph& graph, const Node& node, Op operand) {
  const bool same = node.operands.size() == 2 && node.operands[0] == node.operands[1];
  if (node.op == Op::mul) return same && is_root(operand);
  if (node.op == Op::power) return is_root(operand) && node.integer("exponent") == 2;
  if (node.op == Op::pow) return is_root(operand);
  if (is_root(node.op)) {
    if (is_any(operand, {Op::power, Op::pow})) return true;
    const Node& inner = graph[node.operands[0]];
    return operand == Op::mul && inner.operands[0] == inner.operands[1];
  }
  if (node.op == Op::log) return is_any(operand, {Op::exp, Op::add, Op::div, Op::mul});
  return node.op == Op::log1p && operand == Op::exp;
}

}  // namespace

bool is_splat(const Node& node) {
  return node.op == Op::constant &&
         std::visit([](const auto& elements) { return elements.size() == 1; }, node.literal().elements);
}

/// True for what broadcasts by itself when it is written next to an operand of the full shape.
bool SourceWriter::is_narrow(Id id) const {
  const Node& node = graph_[id];
  if (node.type.rank() == 0 || !names_[id].empty()) return false;
  if (is_splat(node)) return true;
  std::vector<std::int64_t> axes;
  if (node.op == Op::broadcast) {
    const Shape& from = graph_[node.operands[0]].type.shape;
    return embeddings(from, node.type.shape, axes) == 1 && axes == node.integers("axes");
  }
  if (node.op != Op::iota || node.type.rank() == 1) return false;
  const std::int64_t axis = node.integer("axis");
  return embeddings({node.type.shape[static_cast<std::size_t>(axis)]}, node.type.shape, axes) == 1;
}

std::vector<Phrase> SourceWriter::point_operands(const Node& node) {
  const auto& ids = node.operands;
  const bool has_full =
      node.type.rank() == 0 || !std::all_of(ids.begin(), ids.end(), [&](Id id) { return is_narrow(id); });
  // Numbers take their type from an operand of the same type that is no number.
  const auto tells_type = [&](Id id) {
    return !is_splat(graph_[id]) && graph_[id].op != Op::dim_value &&
           graph_[id].type.dtype == graph_[ids.back()].type.dtype;
  };
  const bool typed = !std::any_of(ids.begin(), ids.end(), tells_type);
  std::size_t full = ids.size();
  for (std::size_t k = ids.size(); !has_full && k-- > 0;)
    if (full == ids.size() || !is_splat(graph_[ids[k]])) full = k;
  std::vector<Phrase> result;
  for (std::size_t k = 0; k < ids.size(); ++k) {
    const Node& operand = graph_[ids[k]];
    const bool narrow = k != full && is_narrow(ids[k]);
    Phrase phrase;
    if (is_splat(operand) && (narrow || operand.type.rank() == 0))
      phrase = literal(ids[k], typed);
    else if (narrow && operand.op == Op::broadcast)
      phrase = value(operand.operands[0]);
    else if (narrow)
      phrase = {fmt::format("iota({})",
                            operand.type.shape[static_cast<std::size_t>(operand.integer("axis"))].text())};
    else
      phrase = value(ids[k]);
    result.push_back(guarded(node, k, shielded(node, k, std::move(phrase))));
  }
  return result;
}

Phrase SourceWriter::shielded(const Node& node, std::size_t k, Phrase operand) const {
  if (!means_more(graph_, node, graph_[node.operands[k]].op)) return operand;
  return {fmt::format("stop({})", operand.text)};
}

/// What is checked only in a branch is replaced by a harmless number where the branch is not taken.
Phrase SourceWriter::guarded(const Node& node, std::size_t k, Phrase operand) {
  const bool divides = is_any(node.op, {Op::floor_div, Op::mod, Op::rem}) && is_integer(node.type.dtype);
  const bool converts = node.op == Op::convert && is_integer(node.type.dtype);
  if (!(divides && k == 1) && !(converts && is_real(graph_[node.operands[0]].type.dtype))) return operand;
  const Op op = divides ? Op::check_divisor : Op::check_range;
  if (is_said(op, node.operands[k])) return operand;
  const auto check = check_of(op, node.operands[k]);
  if (!check) return operand;
  said_.insert(*check);
  const std::string taken = value(graph_[*check].operands[1]).text;
  return {fmt::format("where({}, {}, {})", taken, operand.text, divides ? "1" : "0.0")};
}

Phrase SourceWriter::conversion(const Node& node, const std::string& operand) const {
  const Dtype from = graph_[node.operands[0]].type.dtype, to = node.type.dtype;
  const bool narrows = from == options_.real;  // to the language `real` may be either of two types
  if (node.op == Op::bits)
    return {fmt::format("bits({})", narrows ? fmt::format("{}({})", name(from), operand) : operand)};
  if (node.op == Op::from_bits) {
    const std::string made = fmt::format("from_bits({})", operand);
    return {to == options_.real ? "real(" + made + ")" : made};
  }
  if (to == Dtype::boolean)
    return {fmt::format("{} != {}", operand, is_real(from) ? "0.0" : "0"), Binding::compare};
  if (to == Dtype::key) cannot_say("a key that is converted");
  return {fmt::format("{}({})", scalar_text(to), operand)};
}

Phrase SourceWriter::point(Id id) {
  const Node& node = graph_[id];
  return point_of(node, point_operands(node));
}

Phrase SourceWriter::point_of(const Node& node, const std::vector<Phrase>& operands) const {
  if (const auto sign = sign_of(node.op)) {
    const bool chains = sign->binding != Binding::compare;
    const std::string left = operands[0].at(chains ? sign->binding : above(sign->binding));
    return {fmt::format("{} {} {}", left, sign->text, operands[1].at(above(sign->binding))), sign->binding};
  }
  if (node.op == Op::neg) return {"-" + operands[0].at(Binding::power), Binding::sign};
  if (node.op == Op::not_) return {"not " + operands[0].at(Binding::compare), Binding::not_};
  if (node.op == Op::power)
    return {fmt::format("{} ^ {}", operands[0].at(Binding::postfix), node.integer("exponent")),
            Binding::power};
  std::string function(name(node.op));
  if (node.op == Op::select) function = "where";
  if (is_any(node.op, {Op::convert, Op::bits, Op::from_bits}))
    return conversion(node,
                      node.type.dtype == Dtype::boolean ? operands[0].at(Binding::range) : operands[0].text);
  std::vector<std::string> texts;
  for (const Phrase& operand : operands) texts.push_back(operand.text);
  return {fmt::format("{}({})", function, fmt::join(texts, ", "))};
}

}  // namespace dp
