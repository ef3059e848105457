// dpc emit FILE [FN or TRAIN] --stage=S: the program as text at one step of the compiler.

#include <algorithm>
#include <cstdio>

#include "dpc/commands.h"
#include "dpc/program.h"
#include "dpc/run_graph.h"
#include "dpc/side_by_side.h"
#include "dpc/stages.h"
#include "dpc/values.h"
#include "frontend/format.h"

namespace dp {
namespace {

constexpr std::size_t column_width = 72;  // of `--diff`

struct EmitOptions : CommonOptions {
  std::vector<std::string> words;
  std::string stage = "graph";
  std::string diff;  // two stages, with a comma between
};

/// Stages that exist only where every size is known.
bool needs_sizes(const std::string& stage) {
  return stage == "planned" || stage == "loops" || stage == "llvm" || stage == "asm";
}

/// The first parameter whose type leaves a size open, told as a value that is missing.
std::optional<Diagnostic> unsized_parameter(const Program& program, const typed::Function& function) {
  for (const typed::VariableId id : function.parameters) {
    const typed::Variable& parameter = function.variables[id];
    for (const Leaf& leaf : leaves(*program.module, parameter.type, program.build_options()))
      if (!constants(leaf.type.shape))
        return diagnose(diag::MissingValue, {}, function.name, parameter.name, typed::text(parameter.type))
            .note("behind the stage `fused` every size is known: values tell them");
  }
  return std::nullopt;
}

/// The graph of a function (with the dimensions that the values tell) or of a training block's step.
Result<Graph> graph_of(Program& program, const EmitOptions& options) {
  const auto words = split_words(options.words, "main");
  if (!words) return words.error();
  const auto& [name, values] = *words;
  if (const typed::Train* train = program.module->find_train(name)) {
    auto built = build_train(*program.module, *train, train->batch.value_or(1), program.build_options());
    if (!built) return built.error();
    return std::move(built->step);
  }
  const typed::Function* function = program.module->find_function(name);
  if (!function) return diagnose(diag::NoSuchFunction, {}, program.path, name);
  if (values.empty() && needs_sizes(options.stage))
    if (auto unsized = unsized_parameter(program, *function)) return std::move(*unsized);
  if (values.empty()) return build(*program.module, *function, program.build_options());
  auto arguments = read_arguments(program, *function, values, options);
  if (!arguments) return arguments.error();
  return build(*program.module, *function, arguments->build);
}

Result<std::string> emit_text(Program& program, const EmitOptions& options) {
  const auto& stages = stage_names();
  if (std::find(stages.begin(), stages.end(), options.stage) == stages.end())
    return diagnose(diag::NoSuchStage, {}, options.stage, fmt::format("{}", fmt::join(stages, " ")));
  if (options.stage == "ast") return format(program.syntax, program.sources);
  if (options.stage == "typed") return typed::print(*program.module);
  auto graph = graph_of(program, options);
  if (!graph) return graph.error();
  return stage_text(*graph, options.stage, options);
}

/// Two stages beside each other.
Result<std::string> emit_diff(Program& program, EmitOptions options) {
  const std::size_t comma = options.diff.find(',');
  std::string texts[2];
  for (const int side : {0, 1}) {
    options.stage = side == 0
                        ? options.diff.substr(0, comma)
                        : options.diff.substr(comma == std::string::npos ? options.diff.size() : comma + 1);
    const auto text = emit_text(program, options);
    if (!text) return text;
    texts[side] = *text;
  }
  return side_by_side(texts[0], texts[1], column_width);
}

int emit(const EmitOptions& options) {
  const auto program = load(options);
  if (const int code = report(*program); code != Exit::fine) return code;
  const auto text = options.diff.empty() ? emit_text(*program, options) : emit_diff(*program, options);
  if (!text) return report(*program, text.error());
  std::fputs(text->c_str(), stdout);
  return Exit::fine;
}

}  // namespace

void add_emit(CLI::App& app, Action& action) {
  auto options = std::make_shared<EmitOptions>();
  auto* command = app.add_subcommand("emit", "prints a function or training step at a stage of the compiler");
  command->add_option("file", options->file, "a .dp file")->required();
  command->add_option("words", options->words, "[FN or TRAIN] [NAME=VALUE …]; values fix the dimensions");
  command->add_option("--stage", options->stage, fmt::format("{}", fmt::join(stage_names(), " ")));
  command->add_option("--diff", options->diff, "A,B: two stages beside each other");
  add_common(*command, *options);
  command->callback([&action, options] { action = [options] { return emit(*options); }; });
}

}  // namespace dp
