#include "dpc/run_graph.h"

#include <algorithm>
#include <set>

#include "dpc/engine.h"
#include "dpc/program.h"
#include "dpc/read_file.h"
#include "ir/parse_ir.h"
#include "passes/specialize.h"

namespace dp {
namespace {

/// A function whose parameters and result are the leaves of a graph, so that values are read and printed as
/// usual.
typed::Type type_of(const Type& type) {
  static constexpr typed::Scalar scalars[] = {typed::Scalar::f32, typed::Scalar::f64,     typed::Scalar::i32,
                                              typed::Scalar::i64, typed::Scalar::boolean, typed::Scalar::key};
  return {typed::TensorType{scalars[static_cast<int>(type.dtype)], std::nullopt, {false, type.shape}}};
}

typed::Function signature_of(const Graph& graph) {
  typed::Function function;
  function.name = graph.name;
  std::set<std::string> dims;
  for (Id input : graph.inputs) {
    function.parameters.push_back(static_cast<typed::VariableId>(function.variables.size()));
    function.variables.push_back({graph[input].string("name"), type_of(graph[input].type), {}, false});
    for (const Dim& dim : graph[input].type.shape) dims.merge(dim.names());
  }
  function.dims.assign(dims.begin(), dims.end());
  typed::TupleType results;
  for (const Output& output : graph.outputs) results.elements.push_back(type_of(graph[output.node].type));
  if (results.elements.size() == 1)
    function.result = results.elements[0];
  else
    function.result = {results};
  return function;
}

Status run_parsed(Program& program, const Graph& graph, const CommonOptions& options,
                  const std::vector<NamedValue>& values) {
  const typed::Function function = signature_of(graph);
  program.module.emplace();
  auto arguments = read_arguments(program, function, values, options);
  if (!arguments) return arguments.error();
  auto engine = Engine::create(specialize(graph, arguments->build.dims), options, program.watch);
  if (!engine) return engine.error();
  auto results = engine->run(arguments->arrays);
  if (!results) return results.error();
  const std::string text = options.format == "json" ? print_json(function.result, *results)
                                                    : print_literal(function.result, *results);
  fmt::print("{}\n", text);
  return Done{};
}

}  // namespace

Result<Words> split_words(const std::vector<std::string>& words, const std::string& otherwise) {
  Words out;
  for (const std::string& word : words) {
    const auto equals = word.find('=');
    if (equals != std::string::npos)
      out.values.push_back({word.substr(0, equals), word.substr(equals + 1)});
    else if (out.name.empty() && out.values.empty())
      out.name = word;
    else
      return diagnose(diag::UnexpectedWord, {}, word);
  }
  if (out.name.empty()) out.name = otherwise;
  return out;
}

bool is_dump(const std::string& path) { return path.ends_with(".ir"); }

int run_dump(const CommonOptions& options, const std::vector<std::string>& words) {
  Program program;
  auto text = read_text_file(options.file);
  if (!text) return report(program, text.error());
  const FileId file = program.sources.add(options.file, *text);
  auto graph = parse_graph(program.sources, file);
  if (!graph) return report(program, graph.error());
  const auto split = split_words(words, "");
  if (!split) return report(program, split.error());
  const Status status = run_parsed(program, *graph, options, split->values);
  if (options.time) program.watch.print();
  return status ? Exit::fine : report(program, status.error());
}

}  // namespace dp
