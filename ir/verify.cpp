#include "ir/verify.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "ir/binders.h"
#include "ir/infer.h"
#include "ir/print.h"
#include "ir/text.h"
#include "ir/verify_plan.h"

namespace dp {
namespace {

using Found = std::optional<Violation>;

constexpr std::array<std::string_view, 5> stage_names = {"graph", "grad", "simplified", "fused", "planned"};

/// The first live node for which `reason` gives a text.
template <class Reason>
Found first_node(const Graph& graph, Reason reason) {
  for (const Id id : live_nodes(graph)) {
    if (std::string text = reason(graph[id], id); !text.empty()) return Violation{id, std::move(text)};
  }
  return std::nullopt;
}

bool exists(const Graph& graph, Id id) { return id < graph.size(); }

Found check_references(const Graph& graph) {
  if (graph.size() > node_limit) return Violation{no_id, fmt::format("has more than {} nodes", node_limit)};
  for (const Id id : graph.inputs) {
    if (!exists(graph, id)) return Violation{no_id, "has an input that does not exist"};
  }
  for (const Output& output : graph.outputs) {
    if (!exists(graph, output.node)) return Violation{no_id, "has an output that does not exist"};
  }
  for (const Id id : graph.effects) {
    if (!exists(graph, id)) return Violation{no_id, "has an effect that does not exist"};
  }
  return std::nullopt;
}

Found check_operands(const Graph& graph) {
  for (std::size_t k = 0; k < graph.size(); ++k) {
    const Id id = static_cast<Id>(k);
    for (const Id operand : graph[id].operands) {
      if (operand >= id) return Violation{id, "uses a value that does not come before it"};
    }
  }
  return std::nullopt;
}

Found check_attributes(const Graph& graph) {
  return first_node(graph, [](const Node& node, Id) { return attribute_error(node.op, node.attributes); });
}

Found check_types(const Graph& graph) {
  return first_node(graph, [&](const Node& node, Id) { return type_error(graph, node); });
}

Found check_extents(const Graph& graph) {
  return first_node(graph, [](const Node& node, Id) -> std::string {
    for (const Dim& extent : node.type.shape) {
      if (extent.is_undefined()) return "has an extent that is not defined";
      if (extent.constant().value_or(0) < 0) return "has a negative extent, " + extent.text();
    }
    return "";
  });
}

Found check_interned(const Graph& graph) {
  std::unordered_multimap<std::size_t, Id> seen;
  return first_node(graph, [&](const Node& node, Id id) -> std::string {
    const auto [first, last] = seen.equal_range(hash(node));
    for (auto other = first; other != last; ++other) {
      if (node.op != Op::print && graph[other->second] == node) return "stands in the graph twice";
    }
    seen.emplace(hash(node), id);
    return "";
  });
}

Found check_inputs(const Graph& graph) {
  std::set<Id> inputs(graph.inputs.begin(), graph.inputs.end());
  if (inputs.size() != graph.inputs.size()) return Violation{no_id, "has an input twice"};
  std::set<std::string> names;
  return first_node(graph, [&](const Node& node, Id id) -> std::string {
    if (node.op != Op::input) return inputs.contains(id) ? "is among the inputs but is none" : "";
    if (!inputs.contains(id)) return "is an input that is not among the inputs";
    return names.insert(node.string("name")).second ? "" : "has the name of another input";
  });
}

Found check_outputs(const Graph& graph) {
  std::set<std::string> names;
  for (const Output& output : graph.outputs) {
    if (!names.insert(output.name).second) return Violation{output.node, "has the path of another output"};
  }
  return std::nullopt;
}

Found check_effects(const Graph& graph) {
  std::set<Id> effects(graph.effects.begin(), graph.effects.end());
  for (const Id id : live_nodes(graph)) {
    if (graph[id].op != Op::scan) continue;
    const auto steps = scan_operands(graph[id]).effects;
    effects.insert(steps.begin(), steps.end());
  }
  return first_node(graph, [&](const Node& node, Id id) -> std::string {
    const bool is_effect = info(node.op).form == Form::effect;
    if (is_effect == effects.contains(id) || node.op == Op::scan || node.op == Op::loop) return "";
    return is_effect ? "is an effect that is not in the order of effects"
                     : "is among the effects but is none";
  });
}

Found check_marks(const Graph& graph) {
  std::map<std::int64_t, Id> marks;
  return first_node(graph, [&](const Node& node, Id id) -> std::string {
    if (node.op == Op::mark) {
      return marks.emplace(node.integer("id"), id).second ? "" : "has the number of another mark";
    }
    const bool derives = node.op == Op::vjp || node.op == Op::jvp;
    return derives && graph[node.operands[1]].op != Op::mark
               ? "is taken with respect to a value that is no mark"
               : "";
  });
}

Found check_donated(const Graph& graph) {
  std::set<std::size_t> given;
  for (const auto& [output, input] : graph.donated) {
    if (output >= graph.outputs.size() || input >= graph.inputs.size()) {
      return Violation{no_id, "donates an input or to an output that does not exist"};
    }
    const Id id = graph.inputs[input];
    if (!given.insert(input).second) return Violation{id, "is donated twice"};
    if (graph[id].type != graph[graph.outputs[output].node].type) {
      return Violation{id, "is donated to an output of another type"};
    }
  }
  return std::nullopt;
}

/// A bound variable must not be used outside of what binds it.
Found check_scopes(const Graph& graph) {
  FreeVariables free(graph);
  for (const Output& output : graph.outputs) {
    if (!free.of(output.node).empty())
      return Violation{output.node, "uses a bound variable outside of its loop"};
  }
  return std::nullopt;
}

Found check_results(const Graph& graph) {
  return first_node(graph, [&](const Node& node, Id) -> std::string {
    if (node.op != Op::result) return "";
    const std::optional<Type> type = result_type(graph[node.operands[0]], graph, node.integer("slot"));
    if (!type) return "is a result that its operand does not have";
    return *type == node.type ? "" : "has not the type of that result, " + text(*type);
  });
}

Found check_bodies(const Graph& graph) {
  return first_node(graph, [&](const Node& node, Id) -> std::string {
    if (node.op != Op::loop) return "";
    const std::string found = violation(node.body(), stage_of(graph));
    return found.empty() ? "" : "has a body that breaks an invariant: " + found;
  });
}

Found check_level(const Graph& graph) {
  return first_node(graph, [](const Node& node, Id) -> std::string {
    return info(node.op).form == Form::level ? "should be gone after differentiation" : "";
  });
}

Found check_binders(const Graph& graph) {
  return first_node(graph, [](const Node& node, Id) -> std::string {
    return info(node.op).form == Form::binder ? "should be gone after vectorization" : "";
  });
}

constexpr std::array<Invariant, 20> invariants = {{
    {"references", Stage::graph, "Inputs, outputs and effects are nodes of the graph.", check_references},
    {"operands first", Stage::graph, "Operands have smaller ids than their users.", check_operands},
    {"attributes", Stage::graph, "A node has exactly the attributes of its row, in order.", check_attributes},
    {"types", Stage::graph, "A node has the type that its operands and attributes give.", check_types},
    {"extents", Stage::graph, "Extents are defined and not known to be negative.", check_extents},
    {"interned", Stage::graph, "Equal nodes are one node; prints are not, each writes a line.",
     check_interned},
    {"inputs", Stage::graph, "The inputs are the `input` nodes, with different names.", check_inputs},
    {"outputs", Stage::graph, "Outputs have different paths.", check_outputs},
    {"effects", Stage::graph, "Every live effect has its place in the order.", check_effects},
    {"scopes", Stage::graph, "Bound variables stay inside of what binds them.", check_scopes},
    {"results", Stage::graph, "A result is one that its loop has, of its type.", check_results},
    {"bodies", Stage::graph, "The bodies of loops hold what the graph around them holds.", check_bodies},
    {"marks", Stage::graph, "Marks have different numbers; derivatives name marks.", check_marks},
    {"donated", Stage::graph, "A donated input has the type of its output.", check_donated},
    {"no levels", Stage::grad, "No marks and derivatives are left.", check_level},
    {"no binders", Stage::simplified, "Loops are tensors, or closed.", check_binders},
    {"kernels", Stage::fused, "Kernels compute different live values, operands before users.", check_kernels},
    {"buffers", Stage::planned, "Every stored value has one buffer of its size.", check_buffers},
    {"arena", Stage::planned, "Buffers lie aligned inside the arena.", check_arena},
    {"lifetimes", Stage::planned, "Buffers that live at once do not overlap.", check_lifetimes},
}};

}  // namespace

std::string_view name(Stage stage) { return stage_names[static_cast<std::size_t>(stage)]; }

std::optional<Stage> stage_from_name(std::string_view name) {
  const auto found = std::find(stage_names.begin(), stage_names.end(), name);
  if (found == stage_names.end()) return std::nullopt;
  return static_cast<Stage>(found - stage_names.begin());
}

Stage stage_of(const Graph& graph) {
  if (graph.plan) return Stage::planned;
  if (!graph.kernels.empty()) return Stage::fused;
  return stage_from_name(graph.stage).value_or(Stage::graph);
}

std::span<const Invariant> all_invariants() { return invariants; }

std::string violation(const Graph& graph, Stage stage) {
  for (const Invariant& invariant : invariants) {
    if (invariant.from > stage) continue;
    const Found found = invariant.check(graph);
    if (!found) continue;
    if (found->node == no_id) return fmt::format("{}: the graph {}", invariant.name, found->reason);
    // A node whose operands do not come before it cannot be shown in words.
    if (invariant.check == check_operands)
      return fmt::format("{}: node {} {}", invariant.name, found->node, found->reason);
    const std::vector<std::string> names = printed_names(graph);
    return fmt::format("{}: `{} = {}` {}", invariant.name, names[found->node],
                       print_node(graph, found->node, names), found->reason);
  }
  return "";
}

std::vector<std::string> verify(const Graph& graph) {
  std::string text = violation(graph, stage_of(graph));
  return text.empty() ? std::vector<std::string>{} : std::vector<std::string>{std::move(text)};
}

Status verify_read(const Graph& graph, FileId file) {
  const std::string text = violation(graph, stage_of(graph));
  if (text.empty()) return Done{};
  return diagnose(diag::DumpInvalid, Span{file, 0, 0}, text);
}

}  // namespace dp
