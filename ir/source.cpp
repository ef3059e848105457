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
    default: return is_splat(node);
  }
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

SourceWriter::SourceWriter(const Graph& body, std::span<const std::string> inputs, const SourceWriter& around)
    : graph_(body),
      options_(around.options_),
      around_(&around),
      indent_(around.indent_ + "  "),
      live_(live_nodes(body)),
      uses_(body.size()),
      names_(body, inputs, around.names_) {
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
  line(fmt::format("{} = {}", name, text));
}

void SourceWriter::line(const std::string& text) { lines_ += indent_ + text + "\n"; }

/// Operands are written inline where the line stays short, else they get lines of their own.
std::string SourceWriter::operation_text(Id id, std::size_t name_width) {
  std::string text = operation(id).text;
  if (!inline_allowed_ || text.size() + name_width + indent_.size() + 3 <= line_width) return text;
  inline_allowed_ = false;
  text = operation(id).text;
  inline_allowed_ = true;
  return text;
}

void SourceWriter::statement(Id id) {
  const Node& node = graph_[id];
  if (node.op == Op::loop) return loop(id);
  if (node.op == Op::result) {
    loop(node.operands[0]);
    return;
  }
  if (node.op == Op::scatter_add || node.op == Op::scatter_set) return scatter(id);
  if (node.op == Op::pad && names_[id].empty()) {
    const auto& stride = node.integers("stride");
    if (!std::all_of(stride.begin(), stride.end(), [](std::int64_t step) { return step == 1; }))
      return spread_out(id);
  }
  const std::size_t name_width = names_.has_own(id) ? graph_.note(id).name.size() : 4;
  const std::string text = operation_text(id, name_width);
  bind(names_.give(id), text);
}

void SourceWriter::require_at_most(const Dim& left, const Dim& right) {
  const std::pair<Dim, Dim> clause{left, right};
  const bool known = std::find(at_most_.begin(), at_most_.end(), clause) != at_most_.end();
  if (!known && !never_negative(right - left)) at_most_.push_back(clause);
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
  std::vector<std::string> values, comments;
  for (const Output& output : graph_.outputs) values.push_back(value(output.node).text);
  for (const std::string& comment : options_.result_comments)
    if (!comment.empty()) comments.push_back(comment);
  const std::string all = fmt::format("{}", fmt::join(values, ", ")),
                    comment = fmt::format("{}", fmt::join(comments, ", "));
  const std::string result = values.size() == 1 ? all : "(" + all + ")";
  if (comment.empty()) return indent_ + result + "\n";
  const bool fits = result.size() + comment.size() + 6 <= line_width;
  return indent_ + (fits ? result + "  # " + comment : "# " + comment + "\n" + indent_ + result) + "\n";
}

void SourceWriter::statements() {
  for (const Id id : live_) {
    const bool is_effect = info(graph_[id].op).form == Form::effect;
    const bool is_later = is_effect || is_said_in_place(graph_[id]) || is_inline(id) || is_deferred(id);
    if (!is_later && names_[id].empty()) statement(id);
  }
  effects_before(no_id);
}

std::string SourceWriter::write() {
  std::string top = options_.real == Dtype::f64 ? "precision f64\n\n" : "";
  for (const std::string& line : options_.doc) top += line.empty() ? "##\n" : "## " + line + "\n";
  statements();
  const std::string last = results();
  return top + signature() + lines_ + last + "}\n";
}

Result<std::string> write_source(const Graph& graph, const SourceOptions& options) {
  try {
    return SourceWriter(graph, options).write();
  } catch (const CannotSay& failure) { return diagnose(diag::NotSupportedYet, {}, failure.what); }
}

}  // namespace dp
