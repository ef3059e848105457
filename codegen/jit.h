#pragma once
// Object files into memory that runs. Pages are written first and made executable afterwards, never both;
// code can call what is on the list in jit.cpp and nothing else of this process.

#include <llvm/ExecutionEngine/Orc/LLJIT.h>

#include "codegen/target.h"
#include "runtime/dp_runtime.h"

namespace dp::codegen {

class Jit {
 public:
  static Result<std::unique_ptr<Jit>> create(const Target& target);

  /// Adds an object and links nothing yet.
  Status add(std::unique_ptr<llvm::MemoryBuffer> object);
  /// Links, and gives the function of that name, which lives as long as this.
  Result<dp_function> find(const std::string& symbol);

 private:
  explicit Jit(std::unique_ptr<llvm::orc::LLJIT> session) : session_(std::move(session)) {}
  std::unique_ptr<llvm::orc::LLJIT> session_;
};

}  // namespace dp::codegen
