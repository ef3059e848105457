#include "dpc/run_graph.h"

#include <algorithm>
#include <set>
#include <variant>

#include "dpc/engine.h"
#include "dpc/program.h"
#include "dpc/read_file.h"
#include "ir/parse_ir.h"
#include "passes/specialize.h"

namespace dp {
namespace {

typed::Type type_of(const Type& type) {
  static constexpr typed::Scalar scalars[] = {typed::Scalar::f32, typed::Scalar::f64,     typed::Scalar::i32,
                                              typed::Scalar::i64, typed::Scalar::boolean, typed::Scalar::key};
  return {typed::TensorType{scalars[static_cast<int>(type.dtype)], std::nullopt, {false, type.shape}}};
}

/// A function whose parameters and results are what a dump takes and gives, so that values are read and
/// printed as usual.
class Signature {
 public:
  explicit Signature(const std::string& name) { function_.name = name; }

  void take(const std::string& name, const Type& type) {
    function_.parameters.push_back(static_cast<typed::VariableId>(function_.variables.size()));
    function_.variables.push_back({name, type_of(type), {}, false});
    for (const Dim& dim : type.shape) dims_.merge(dim.names());
  }
  void give(const Type& type) { results_.elements.push_back(type_of(type)); }

  typed::Function function() {
    function_.dims.assign(dims_.begin(), dims_.end());
    function_.result = results_.elements.size() == 1 ? results_.elements[0] : typed::Type{results_};
    return std::move(function_);
  }

 private:
  typed::Function function_;
  std::set<std::string> dims_;
  typed::TupleType results_;
};

typed::Function signature_of(const Graph& graph) {
  Signature signature(graph.name);
  for (Id input : graph.inputs) signature.take(graph[input].string("name"), graph[input].type);
  for (const Output& output : graph.outputs) signature.give(graph[output.node].type);
  return signature.function();
}

typed::Function signature_of(const loops::Module& module) {
  Signature signature(module.name);
  for (std::size_t k = 0; k < module.input_types.size(); ++k)
    signature.take(module.input_names[k], module.input_types[k]);
  for (const Type& type : module.output_types) signature.give(type);
  return signature.function();
}

/// What a dump holds: a graph, or the loops that it became.
using Dump = std::variant<Graph, loops::Module>;

Result<Dump> parse_dump(Program& program, const std::string& path, const std::string& text) {
  if (text.starts_with("module")) {
    auto module = loops::parse(text);
    if (!module) return module.error();
    if (const auto broken = loops::verify(*module); !broken.empty())
      return diagnose(diag::DumpInvalid, {}, broken.front());
    if (module->input_names.size() != module->input_types.size())
      return diagnose(diag::DumpInvalid, {}, "its arguments have no names");
    // Its places are of files that are not here.
    for (loops::Site& site : module->sites) site.span = {};
    return Dump(std::move(*module));
  }
  auto graph = parse_graph(program.sources, program.sources.add(path, text));
  if (!graph) return graph.error();
  return Dump(std::move(*graph));
}

Result<Engine> engine_of(const Graph& graph, const CallArguments& arguments, const CommonOptions& options,
                         Stopwatch& watch) {
  return Engine::create(specialize(graph, arguments.build.dims), options, watch);
}
Result<Engine> engine_of(const loops::Module& module, const CallArguments&, const CommonOptions& options,
                         Stopwatch& watch) {
  return Engine::create(module, options, watch);
}

template <class Dumped>
Status run_parsed(Program& program, const Dumped& dumped, const CommonOptions& options,
                  const std::vector<NamedValue>& values) {
  const typed::Function function = signature_of(dumped);
  program.module.emplace();
  auto arguments = read_arguments(program, function, values, options);
  if (!arguments) return arguments.error();
  auto engine = engine_of(dumped, *arguments, options, program.watch);
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
  const auto dump = parse_dump(program, options.file, *text);
  if (!dump) return report(program, dump.error());
  const auto split = split_words(words, "");
  if (!split) return report(program, split.error());
  const Status status = std::visit(
      [&](const auto& dumped) { return run_parsed(program, dumped, options, split->values); }, *dump);
  if (options.time) program.watch.print();
  return status ? Exit::fine : report(program, status.error());
}

}  // namespace dp
