#include "codegen/compile.h"

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
  Part part;
  for (std::size_t k = 0; k < module.functions.size(); ++k) part.functions.push_back(k);
  part.has_entry = true;
  return part;
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
  Compiled part = compile_part(module, *target, options, whole(module));
  Clock clock;
  auto jit = Jit::create(*target);
  if (!jit) return jit.error();
  if (auto added = (*jit)->add(std::move(part.object)); !added) return added.error();
  const auto entry = (*jit)->find(entry_symbol());
  if (!entry) return entry.error();
  if (timings != nullptr) {
    timings->insert(timings->end(), {{"emit", part.emitting},
                                     {"optimize", part.optimizing},
                                     {"generate", part.generating},
                                     {"link", clock.lap()}});
  }
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
