#include "codegen/emit.h"

#include <algorithm>
#include <cctype>

#include "codegen/emitter.h"
#include "runtime/dp_runtime.h"

namespace dp::codegen {
namespace {

/// As far as assemblers go.
std::string plain(std::string_view name) {
  std::string result;
  for (const char letter : name)
    result += std::isalnum(static_cast<unsigned char>(letter)) != 0 ? letter : '_';
  return result;
}

void name_arguments(llvm::Function& function, Emitter& emitter) {
  const char* names[] = {"context", "inputs", "outputs", "arena"};
  for (unsigned k = 0; k < 4; ++k) function.getArg(k)->setName(names[k]);
  emitter.roots = {function.getArg(0), function.getArg(1), function.getArg(2), function.getArg(3)};
}

}  // namespace

std::string symbol_of(const loops::Module& module, std::size_t function) {
  return fmt::format("dp_{}_{}", function, plain(module.functions[function].name));
}

std::string entry_symbol() { return "dp_entry"; }

void emit_function(Program& program, std::size_t number) {
  llvm::Function* function =
      program.define(symbol_of(program.loops, number), program.function_type(), /*visible=*/true);
  Emitter emitter(program, function, /*scratch_slots=*/0, /*is_part=*/false);
  name_arguments(*function, emitter);
  emitter.emit(program.loops.functions[number].body);
  emitter.builder.CreateRet(emitter.builder.getInt32(DP_OK));
}

void emit_entry(Program& program) {
  llvm::Function* entry = program.define(entry_symbol(), program.function_type(), /*visible=*/true);
  Emitter emitter(program, entry, /*scratch_slots=*/0, /*is_part=*/false);
  name_arguments(*entry, emitter);
  llvm::IRBuilder<>& builder = emitter.builder;
  const Roots& roots = emitter.roots;
  for (std::size_t k = 0; k < program.loops.functions.size(); ++k) {
    const auto callee =
        program.module->getOrInsertFunction(symbol_of(program.loops, k), program.function_type());
    llvm::Value* code = builder.CreateCall(callee, {roots.context, roots.inputs, roots.outputs, roots.arena});
    emitter.when(builder.CreateICmpNE(code, builder.getInt32(DP_OK)), nullptr, {},
                 [&] { builder.CreateRet(code); });
  }
  builder.CreateRet(builder.getInt32(DP_OK));
}

}  // namespace dp::codegen
