// dpc grad FILE FN --wrt x[,w…]: the gradient of a function as a program that compiles and runs by itself.

#include "dpc/grad.h"

#include <cstdio>

#include "dpc/commands.h"
#include "dpc/engine.h"
#include "frontend/format.h"
#include "ir/source.h"
#include "passes/pipeline.h"

namespace dp {
namespace {

struct GradOptions : CommonOptions {
  std::string function;
  std::vector<std::string> wrt;
};

bool has_leading_axes(const typed::Function& function) {
  for (const typed::VariableId parameter : function.parameters) {
    const auto* tensor = std::get_if<typed::TensorType>(&function.variables[parameter].type.node);
    if (tensor && tensor->shape.pack) return true;
  }
  return false;
}

/// Clauses in terms of sizes, as the types of the graph are.
std::vector<std::pair<Dim, Dim>> with_sizes(const std::vector<std::pair<Dim, Dim>>& clauses,
                                            const typed::Module& module) {
  DimBindings sizes;
  for (const auto& dim : module.dims) sizes.insert_or_assign(dim.name, Dim(dim.size));
  std::vector<std::pair<Dim, Dim>> result;
  for (const auto& [left, right] : clauses) {
    const Dim a = left.substitute(sizes), b = right.substitute(sizes);
    if (!a.is_constant() || !b.is_constant()) result.emplace_back(a, b);
  }
  return result;
}

std::map<std::string, Dim> bounds_of(const Program& program, const typed::Function& function) {
  std::map<std::string, Dim> bounds;
  for (const typed::VariableId parameter : function.parameters) {
    const typed::Variable& variable = function.variables[parameter];
    for (const Leaf& leaf : leaves(*program.module, variable.type, program.build_options()))
      if (leaf.bound)
        bounds.emplace(leaf.path.empty() ? variable.name : variable.name + "." + leaf.path, *leaf.bound);
  }
  return bounds;
}

SourceOptions source_options(const Program& program, const typed::Function& function, const Graph& gradient) {
  SourceOptions result;
  result.function = function.name + "_gradient";
  result.real = program.real;
  result.bounds = bounds_of(program, function);
  result.equalities = with_sizes(function.equalities, *program.module);
  result.at_most = with_sizes(function.at_most, *program.module);
  std::vector<std::string> paths;
  for (const Output& output : gradient.outputs) {
    paths.push_back("`" + output.name + "`");
    result.result_comments.push_back(fmt::format("d {} / d {}", function.name, output.name));
  }
  result.doc = {
      fmt::format("The gradient of `{}` with respect to {}.", function.name, fmt::join(paths, ", "))};
  return result;
}

/// What was printed must be a program; if it is none, it is not given out.
Result<std::string> formatted(const std::string& source, const CommonOptions& options) {
  const auto printed = load_text("gradient.dp", source, options);
  for (const Diagnostic& diagnostic : printed->diagnostics.all())
    if (diagnostic.severity == Severity::error)
      return diagnose(diag::NotSupportedYet, {}, "this gradient as a program (" + diagnostic.message + ")");
  return format(printed->syntax, printed->sources);
}

Status print_gradient(const Program& program, const GradOptions& options) {
  const typed::Function* function = program.module->find_function(options.function);
  if (!function) {
    auto diagnostic = diagnose(diag::NoSuchFunction, {}, program.path, options.function);
    std::vector<std::string> names;
    for (const auto& each : program.module->functions) names.push_back(each->name);
    if (const auto near = did_you_mean(options.function, names); !near.empty())
      diagnostic.fixes.emplace_back(near);
    return diagnostic;
  }
  const auto source = gradient_source(program, *function, options.wrt, options);
  if (!source) return source.error();
  std::fputs(source->c_str(), stdout);
  return Done{};
}

int grad(const GradOptions& options) {
  const auto program = load(options);
  if (const int code = report(*program); code != Exit::fine) return code;
  const Status status = print_gradient(*program, options);
  return status ? static_cast<int>(Exit::fine) : report(*program, status.error());
}

}  // namespace

Result<std::string> gradient_source(const Program& program, const typed::Function& function,
                                    std::span<const std::string> wrt, const CommonOptions& options) {
  if (has_leading_axes(function))
    return diagnose(diag::NotSupportedYet, function.span, "`dpc grad` of a function with `..`");
  auto built = build_gradient(*program.module, function, wrt, program.build_options());
  if (!built) return built.error();
  auto gradient = run_pipeline(*built, pass_options(options), "simplified");
  if (!gradient) return gradient.error();
  auto source = write_source(*gradient, source_options(program, function, *gradient));
  return source ? formatted(*source, options) : source;
}

void add_grad(CLI::App& app, Action& action) {
  auto options = std::make_shared<GradOptions>();
  auto* command =
      app.add_subcommand("grad", "prints the gradient of a function as a program that runs by itself");
  command->add_option("file", options->file, "a .dp file")->required();
  command->add_option("function", options->function, "a function that gives one real number")->required();
  command->add_option("--wrt", options->wrt, "with respect to what: x[,net.fc1.w…]")
      ->required()
      ->delimiter(',');
  add_common(*command, *options);
  command->callback([&action, options] { action = [options] { return grad(*options); }; });
}

}  // namespace dp
