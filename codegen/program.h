#pragma once
// One LLVM module in the making, and what its functions share: types, constants of the program, the runtime
// functions that compiled code may call. Functions are added by `Emitter`.

#include <llvm/IR/Module.h>

#include <memory>

#include "codegen/analysis.h"
#include "codegen/interval.h"
#include "codegen/target.h"

namespace dp::codegen {

/// The runtime functions that generated code may call; their types are those of runtime/dp_runtime.h.
enum class RuntimeCall { parallel_for, fail, print, scratch, call };

class Program {
 public:
  Program(const loops::Module& loops, const Target& target, const CompileOptions& options,
          llvm::LLVMContext& context, std::string_view name);

  const loops::Module& loops;
  const Target& target;
  const CompileOptions& options;
  llvm::LLVMContext& context;
  std::unique_ptr<llvm::Module> module;
  LoadedBuffers loaded;
  Intervals intervals;

  /// The type that an element is computed with; in memory a bool takes a byte.
  llvm::Type* type(Dtype dtype) const;
  llvm::Type* memory_type(Dtype dtype) const;
  llvm::PointerType* pointer_type() const;

  /// `i32 name(context, inputs, outputs, arena)`.
  llvm::FunctionType* function_type() const;
  /// A function that is to be defined here, with the attributes that all have.
  llvm::Function* define(const std::string& name, llvm::FunctionType* type, bool visible);
  llvm::FunctionCallee runtime(RuntimeCall call);
  /// The elements of a constant buffer, read-only.
  llvm::Constant* constant(loops::BufferId buffer);

 private:
  std::unordered_map<loops::BufferId, llvm::Constant*> constants_;
};

/// One element of a literal as a constant of the type that it is computed with.
llvm::Constant* constant_element(llvm::Type* type, const Literal& literal, std::size_t position);

}  // namespace dp::codegen
