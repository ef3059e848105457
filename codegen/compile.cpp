#include "codegen/compile.h"

#include <algorithm>
#include <exception>
#include <thread>

#include "codegen/emit.h"
#include "codegen/jit.h"
#include "codegen/messages.h"
#include "codegen/object.h"

namespace dp {
namespace {

using namespace codegen;

class Clock {
 public:
  /// Seconds since the last call.
  double lap() {
    const auto now = std::chrono::steady_clock::now();
    return std::chrono::duration<double>(now - std::exchange(last_, now)).count();
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

/// One LLVM module of a program: the functions whose numbers are given, and the entry in the first.
struct Part {
  std::vector<std::size_t> functions;
  bool has_entry = false;
  double code = 0;
};

struct Compiled {
  std::unique_ptr<llvm::MemoryBuffer> object;
  double emitting = 0, optimizing = 0, generating = 0;
};

void emit_part(Program& program, const Part& part) {
  for (const std::size_t function : part.functions) emit_function(program, function);
  if (part.has_entry) emit_entry(program);
}

Compiled compile_part(const loops::Module& module, const Target& target, const CompileOptions& options,
                      const Part& part) {
  Compiled result;
  Clock clock;
  llvm::LLVMContext context;
  const auto machine = make_machine(target, options);
  Program program(module, target, options, context, module.name);
  emit_part(program, part);
  result.emitting = clock.lap();
  optimize(*program.module, *machine, options);
  result.optimizing = clock.lap();
  result.object = make_object(*program.module, *machine);
  result.generating = clock.lap();
  return result;
}

Part whole(const loops::Module& module) {
  Part part{{}, true, 0};
  for (std::size_t k = 0; k < module.functions.size(); ++k) part.functions.push_back(k);
  return part;
}

/// Below this size a part compiles faster than its thread starts.
constexpr double least_part_code = 400;

/// As many parts of about equal work as there are cores to compile them; largest functions first, each to the
/// part that has least. What is in which part changes nothing about the code.
std::vector<Part> divided(const loops::Module& module, const CompileOptions& options) {
  std::vector<std::pair<double, std::size_t>> sizes;
  double total = 0;
  for (std::size_t k = 0; k < module.functions.size(); ++k) {
    sizes.emplace_back(code_size(module, module.functions[k].body), k);
    total += sizes.back().first;
  }
  std::sort(sizes.begin(), sizes.end(), std::greater<>());
  const std::size_t cores = options.threads > 0 ? static_cast<std::size_t>(options.threads)
                                                : std::max(1U, std::thread::hardware_concurrency());
  const auto worthwhile = static_cast<std::size_t>(total / least_part_code);
  std::vector<Part> parts(std::clamp<std::size_t>(worthwhile, 1, std::min<std::size_t>(cores, 8)));
  for (const auto& [code, function] : sizes) {
    Part& least = *std::min_element(parts.begin(), parts.end(),
                                    [](const Part& a, const Part& b) { return a.code < b.code; });
    least.functions.push_back(function);
    least.code += code;
  }
  for (Part& part : parts) std::sort(part.functions.begin(), part.functions.end());
  parts.front().has_entry = true;
  return parts;
}

std::vector<Compiled> compile_parts(const loops::Module& module, const Target& target,
                                    const CompileOptions& options) {
  const std::vector<Part> parts = divided(module, options);
  std::vector<Compiled> results(parts.size());
  std::vector<std::exception_ptr> failures(parts.size());
  const auto run = [&](std::size_t k) {
    try {
      results[k] = compile_part(module, target, options, parts[k]);
    } catch (...) { failures[k] = std::current_exception(); }
  };
  std::vector<std::thread> threads;
  for (std::size_t k = 1; k < parts.size(); ++k) threads.emplace_back(run, k);
  run(0);
  for (std::thread& thread : threads) thread.join();
  for (const std::exception_ptr& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
  return results;
}

/// The phases of the part that took longest.
void record(Timings* timings, const std::vector<Compiled>& parts, double linking) {
  if (timings == nullptr) return;
  const auto time = [](const Compiled& part) { return part.emitting + part.optimizing + part.generating; };
  const auto slowest = std::max_element(
      parts.begin(), parts.end(), [&](const Compiled& a, const Compiled& b) { return time(a) < time(b); });
  timings->emplace_back("emit", slowest->emitting);
  timings->emplace_back("optimize", slowest->optimizing);
  timings->emplace_back("generate", slowest->generating);
  timings->emplace_back("link", linking);
}

class Compilation final : public Executable {
 public:
  Compilation(std::unique_ptr<Jit> jit, dp_function entry, const loops::Module& module,
              std::function<void(std::string_view)> print)
      : jit_(std::move(jit)), entry_(entry), messages_(module), print_(std::move(print)) {}

  Status run(std::span<const void* const> inputs, std::span<void* const> outputs,
             void* arena) const override {
    dp_context context{};
    context.host = const_cast<Compilation*>(this);
    context.print = [](void* host, std::int32_t site, const std::int64_t* values, std::int32_t count) {
      const auto* self = static_cast<const Compilation*>(host);
      if (self->print_) self->print_(self->messages_.print(site, {values, static_cast<std::size_t>(count)}));
    };
    if (entry_(&context, inputs.data(), outputs.data(), arena) != DP_OK)
      return messages_.failure(context.error);
    return Done{};
  }

 private:
  std::unique_ptr<Jit> jit_;
  dp_function entry_;
  Messages messages_;
  std::function<void(std::string_view)> print_;
};

}  // namespace

Result<std::shared_ptr<const Executable>> compile(const loops::Module& module, const CompileOptions& options,
                                                  std::function<void(std::string_view)> print,
                                                  Timings* timings) {
  const auto target = make_target(options);
  if (!target) return target.error();
  std::vector<Compiled> parts = compile_parts(module, *target, options);
  Clock clock;
  auto jit = Jit::create(*target);
  if (!jit) return jit.error();
  for (Compiled& part : parts) {
    if (auto added = (*jit)->add(std::move(part.object)); !added) return added.error();
  }
  const auto entry = (*jit)->find(entry_symbol());
  if (!entry) return entry.error();
  if (options.threads > 0) dp_set_threads(options.threads);
  record(timings, parts, clock.lap());
  return std::shared_ptr<const Executable>(
      std::make_shared<Compilation>(std::move(jit).take(), *entry, module, std::move(print)));
}

Result<std::string> emit_llvm(const loops::Module& module, const CompileOptions& options) {
  const auto target = make_target(options);
  if (!target) return target.error();
  llvm::LLVMContext context;
  Program program(module, *target, options, context, module.name);
  emit_part(program, whole(module));
  optimize(*program.module, *make_machine(*target, options), options);
  return text_of(*program.module);
}

namespace {

/// Leaves one symbol of the module, under another name.
void show_only_entry(llvm::Module& module, const std::string& symbol) {
  for (llvm::Function& function : module) {
    if (function.isDeclaration()) continue;
    if (function.getName() == entry_symbol()) {
      function.setName(symbol);
      function.setVisibility(llvm::GlobalValue::HiddenVisibility);
    } else {
      function.setLinkage(llvm::GlobalValue::InternalLinkage);
    }
  }
}

}  // namespace

Result<std::string> emit_object(const loops::Module& module, const CompileOptions& options,
                                const std::string& symbol) {
  const auto target = make_target(options);
  if (!target) return target.error();
  llvm::LLVMContext context;
  const auto machine = make_machine(*target, options);
  Program program(module, *target, options, context, module.name);
  emit_part(program, whole(module));
  show_only_entry(*program.module, symbol);
  optimize(*program.module, *machine, options);
  return make_object(*program.module, *machine)->getBuffer().str();
}

Result<std::string> emit_assembly(const loops::Module& module, const CompileOptions& options) {
  const auto target = make_target(options);
  if (!target) return target.error();
  llvm::LLVMContext context;
  const auto machine = make_machine(*target, options);
  Program program(module, *target, options, context, module.name);
  emit_part(program, whole(module));
  optimize(*program.module, *machine, options);
  return make_assembly(*program.module, *machine);
}

}  // namespace dp
