#include "dpc/program_graph.h"

#include "dpc/run_graph.h"
#include "dpc/values.h"

namespace dp {
namespace {

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

}  // namespace

Result<Graph> graph_of(Program& program, const std::vector<std::string>& words, const CommonOptions& options,
                       bool needs_sizes) {
  const auto split = split_words(words, "main");
  if (!split) return split.error();
  const auto& [name, values] = *split;
  if (const typed::Train* train = program.module->find_train(name)) {
    auto built = build_train(*program.module, *train, train->batch.value_or(1), program.build_options());
    if (!built) return built.error();
    return std::move(built->step);
  }
  const auto found = find_function(program, name);
  if (!found) return found.error();
  const typed::Function& function = **found;
  if (values.empty() && needs_sizes)
    if (auto unsized = unsized_parameter(program, function)) return std::move(*unsized);
  if (values.empty()) return build(*program.module, function, program.build_options());
  auto arguments = read_arguments(program, function, values, options, Missing::drawn);
  if (!arguments) return arguments.error();
  return build(*program.module, function, arguments->build);
}

}  // namespace dp
