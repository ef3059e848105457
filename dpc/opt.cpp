// dpc opt FILE.ir --pass=P[,P…]: reads a dump, runs passes on it, prints the result.

#include <algorithm>
#include <cstdio>

#include "dpc/commands.h"
#include "dpc/engine.h"
#include "dpc/program.h"
#include "dpc/read_file.h"
#include "ir/parse_ir.h"
#include "ir/print.h"
#include "passes/pipeline.h"

namespace dp {
namespace {

struct OptOptions : CommonOptions {
  std::vector<std::string> passes;
};

Result<Graph> run_passes(Graph graph, const OptOptions& options) {
  std::vector<std::string_view> names;
  for (const Pass& pass : all_passes()) names.push_back(pass.name);
  for (const std::string& wanted : options.passes) {
    const auto passes = all_passes();
    const auto found =
        std::find_if(passes.begin(), passes.end(), [&](const Pass& pass) { return pass.name == wanted; });
    if (found == passes.end())
      return diagnose(diag::NoSuchPass, {}, wanted, fmt::format("{}", fmt::join(names, " ")));
    auto next = found->run(graph, pass_options(options));
    if (!next) return next.error();
    graph = std::move(*next);
  }
  return graph;
}

int opt(const OptOptions& options) {
  Program program;
  auto text = read_text_file(options.file);
  if (!text) return report(program, text.error());
  const FileId file = program.sources.add(options.file, *text);
  auto graph = parse_graph(program.sources, file);
  if (!graph) return report(program, graph.error());
  auto result = run_passes(std::move(*graph), options);
  if (!result) return report(program, result.error());
  std::fputs(print(*result).c_str(), stdout);
  return Exit::fine;
}

}  // namespace

void add_opt(CLI::App& app, Action& action) {
  auto options = std::make_shared<OptOptions>();
  auto* command = app.add_subcommand("opt", "reads a dump, runs passes on it, prints the result");
  command->add_option("file", options->file, "a dump that `dpc emit` printed")->required();
  command->add_option("--pass", options->passes, "the passes, in order, separated by commas")
      ->required()
      ->delimiter(',');
  add_common(*command, *options);
  command->callback([&action, options] { action = [options] { return opt(*options); }; });
}

}  // namespace dp
