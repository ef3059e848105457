// Loading programs, and telling what is in them.

#include <functional>
#include <mutex>

#include "frontend/typed.h"
#include "library/objects.h"

namespace dp::library {
namespace {

Result<Settings> settings_of(const dp_options* given) {
  dp_options options;
  dp_default_options(&options);
  if (given != nullptr) options = *given;
  const auto wrong = [](const char* what) { return misuse("dp_options", what); };
  if (options.precision != 0 && options.precision != 32 && options.precision != 64)
    return wrong("`precision` is 0, 32 or 64");
  if (options.optimize < 0 || options.optimize > 3) return wrong("`optimize` is 0 to 3");
  if (options.memory_limit < 0) return wrong("`memory_limit` is at least 0");
  Settings settings;
  if (options.precision != 0) settings.options.precision = options.precision == 32 ? "f32" : "f64";
  settings.options.optimize = options.optimize;
  settings.options.fast_math = options.fast_math != 0;
  if (options.cpu != nullptr) settings.options.cpu = options.cpu;
  settings.memory_limit = options.memory_limit;
  settings.print = options.print;
  settings.host = options.host;
  return settings;
}

FunctionEntry& add_entry(std::deque<FunctionEntry>& entries, const typed::Function& function) {
  FunctionEntry& entry = entries.emplace_back();
  const auto keep = [&](std::string text) { return entry.texts.emplace_back(std::move(text)).c_str(); };
  std::string type;
  for (const typed::VariableId id : function.parameters) {
    const typed::Variable& parameter = function.variables[id];
    entry.parameters.push_back({keep(parameter.name), keep(typed::text(parameter.type))});
    type += fmt::format("{}{}: {}", type.empty() ? "" : ", ", parameter.name, typed::text(parameter.type));
  }
  for (const std::string& dim : function.dims) entry.dimensions.push_back(keep(dim));
  const std::string result = typed::text(function.result);
  entry.info = {.name = keep(function.name),
                .type = keep("(" + type + ") -> " + result),
                .documentation = keep(function.doc),
                .result = keep(result),
                .parameter_count = entry.parameters.size(),
                .parameters = entry.parameters.data(),
                .dimension_count = entry.dimensions.size(),
                .dimensions = entry.dimensions.data()};
  return entry;
}

/// The parser's tables are shared by all threads and grow while they are used: one program at a time.
std::mutex& loading() {
  static std::mutex mutex;
  return mutex;
}

dp_failure* load_with(Settings settings, dp_program** result,
                      const std::function<std::unique_ptr<Program>(const CommonOptions&)>& load_it) {
  std::unique_ptr<Program> program;
  {
    const std::lock_guard lock(loading());
    program = load_it(settings.options);
  }
  if (program->diagnostics.has_errors() || !program->module)
    return make_failure(program->diagnostics, program->sources);
  auto handle = std::make_unique<dp_program>();
  if (!program->diagnostics.all().empty())
    handle->warnings.reset(make_failure(program->diagnostics, program->sources));
  for (const auto& function : program->module->functions)
    if (!function->is_library && function->span.file == program->syntax.file)
      add_entry(handle->functions, *function);
  handle->loaded = std::make_shared<const Loaded>(Loaded{std::move(program), std::move(settings)});
  *result = handle.release();
  return nullptr;
}

}  // namespace
}  // namespace dp::library

using namespace dp::library;

void dp_default_options(dp_options* options) {
  if (options == nullptr) return;
  *options = {};
  options->optimize = 2;
}

dp_failure* dp_load_file(const char* path, const dp_options* options, dp_program** program) {
  return guarded_deep([&]() -> dp_failure* {
    if (path == nullptr || program == nullptr)
      return make_failure(misuse("dp_load_file", "`path` and `program` must not be NULL"), {});
    auto settings = settings_of(options);
    if (!settings) return make_failure(settings.error(), {});
    settings->options.file = path;
    return load_with(std::move(*settings), program, [](const auto& common) { return dp::load(common); });
  });
}

dp_failure* dp_load_text(const char* name, const char* text, size_t bytes, const dp_options* options,
                         dp_program** program) {
  return guarded_deep([&]() -> dp_failure* {
    if (name == nullptr || (text == nullptr && bytes > 0) || program == nullptr)
      return make_failure(misuse("dp_load_text", "`name`, `text` and `program` must not be NULL"), {});
    auto settings = settings_of(options);
    if (!settings) return make_failure(settings.error(), {});
    return load_with(std::move(*settings), program, [&](const auto& common) {
      return dp::load_text(name, std::string(text == nullptr ? "" : text, bytes), common);
    });
  });
}

const dp_failure* dp_program_warnings(const dp_program* program) {
  return program == nullptr ? nullptr : program->warnings.get();
}

void dp_free_program(dp_program* program) { delete program; }

size_t dp_function_count(const dp_program* program) {
  return program == nullptr ? 0 : program->functions.size();
}

const dp_function_info* dp_function_at(const dp_program* program, size_t index) {
  return index < dp_function_count(program) ? &program->functions[index].info : nullptr;
}

const char* dp_version() { return DP_VERSION; }
