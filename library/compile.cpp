// Compiling and calling.

#include <cstdlib>

#include "dpc/engine.h"
#include "library/bind_shapes.h"
#include "library/objects.h"
#include "passes/pipeline.h"
#include "runtime/dp_runtime.h"
#include "support/array.h"

namespace dp::library {

void TensorTable::add(const std::string& name, const Type& type, std::int64_t bound) {
  const auto shape = constants(type.shape);
  DP_ASSERT(shape, "`{}` has an open size: {}", name, text(type));
  const auto& kept = extents.emplace_back(*shape);
  const auto count = checked_element_count(kept, size_of(type.dtype));
  DP_ASSERT(count, "`{}` is larger than memory can be: {}", name, text(type));
  tensors.push_back({.name = names.emplace_back(name).c_str(),
                     .dtype = static_cast<std::int32_t>(type.dtype),
                     .rank = static_cast<std::int32_t>(kept.size()),
                     .extents = kept.data(),
                     .count = *count,
                     .bytes = *count * static_cast<std::int64_t>(size_of(type.dtype)),
                     .bound = bound});
}

namespace {

constexpr std::size_t workspace_alignment = 64;

static_assert(dp_float64 == static_cast<int>(Dtype::f64) && dp_int32 == static_cast<int>(Dtype::i32) &&
              dp_int64 == static_cast<int>(Dtype::i64) && dp_bool == static_cast<int>(Dtype::boolean) &&
              dp_key == static_cast<int>(Dtype::key));

std::int64_t bound_of(const Leaf& leaf, const typed::Module& module, const BuildOptions& options) {
  if (!leaf.bound) return -1;
  DimBindings all = options.dims;
  for (const auto& dim : module.dims) all.emplace(dim.name, Dim(dim.size));
  return leaf.bound->substitute(all).constant().value_or(-1);
}

void describe(dp_compiled& compiled, const typed::Module& module, const typed::Function& function,
              const BuildOptions& options) {
  for (const typed::VariableId id : function.parameters) {
    const typed::Variable& parameter = function.variables[id];
    for (const Leaf& leaf : leaves(module, parameter.type, options))
      compiled.inputs.add(leaf.path.empty() ? parameter.name : parameter.name + "." + leaf.path, leaf.type,
                          bound_of(leaf, module, options));
  }
  for (const Leaf& leaf : leaves(module, function.result, options))
    compiled.outputs.add(leaf.path, leaf.type, bound_of(leaf, module, options));
}

/// Memory of a call, told before anything is compiled to code.
Status check_memory(const dp_compiled& compiled, const std::string& function) {
  const std::int64_t limit = compiled.loaded->settings.memory_limit;
  std::int64_t bytes = compiled.workspace_bytes;
  for (const auto* table : {&compiled.inputs, &compiled.outputs})
    for (const dp_tensor_info& tensor : table->tensors) bytes += tensor.bytes;
  if (limit > 0 && bytes > limit) return diagnose(diag::HostMemoryLimit, {}, function, bytes, limit);
  return Done{};
}

std::function<void(std::string_view)> printer(const Settings& settings) {
  if (settings.print == nullptr) return {};
  return [print = settings.print, host = settings.host](std::string_view line) {
    print(host, line.data(), line.size());
  };
}

Result<std::unique_ptr<dp_compiled>> compile_function(std::shared_ptr<const Loaded> loaded,
                                                      const std::string& name, std::span<const dp_size> sizes,
                                                      std::span<const dp_shape> shapes) {
  const Program& program = *loaded->program;
  const CommonOptions& common = loaded->settings.options;
  const auto function = find_function(program, name);
  if (!function) return function.error();
  const auto options = bind_shapes(*program.module, **function, program.build_options(), sizes, shapes);
  if (!options) return options.error();
  auto graph = build(*program.module, **function, *options);
  if (!graph) return graph.error();
  auto planned = run_pipeline(*graph, pass_options(common), "planned");
  if (!planned) return planned.error();
  auto module = lower(*planned, pass_options(common));
  if (!module) return module.error();
  auto compiled = std::make_unique<dp_compiled>();
  compiled->loaded = loaded;
  compiled->workspace_bytes = module->arena_bytes;
  describe(*compiled, *program.module, **function, *options);
  if (auto status = check_memory(*compiled, name); !status) return status.error();
  auto executable = compile(*module, compile_options(common), printer(loaded->settings), nullptr);
  if (!executable) return executable.error();
  compiled->executable = std::move(*executable);
  return compiled;
}

std::int64_t integer_at(const void* memory, std::int32_t dtype, std::int64_t position) {
  return dtype == dp_int32 ? static_cast<const std::int32_t*>(memory)[position]
                           : static_cast<const std::int64_t*>(memory)[position];
}

Status check_bounds(const TensorTable& inputs, const void* const* buffers) {
  for (std::size_t k = 0; k < inputs.tensors.size(); ++k) {
    const dp_tensor_info& tensor = inputs.tensors[k];
    for (std::int64_t at = 0; tensor.bound >= 0 && at < tensor.count; ++at) {
      const std::int64_t value = integer_at(buffers[k], tensor.dtype, at);
      if (value < 0 || value >= tensor.bound)
        return diagnose(diag::BadValue, {}, tensor.name,
                        fmt::format("{} is not in 0 .. {}", value, tensor.bound - 1));
    }
  }
  return Done{};
}

Status check_buffers(const TensorTable& table, const void* const* buffers, const char* what) {
  for (std::size_t k = 0; k < table.tensors.size(); ++k)
    if (table.tensors[k].count > 0 && (buffers == nullptr || buffers[k] == nullptr))
      return misuse("dp_run", fmt::format("{} {} (`{}`) is NULL", what, k, table.tensors[k].name));
  return Done{};
}

struct FreeMemory {
  void operator()(void* memory) const { std::free(memory); }
};

Status run(const dp_compiled& compiled, const void* const* inputs, void* const* outputs, void* workspace) {
  if (auto status = check_buffers(compiled.inputs, inputs, "input"); !status) return status;
  if (auto status = check_buffers(compiled.outputs, outputs, "output"); !status) return status;
  if (auto status = check_bounds(compiled.inputs, inputs); !status) return status;
  std::unique_ptr<void, FreeMemory> own;
  if (workspace == nullptr && compiled.workspace_bytes > 0) {
    void* memory = nullptr;
    if (posix_memalign(&memory, workspace_alignment, static_cast<std::size_t>(compiled.workspace_bytes)) != 0)
      throw std::bad_alloc();
    own.reset(workspace = memory);
  }
  return compiled.executable->run({inputs, compiled.inputs.tensors.size()},
                                  {outputs, compiled.outputs.tensors.size()}, workspace);
}

const dp_tensor_info* tensor_at(const TensorTable& table, std::size_t index) {
  return index < table.tensors.size() ? &table.tensors[index] : nullptr;
}

}  // namespace
}  // namespace dp::library

using namespace dp::library;

dp_failure* dp_compile(const dp_program* program, const char* function, const dp_size* sizes,
                       size_t size_count, const dp_shape* shapes, size_t shape_count,
                       dp_compiled** compiled) {
  return guarded_deep([&]() -> dp_failure* {
    if (program == nullptr || function == nullptr || compiled == nullptr ||
        (sizes == nullptr && size_count > 0) || (shapes == nullptr && shape_count > 0))
      return make_failure(misuse("dp_compile", "an argument that is needed is NULL"), {});
    auto result = compile_function(program->loaded, function, {sizes, size_count}, {shapes, shape_count});
    if (!result) return make_failure(result.error(), program->loaded->program->sources);
    *compiled = (*result).release();
    return nullptr;
  });
}

void dp_free_compiled(dp_compiled* compiled) { delete compiled; }

size_t dp_input_count(const dp_compiled* compiled) {
  return compiled == nullptr ? 0 : compiled->inputs.tensors.size();
}
const dp_tensor_info* dp_input_at(const dp_compiled* compiled, size_t index) {
  return compiled == nullptr ? nullptr : tensor_at(compiled->inputs, index);
}
size_t dp_output_count(const dp_compiled* compiled) {
  return compiled == nullptr ? 0 : compiled->outputs.tensors.size();
}
const dp_tensor_info* dp_output_at(const dp_compiled* compiled, size_t index) {
  return compiled == nullptr ? nullptr : tensor_at(compiled->outputs, index);
}
int64_t dp_workspace_bytes(const dp_compiled* compiled) {
  return compiled == nullptr ? 0 : compiled->workspace_bytes;
}

dp_failure* dp_run(const dp_compiled* compiled, const void* const* inputs, void* const* outputs,
                   void* workspace) {
  return guarded([&]() -> dp_failure* {
    if (compiled == nullptr) return make_failure(misuse("dp_run", "`compiled` is NULL"), {});
    const dp::Status status = run(*compiled, inputs, outputs, workspace);
    return status ? nullptr : make_failure(status.error(), compiled->loaded->program->sources);
  });
}

void dp_use_threads(int threads) { dp_set_threads(threads > 0 ? threads : 0); }
