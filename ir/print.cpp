#include "ir/print.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "ir/text.h"

namespace dp {
namespace {

constexpr std::size_t signature_width = 100;

/// How often each name is given to a live node that is no input.
std::map<std::string_view, int> count_names(const Graph& graph, const std::vector<Id>& live) {
  std::map<std::string_view, int> counts;
  for (const Id id : live) {
    if (graph[id].op != Op::input) ++counts[graph.note(id).name];
  }
  return counts;
}

struct AttributeText {
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(const std::string& value) const { return quoted(value); }
  std::string operator()(const std::vector<std::int64_t>& values) const {
    return fmt::format("[{}]", fmt::join(values, ", "));
  }
  std::string operator()(const Shape& shape) const { return text(shape); }
  std::string operator()(Dtype dtype) const { return std::string(name(dtype)); }
  std::string operator()(const Literal& literal) const { return literal_text(literal, Dtype::f64); }
  /// The whole graph, its lines moved in.
  std::string operator()(const LoopBody& body) const {
    std::string whole = print(*body.graph, sources);
    whole.pop_back();
    std::string moved;
    for (const char c : whole) moved += c == '\n' ? "\n  " : std::string(1, c);
    return moved;
  }

  const Sources* sources;
};

/// Prints one graph; holds only what every line needs.
struct Printer {
  const Graph& graph;
  const Sources* sources;
  std::vector<Id> live = live_nodes(graph);
  std::vector<std::string> names = printed_names(graph);
  std::string result;

  const std::string& called(Id id) const {
    static const std::string missing = "%?";
    return id < names.size() && !names[id].empty() ? names[id] : missing;
  }

  void line(const std::string& text) { result += "  " + text + "\n"; }

  /// The tail that keeps what is not part of the node: `  # logits  @digits.dp:12`.
  std::string note_text(Id id) const {
    const Note& note = graph.note(id);
    const bool placed = sources && note.span != Span{};
    std::string place = note.place;
    if (placed) {
      place = fmt::format("{}:{}", (*sources)[note.span.file].path,
                          sources->position(note.span.file, note.span.begin).line);
    }
    std::string tail;
    if (!note.name.empty() && called(id) != "%" + note.name) tail += " " + name_or_quoted(note.name);
    std::replace_if(
        place.begin(), place.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, '?');
    if (!place.empty()) tail += " @" + place;
    return tail.empty() ? "" : "  #" + tail;
  }

  void signature() {
    std::vector<std::string> parts;
    for (const Id id : graph.inputs) parts.push_back(called(id) + ": " + text(graph[id].type));
    const std::string stage = graph.stage == "graph" ? "" : "at " + graph.stage + " ";
    std::string whole =
        fmt::format("graph {}({}) {}{{\n", name_or_quoted(graph.name), fmt::join(parts, ", "), stage);
    if (whole.size() > signature_width) {
      whole = fmt::format("graph {}(\n    {}) {}{{\n", name_or_quoted(graph.name),
                          fmt::join(parts, ",\n    "), stage);
    }
    result += whole;
  }

  void body() {
    for (const Id id : live) {
      if (graph[id].op == Op::input) continue;
      line(called(id) + " = " + print_node(graph, id, names, sources) + note_text(id));
    }
    for (const Id effect : graph.effects) line("effect " + called(effect));
    for (const auto& [output, input] : graph.donated) {
      line(fmt::format("donate {} to {}", input < graph.inputs.size() ? called(graph.inputs[input]) : "%?",
                       output));
    }
    std::vector<std::string> parts;
    for (const Output& output : graph.outputs) {
      parts.push_back((output.name.empty() ? "" : quoted(output.name) + ": ") + called(output.node));
    }
    line(parts.empty() ? "return" : fmt::format("return {}", fmt::join(parts, ", ")));
  }

  void kernels() {
    for (std::size_t k = 0; k < graph.kernels.size(); ++k) {
      const Kernel& kernel = graph.kernels[k];
      std::vector<std::string> outputs;
      for (const Id id : kernel.outputs) outputs.push_back(called(id));
      std::string comment = kernel.comment;
      std::replace(comment.begin(), comment.end(), '\n', ' ');
      line(fmt::format("kernel {} {} -> {}{}", k, name_or_quoted(kernel.kind), fmt::join(outputs, ", "),
                       comment.empty() ? "" : "  # " + comment));
    }
  }

  void plan() {
    if (!graph.plan) return;
    static constexpr const char* places[] = {"input", "output", "arena", "constant"};
    line(fmt::format("plan arena {} {{", graph.plan->arena_bytes));
    for (const Buffer& buffer : graph.plan->buffers) {
      line(fmt::format("  {} {}+{} {}", called(buffer.node), places[static_cast<std::size_t>(buffer.place)],
                       buffer.offset, buffer.bytes));
    }
    line("}");
  }
};

}  // namespace

std::vector<std::string> printed_names(const Graph& graph) {
  const std::vector<Id> live = live_nodes(graph);
  const std::map<std::string_view, int> counts = count_names(graph, live);
  std::vector<std::string> names(graph.size());
  std::size_t number = 0;
  for (const Id id : live) {
    const std::string& given = graph.note(id).name;
    if (graph[id].op == Op::input) {
      names[id] = name_or_quoted(graph[id].string("name"));
    } else if (is_plain_name(given) && counts.at(given) == 1) {
      names[id] = "%" + given;
    } else {
      names[id] = "%" + std::to_string(number++);
    }
  }
  return names;
}

std::string print_node(const Graph& graph, Id id, const std::vector<std::string>& names,
                       const Sources* sources) {
  const Node& node = graph[id];
  std::string result(name(node.op));
  if (node.op == Op::constant)
    return result + " " + literal_text(node.literal(), node.type.dtype) + " : " + text(node.type);
  result += "(";
  for (std::size_t k = 0; k < node.operands.size(); ++k)
    result += (k > 0 ? ", " : "") + names[node.operands[k]];
  result += ")";
  for (const Attribute& attribute : node.attributes) {
    if (default_attribute(attribute.name, node.type) == attribute.value) continue;
    result += fmt::format(" {}={}", attribute.name, std::visit(AttributeText{sources}, attribute.value));
  }
  return result + " : " + text(node.type);
}

std::string print(const Graph& graph, const Sources* sources) {
  Printer printer{graph, sources};
  printer.signature();
  printer.body();
  printer.kernels();
  printer.plan();
  return printer.result + "}\n";
}

}  // namespace dp
