// dpc run FILE [FN] [NAME=VALUE …]: compiles a function for the given values, calls it, prints the result.

#include <cstdio>

#include "dpc/commands.h"
#include "dpc/engine.h"
#include "dpc/run_graph.h"
#include "dpc/values.h"

namespace dp {
namespace {

struct RunOptions : CommonOptions {
  std::vector<std::string> words;  // [FN] NAME=VALUE …
};

Status print_results(const typed::Function& function, const std::vector<Leaf>& result_leaves,
                     const std::vector<Array>& results, const CommonOptions& options) {
  if (!options.output.empty()) return write_results(options.output, result_leaves, results);
  const std::string text = options.format == "json" ? print_json(function.result, results)
                                                    : print_literal(function.result, results);
  if (!results.empty()) fmt::print("{}\n", text);
  return Done{};
}

Status run_function(Program& program, const RunOptions& options) {
  const auto words = split_words(options.words, "main");
  if (!words) return words.error();
  auto function = find_function(program, words->name);
  if (!function) return function.error();
  auto arguments = read_arguments(program, **function, words->values, options);
  if (!arguments) return arguments.error();
  auto graph =
      program.watch.measure("build", [&] { return build(*program.module, **function, arguments->build); });
  if (!graph) return graph.error();
  auto engine = Engine::create(*graph, options, program.watch);
  if (!engine) return engine.error();
  auto results = program.watch.measure("run", [&] { return engine->run(arguments->arrays); });
  if (!results) return results.error();
  return print_results(**function, leaves(*program.module, (*function)->result, arguments->build), *results,
                       options);
}

int run(const RunOptions& options) {
  if (is_dump(options.file)) return run_dump(options, options.words);
  const auto program = load(options);
  if (const int code = report(*program); code != Exit::fine) return code;
  const Status status = run_function(*program, options);
  if (options.time) program->watch.print();
  return status ? Exit::fine : report(*program, status.error());
}

}  // namespace

void add_run(CLI::App& app, Action& action) {
  auto options = std::make_shared<RunOptions>();
  auto* command = app.add_subcommand("run", "compiles and runs a function; without its name, `main`");
  command->add_option("file", options->file, "a .dp file, or a dump (.ir) that `dpc emit` printed")
      ->required();
  command->add_option("words", options->words, "[FN] [NAME=VALUE …]");
  add_common(*command, *options);
  command->callback([&action, options] { action = [options] { return run(*options); }; });
}

}  // namespace dp
