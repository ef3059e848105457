// dpc emit FILE [FN or TRAIN] --stage=S: the program as text at one step of the compiler.

#include <algorithm>
#include <cstdio>

#include "dpc/commands.h"
#include "dpc/program.h"
#include "dpc/program_graph.h"
#include "dpc/side_by_side.h"
#include "dpc/stages.h"
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

Result<std::string> emit_text(Program& program, const EmitOptions& options) {
  const auto& stages = stage_names();
  if (std::find(stages.begin(), stages.end(), options.stage) == stages.end())
    return diagnose(diag::NoSuchStage, {}, options.stage, fmt::format("{}", fmt::join(stages, " ")));
  if (options.stage == "ast") return format(program.syntax, program.sources);
  if (options.stage == "typed") return typed::print(*program.module);
  auto graph = graph_of(program, options.words, options, needs_sizes(options.stage));
  if (!graph) return graph.error();
  return stage_text(*graph, options.stage, options, &program.sources);
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
