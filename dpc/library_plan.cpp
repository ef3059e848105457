#include "dpc/library_plan.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <set>

#include "dpc/engine.h"
#include "dpc/library_names.h"
#include "passes/pipeline.h"
#include "support/diagnostics/library.h"

namespace dp {
namespace {

/// FN… and DIM=SIZE… of the command line.
struct BuildWords {
  std::vector<std::string> functions;
  std::vector<std::pair<std::string, std::int64_t>> sizes;
};

Result<BuildWords> split(const std::vector<std::string>& words) {
  BuildWords result;
  for (const std::string& word : words) {
    const std::size_t mark = word.find('=');
    if (mark == std::string::npos) {
      result.functions.push_back(word);
      continue;
    }
    std::int64_t size = 0;
    const char* const last = word.data() + word.size();
    const auto [end, failure] = std::from_chars(word.data() + mark + 1, last, size);
    if (failure != std::errc() || end != last || size < 0)
      return diagnose(diag::BadValue, {}, word, "a dimension is a whole number of at least 0");
    result.sizes.emplace_back(word.substr(0, mark), size);
  }
  return result;
}

bool is_of_file(const Program& program, const typed::Function& function) {
  return !function.is_library && function.span.file == program.syntax.file;
}

/// What of a type has no form in C, or nothing.
std::optional<std::string> not_for_c(const typed::Type& type) {
  if (std::holds_alternative<typed::FunctionType>(type.node)) return "a function";
  if (std::holds_alternative<typed::TextType>(type.node)) return "a text";
  if (const auto* tuple = std::get_if<typed::TupleType>(&type.node))
    for (const typed::Type& element : tuple->elements)
      if (auto found = not_for_c(element)) return found;
  return std::nullopt;
}

bool has_pack(const typed::Type& type) {
  if (const auto* tensor = std::get_if<typed::TensorType>(&type.node)) return tensor->shape.pack;
  if (const auto* tuple = std::get_if<typed::TupleType>(&type.node))
    return std::any_of(tuple->elements.begin(), tuple->elements.end(), has_pack);
  return false;
}

std::string declaration_of(const typed::Function& function) {
  std::string parameters;
  for (const typed::VariableId id : function.parameters) {
    const typed::Variable& parameter = function.variables[id];
    parameters += (parameters.empty() ? "" : ", ") + parameter.name + ": " + typed::text(parameter.type);
  }
  return function.name + "(" + parameters + ") -> " + typed::text(function.result);
}

class FunctionPlanner {
 public:
  FunctionPlanner(Program& program, const typed::Function& function, const BuildWords& words)
      : program_(program), function_(function), build_(program.build_options()) {
    for (const auto& [name, size] : words.sizes)
      if (std::find(function.dims.begin(), function.dims.end(), name) != function.dims.end())
        build_.dims.insert_or_assign(name, Dim(size));
  }

  /// The first size that nobody tells, or why the function has no form in C.
  Status check() const {
    for (const typed::VariableId id : function_.parameters) {
      const typed::Variable& parameter = function_.variables[id];
      if (const auto what = not_for_c(parameter.type))
        return diagnose(diag::NotForC, function_.span, function_.name, parameter.name, *what);
      if (has_pack(parameter.type)) return diagnose(diag::OpenSize, function_.span, function_.name, "..");
    }
    if (const auto what = not_for_c(function_.result))
      return diagnose(diag::NotForC, function_.span, function_.name, "result", *what);
    for (const std::string& dim : function_.dims)
      if (!build_.dims.contains(dim))
        return diagnose(diag::OpenSize, function_.span, function_.name, dim).fix(dim + "=SIZE");
    return Done{};
  }

  Result<LibraryFunction> plan(const CommonOptions& options) const {
    auto graph = build(*program_.module, function_, build_);
    if (!graph) return graph.error();
    auto planned = run_pipeline(*graph, pass_options(options), "planned");
    if (!planned) return planned.error();
    auto module = lower(*planned, pass_options(options));
    if (!module) return module.error();
    LibraryFunction result{.name = c_name(function_.name),
                           .declaration = declaration_of(function_),
                           .doc = function_.doc,
                           .sizes = sizes(),
                           .module = std::move(*module)};
    add_tensors(result);
    return result;
  }

 private:
  std::string sizes() const {
    std::string text;
    for (const std::string& dim : function_.dims)
      text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", dim, build_.dims.at(dim).text());
    return text;
  }

  void add(const std::string& name, const typed::Type& type, NameList& names,
           std::vector<LibraryTensor>& tensors) const {
    for (const Leaf& leaf : leaves(*program_.module, type, build_)) {
      const std::string path = leaf.path.empty() ? name : name + "." + leaf.path;
      const auto shape = constants(leaf.type.shape);
      DP_ASSERT(shape, "`{}` of `{}` has an open size: {}", path, function_.name, text(leaf.type));
      const auto bound = leaf.bound ? leaf.bound->substitute(dims()).constant() : std::nullopt;
      tensors.push_back({path, names.unique(c_name(path)), leaf.type.dtype, *shape, bound});
    }
  }

  DimBindings dims() const {
    DimBindings all = build_.dims;
    for (const auto& dim : program_.module->dims) all.emplace(dim.name, Dim(dim.size));
    return all;
  }

  void add_tensors(LibraryFunction& result) const {
    NameList names;
    for (const typed::VariableId id : function_.parameters)
      add(function_.variables[id].name, function_.variables[id].type, names, result.inputs);
    add("result", function_.result, names, result.outputs);
    DP_ASSERT(result.inputs.size() == result.module.input_types.size() &&
                  result.outputs.size() == result.module.output_types.size(),
              "`{}` has other leaves than its loops", function_.name);
  }

  Program& program_;
  const typed::Function& function_;
  BuildOptions build_;
};

/// Every size must be one of some function that is built.
Status check_sizes(const std::vector<const typed::Function*>& functions, const BuildWords& words) {
  for (const auto& [name, size] : words.sizes) {
    const auto has = [&](const typed::Function* function) {
      return std::find(function->dims.begin(), function->dims.end(), name) != function->dims.end();
    };
    if (std::none_of(functions.begin(), functions.end(), has))
      return diagnose(diag::UnknownValueName, {}, functions.empty() ? "" : functions.front()->name, name);
  }
  return Done{};
}

Result<std::vector<const typed::Function*>> named_functions(const Program& program, const BuildWords& words) {
  std::vector<const typed::Function*> functions;
  for (const std::string& name : words.functions) {
    const auto found = find_function(program, name);
    if (!found) return found.error();
    if (std::find(functions.begin(), functions.end(), *found) == functions.end()) functions.push_back(*found);
  }
  return functions;
}

std::vector<const typed::Function*> functions_of_file(const Program& program, bool only_exported) {
  std::vector<const typed::Function*> functions;
  for (const auto& function : program.module->functions)
    if (is_of_file(program, *function) && (function->exported || !only_exported))
      functions.push_back(function.get());
  return functions;
}

}  // namespace

std::int64_t LibraryTensor::count() const {
  std::int64_t count = 1;
  for (const std::int64_t extent : shape) count *= extent;
  return count;
}

std::string shape_text(const LibraryTensor& tensor) {
  const std::string dtype(numpy_name(tensor.dtype));
  return tensor.is_scalar() ? dtype : fmt::format("{}[{}]", dtype, fmt::join(tensor.shape, ", "));
}

Result<Library> plan_library(Program& program, const std::vector<std::string>& words,
                             const CommonOptions& options, std::vector<std::string>& skipped) {
  const auto given = split(words);
  if (!given) return given.error();
  auto named = named_functions(program, *given);
  if (!named) return named.error();
  std::vector<const typed::Function*> functions = std::move(*named);
  if (functions.empty()) functions = functions_of_file(program, /*only_exported=*/true);
  const bool is_asked_for = !functions.empty();
  if (!is_asked_for) functions = functions_of_file(program, /*only_exported=*/false);
  if (auto status = check_sizes(functions, *given); !status) return status.error();
  Library library{.file = program.path};
  std::optional<Diagnostic> why;
  NameList names;
  for (const typed::Function* function : functions) {
    const FunctionPlanner planner(program, *function, *given);
    if (const Status status = planner.check(); !status) {
      if (is_asked_for) return status.error();
      skipped.push_back(status.error().message);
      continue;
    }
    auto planned = planner.plan(options);
    if (!planned) return planned.error();
    planned->name = names.unique(planned->name);
    library.functions.push_back(std::move(*planned));
  }
  if (library.functions.empty())
    return diagnose(diag::NothingToBuild, {}, program.path,
                    skipped.empty() ? "it has no functions" : skipped.front());
  return library;
}

}  // namespace dp
