#include "dpc/stages.h"

#include <array>
#include <cstdio>
#include <map>
#include <memory>

#include "codegen/compile.h"
#include "dpc/engine.h"
#include "ir/print.h"
#include "passes/pipeline.h"
#include "runtime/files/read_file.h"

namespace dp {
namespace {

std::string escaped(const std::string& text) {
  std::string out;
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string node_label(const Graph& graph, Id id) {
  const Node& node = graph[id];
  std::string label(name(node.op));
  if (node.op == Op::input) label = node.string("name");
  if (!graph.note(id).name.empty() && node.op != Op::input) label = graph.note(id).name + " = " + label;
  return escaped(label + "\n" + text(node.type));
}

std::string dot_node(const Graph& graph, Id id) {
  const bool leaf = graph[id].operands.empty();
  return fmt::format("  n{} [label=\"{}\", shape={}];\n", id, node_label(graph, id),
                     leaf ? "box" : "ellipse");
}

}  // namespace

const std::vector<std::string>& stage_names() {
  static const std::vector<std::string> names{"ast",     "typed", "graph", "grad", "simplified", "fused",
                                              "planned", "loops", "llvm",  "asm",  "dot",        "svg"};
  return names;
}

Result<std::string> stage_text(const Graph& graph, std::string_view stage, const CommonOptions& options,
                               const Sources* sources) {
  if (stage == "dot" || stage == "svg") {
    auto simplified = run_pipeline(graph, pass_options(options), "simplified");
    if (!simplified) return simplified.error();
    return stage == "dot" ? Result<std::string>(dot_text(*simplified)) : svg_text(*simplified);
  }
  const bool behind_graph = stage == "loops" || stage == "llvm" || stage == "asm";
  auto result = run_pipeline(graph, pass_options(options), behind_graph ? "planned" : stage);
  if (!result) return result.error();
  if (!behind_graph) return print(*result, sources);
  auto module = lower(*result, pass_options(options));
  if (!module) return module.error();
  if (stage == "loops") return loops::print(*module);
  return stage == "llvm" ? emit_llvm(*module, compile_options(options))
                         : emit_assembly(*module, compile_options(options));
}

std::string dot_text(const Graph& graph) {
  std::string out = fmt::format("digraph \"{}\" {{\n  rankdir=BT;\n  node [fontname=\"sans-serif\"];\n",
                                escaped(graph.name));
  const auto live = live_nodes(graph);
  for (Id id : live) out += dot_node(graph, id);
  for (Id id : live)
    for (Id operand : graph[id].operands) out += fmt::format("  n{} -> n{};\n", operand, id);
  for (std::size_t k = 0; k < graph.outputs.size(); ++k) {
    const Output& output = graph.outputs[k];
    out += fmt::format("  out{} [label=\"{}\", shape=plaintext];\n  n{} -> out{};\n", k,
                       escaped(output.name.empty() ? "result" : output.name), output.node, k);
  }
  return out + "}\n";
}

Result<std::string> svg_text(const Graph& graph) {
  char path[] = "/tmp/dpc-graph-XXXXXX";
  const int descriptor = mkstemp(path);
  if (descriptor < 0) return diagnose(diag::GraphvizMissing, {});
  const std::string dot = dot_text(graph);
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(fdopen(descriptor, "w"), std::fclose);
  std::fwrite(dot.data(), 1, dot.size(), file.get());
  file.reset();
  std::string out;
  {
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(
        popen(fmt::format("dot -Tsvg {} 2>/dev/null", path).c_str(), "r"), pclose);
    std::array<char, 4096> buffer;
    for (std::size_t count = 1; pipe && count > 0;) {
      count = std::fread(buffer.data(), 1, buffer.size(), pipe.get());
      out.append(buffer.data(), count);
    }
  }
  std::remove(path);
  if (out.empty()) return diagnose(diag::GraphvizMissing, {});
  return out;
}

}  // namespace dp
