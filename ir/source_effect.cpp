// Checks and prints. A check that the operation behind it makes by itself is not said twice; the others,
// those under the condition of a branch, are assertions.

#include <fmt/format.h>

#include <algorithm>

#include "ir/source_writer.h"

namespace dp {
namespace {

/// The texts between the operands of a `print`, without the blanks that stand around every operand.
std::vector<std::string> print_texts(const std::string& message) {
  std::vector<std::string> parts{""};
  for (const char c : message) {
    if (c == '\0')
      parts.emplace_back();
    else
      parts.back() += c;
  }
  parts.pop_back();
  for (std::size_t k = 0; k < parts.size(); ++k) {
    if (k > 0 && parts[k].starts_with(' ')) parts[k].erase(0, 1);
    if (k + 1 < parts.size() && parts[k].ends_with(' ')) parts[k].pop_back();
  }
  return parts;
}

}  // namespace

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c == '\n' ? "\\n" : c == '\t' ? "\\t" : std::string(1, c);
  }
  return result + "\"";
}

bool SourceWriter::is_always(Id taken) const {
  return is_splat(graph_[taken]) &&
         std::get<std::vector<std::int64_t>>(graph_[taken].literal().elements)[0] != 0;
}

std::optional<Id> SourceWriter::check_of(Op op, Id operand) const {
  for (const Id id : graph_.effects)
    if (graph_[id].op == op && graph_[id].operands[0] == operand) return id;
  return std::nullopt;
}

/// Whether the program stops where that operand is wrong, whatever branch is taken; then the operation that
/// the check belongs to says it.
bool SourceWriter::is_said(Op op, Id operand, const Dim* extent) {
  for (const Id id : graph_.effects) {
    const Node& node = graph_[id];
    const bool same = node.op == op && node.operands[0] == operand && is_always(node.operands[1]);
    if (!same || (extent && !(node.dims("dim").at(0) == *extent))) continue;
    said_.insert(id);
    return true;
  }
  return false;
}

void SourceWriter::effects_before(Id loop) {
  const auto& effects = graph_.effects;
  const auto found =
      std::find(effects.begin() + static_cast<std::ptrdiff_t>(effects_said_), effects.end(), loop);
  if (loop != no_id && found == effects.end()) return;
  const auto end = static_cast<std::size_t>(found - effects.begin());
  while (effects_said_ < end) effect(effects[effects_said_++]);
}

void SourceWriter::effect(Id id) {
  const Node& node = graph_[id];
  if (node.op == Op::assert_) {
    const std::string condition = value(node.operands.at(0)).text;
    line(fmt::format("assert {}, {}", condition, quoted(node.string("message"))));
  } else if (node.op == Op::print) {
    print(node);
  } else if (info(node.op).form == Form::effect && !said_.contains(id)) {
    check(node);
  }
}

void SourceWriter::print(const Node& node) {
  const auto texts = print_texts(node.string("message"));
  std::vector<std::string> arguments;
  for (std::size_t k = 0; k < texts.size(); ++k) {
    if (!texts[k].empty()) arguments.push_back(quoted(texts[k]));
    if (k + 1 < node.operands.size()) arguments.push_back(value(node.operands[k + 1]).text);
  }
  const std::string words = fmt::format("print({})", fmt::join(arguments, ", "));
  if (is_always(node.operands[0])) return line(words);
  line(fmt::format("if {} {{ {} }}", value(node.operands[0]).text, words));
}

void SourceWriter::check(const Node& node) {
  const Id x = node.operands[0];
  if (node.op == Op::check_index && is_inside(x, node.dims("dim").at(0))) return;
  const std::string name = named(x);
  std::string holds, message;
  if (node.op == Op::check_index) {
    const Dim& extent = node.dims("dim").at(0);
    holds = fmt::format("{} >= 0 and {} < {}", name, name, extent.text());
    message = fmt::format("an index lies outside axis {} of extent {}", node.integer("axis"), extent.text());
  } else if (node.op == Op::check_divisor) {
    holds = name + " != 0";
    message = "integer division by zero";
  } else {
    const bool narrow = std::get<Dtype>(*node.find("dtype")) == Dtype::i32;
    const std::string bound = narrow ? "2147483648.0" : "9223372036854775808.0";
    holds = fmt::format("{} {} -{} and {} < {}", name, narrow ? ">" : ">=", bound, name, bound);
    message = "a real has no value in the integers";
  }
  if (!is_always(node.operands[1]))
    holds = fmt::format("not {} or {}", value(node.operands[1]).at(Binding::compare), holds);
  const bool one = graph_[x].type.rank() == 0;
  line(fmt::format("assert {}, {}", one ? holds : "all(" + holds + ")", quoted(message)));
}

}  // namespace dp
