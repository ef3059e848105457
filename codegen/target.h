#pragma once
// The machine that code is made for: which CPU, which vectors, how LLVM is told. Everything that depends on
// the width of vectors or the number of registers asks here; nothing else names an instruction set.

#include <llvm/Target/TargetMachine.h>

#include <memory>

#include "codegen/compile.h"

namespace dp::codegen {

struct Target {
  TargetFacts facts;
  std::string triple;
  std::string cpu;
  std::string features;
  bool has_fma = true;

  /// Lanes of one register with elements of `bytes`.
  unsigned lanes(std::size_t bytes) const { return static_cast<unsigned>(facts.vector_bytes / bytes); }
};

/// The target of `options.cpu`; an unknown name is a diagnostic.
Result<Target> make_target(const CompileOptions& options);

/// LLVM's machine for it. One for each thread that compiles.
std::unique_ptr<llvm::TargetMachine> make_machine(const Target& target, const CompileOptions& options);

}  // namespace dp::codegen
