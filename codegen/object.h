#pragma once
// From an LLVM module to machine code: the few passes that vector code written out needs, then LLVM's code
// generator.

#include <llvm/Support/MemoryBuffer.h>

#include "codegen/program.h"

namespace dp::codegen {

/// Improves the functions; which passes run depends on `options.optimize`. No pass changes a bit of a result.
void optimize(llvm::Module& module, llvm::TargetMachine& machine, const CompileOptions& options);

/// An object file of the optimized module.
std::unique_ptr<llvm::MemoryBuffer> make_object(llvm::Module& module, llvm::TargetMachine& machine);
std::string make_assembly(llvm::Module& module, llvm::TargetMachine& machine);
std::string text_of(const llvm::Module& module);

}  // namespace dp::codegen
