#include "ir/source.h"

#include <fmt/format.h>

#include <algorithm>

#include "ir/source_writer.h"

namespace dp {
namespace {

constexpr std::size_t line_width = 100;

/// Nodes that are written where they are used, however often: they cost nothing to say again.
bool is_said_in_place(const Node& node) {
  switch (node.op) {
    case Op::input:
    case Op::dim_value:
    case Op::broadcast:
    case Op::iota: return true;
    case Op::constant:
      return std::visit([](const auto& elements) { return elements.size() == 1; }, node.literal().elements);
    default: return false;
  }
}

/// A text of the language.
std::string quote(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c == '\n' ? "\\n" : c == '\t' ? "\\t" : std::string(1, c);
  }
  return result + "\"";
}

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

std::string shape_text(const Shape& shape) {
  std::string result = "[";
  for (const Dim& dim : shape) result += (result.size() > 1 ? ", " : "") + dim.text();
  return result + "]";
}

SourceWriter::SourceWriter(const Graph& graph, const SourceOptions& options)
    : graph_(graph),
      options_(options),
      live_(live_nodes(graph)),
      uses_(graph.size()),
      names_(graph),
      at_most_(options.at_most) {
  count_uses();
}

/// Uses by statements: a broadcast passes its own on to its operand.
void SourceWriter::count_uses() {
  for (const Output& output : graph_.outputs) uses_[output.node] += 2;
  for (auto id = live_.rbegin(); id != live_.rend(); ++id) {
    const Node& node = graph_[*id];
    const std::size_t times = node.op == Op::broadcast ? uses_[*id] : 1;
    for (const Id operand : node.operands) uses_[operand] += times;
  }
}

bool SourceWriter::is_inline(Id id) const {
  const Form form = info(graph_[id].op).form;
  return inline_allowed_ && (form == Form::eval || form == Form::point) && uses_[id] == 1 &&
         !names_.has_own(id);
}

std::string_view SourceWriter::scalar_text(Dtype dtype) const {
  if (dtype == options_.real) return "real";
  return dtype == Dtype::boolean ? "bool" : name(dtype);
}

std::string SourceWriter::type_text(const Type& type, const Dim* bound) const {
  std::string result(scalar_text(type.dtype));
  if (bound) result += "<" + bound->text() + ">";
  return type.rank() == 0 ? result : result + shape_text(type.shape);
}

void SourceWriter::bind(const std::string& name, const std::string& text) {
  lines_ += fmt::format("  {} = {}\n", name, text);
}

/// Operands are written inline where the line stays short, else they get lines of their own.
void SourceWriter::statement(Id id) {
  std::string text = operation(id).text;
  const std::size_t name_width = names_.has_own(id) ? graph_.note(id).name.size() : 4;
  if (inline_allowed_ && text.size() + name_width + 5 > line_width) {
    inline_allowed_ = false;
    text = operation(id).text;
    inline_allowed_ = true;
  }
  bind(names_.give(id), text);
}

void SourceWriter::effect(Id id) {
  const Node& node = graph_[id];
  const bool is_said = node.op == Op::assert_ || node.op == Op::print;
  if (!is_said) return;  // the operation that is checked says it again
  if (node.op == Op::assert_) {
    const std::string condition = value(node.operands.at(0)).text;
    lines_ += fmt::format("  assert {}, {}\n", condition, quote(node.string("message")));
    return;
  }
  const auto texts = print_texts(node.string("message"));
  std::vector<std::string> arguments;
  for (std::size_t k = 0; k < texts.size(); ++k) {
    if (!texts[k].empty()) arguments.push_back(quote(texts[k]));
    if (k + 1 < node.operands.size()) arguments.push_back(value(node.operands[k + 1]).text);
  }
  lines_ += fmt::format("  print({})\n", fmt::join(arguments, ", "));
}

void SourceWriter::require_at_most(const Dim& left, const Dim& right) {
  const std::pair<Dim, Dim> clause{left, right};
  const bool known = std::find(at_most_.begin(), at_most_.end(), clause) != at_most_.end();
  if (!known && !(right - left).provably_nonnegative()) at_most_.push_back(clause);
}

std::string SourceWriter::signature() const {
  std::vector<std::string> parameters, results, clauses;
  for (const Id id : graph_.inputs) {
    const auto bound = options_.bounds.find(graph_[id].string("name"));
    parameters.push_back(
        names_[id] + ": " +
        type_text(graph_[id].type, bound == options_.bounds.end() ? nullptr : &bound->second));
  }
  for (const Output& output : graph_.outputs) results.push_back(type_text(graph_[output.node].type));
  for (const auto& [left, right] : options_.equalities)
    clauses.push_back(left.text() + " == " + right.text());
  for (const auto& [left, right] : at_most_) clauses.push_back(left.text() + " <= " + right.text());
  const std::string given = fmt::format("{}", fmt::join(parameters, ", "));
  const std::string gives = results.size() == 1 ? results[0] : fmt::format("({})", fmt::join(results, ", "));
  const std::string where = clauses.empty() ? "" : fmt::format(" where {}", fmt::join(clauses, ", "));
  const std::string line = fmt::format("fn {}({}) -> {}{} {{\n", options_.function, given, gives, where);
  if (line.size() <= line_width) return line;
  return fmt::format("fn {}(\n    {}\n) -> {}{} {{\n", options_.function, fmt::join(parameters, ",\n    "),
                     gives, where);
}

std::string SourceWriter::results() {
  const auto comment = [&](std::size_t k) {
    const bool has = k < options_.result_comments.size() && !options_.result_comments[k].empty();
    return has ? "  # " + options_.result_comments[k] : "";
  };
  std::vector<std::string> values;
  for (const Output& output : graph_.outputs) values.push_back(value(output.node).text);
  if (values.size() == 1) return "  " + values[0] + comment(0) + "\n";
  std::string result = "  (\n";
  for (std::size_t k = 0; k < values.size(); ++k)
    result += "    " + values[k] + (k + 1 < values.size() ? "," : "") + comment(k) + "\n";
  return result + "  )\n";
}

std::string SourceWriter::write() {
  std::string top = options_.real == Dtype::f64 ? "precision f64\n\n" : "";
  for (const std::string& line : options_.doc) top += line.empty() ? "##\n" : "## " + line + "\n";
  for (const Id id : live_) {
    const bool is_effect = info(graph_[id].op).form == Form::effect;
    if (!is_effect && names_[id].empty() && !is_said_in_place(graph_[id]) && !is_inline(id)) statement(id);
  }
  for (const Id id : graph_.effects) effect(id);
  const std::string last = results();
  return top + signature() + lines_ + last + "}\n";
}

Result<std::string> write_source(const Graph& graph, const SourceOptions& options) {
  try {
    return SourceWriter(graph, options).write();
  } catch (const CannotSay& failure) { return diagnose(diag::NotSupportedYet, {}, failure.what); }
}

}  // namespace dp
