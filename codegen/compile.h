#pragma once
// From the loop IR to code that runs: emits LLVM IR for a module, compiles it in memory, and calls it. The
// only doors of this folder are here; LLVM's own types never leave it.

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "ir/loops.h"
#include "support/array.h"
#include "support/result.h"

namespace dp {

struct CompileOptions {
  int optimize = 2;            // -O0 … -O3: never changes a bit of a result
  std::string cpu = "native";  // or an LLVM CPU name, e.g. "x86-64-v3"
  bool fast_math = false;
  int threads = 0;  // 0: as many as there are cores
};

/// Seconds spent in each phase of a compilation, in order.
using Timings = std::vector<std::pair<std::string, double>>;

/// Compiled code. Calls from several threads at once need an arena each.
class Executable {
 public:
  virtual ~Executable() = default;
  /// Runs on the caller's memory: one pointer for each input and output, `arena_bytes` of scratch aligned
  /// to 64. An output may be the same memory as an input that the plan donated to it.
  virtual Status run(std::span<const void* const> inputs, std::span<void* const> outputs,
                     void* arena) const = 0;
};

/// Prints of the program go to `print`.
Result<std::shared_ptr<const Executable>> compile(const loops::Module& module, const CompileOptions& options,
                                                  std::function<void(std::string_view)> print,
                                                  Timings* timings);

/// The module as LLVM IR, and as assembly of the target.
Result<std::string> emit_llvm(const loops::Module& module, const CompileOptions& options);
Result<std::string> emit_assembly(const loops::Module& module, const CompileOptions& options);

/// The module as an object file of the target, position independent. Its one symbol is `symbol`, a
/// `dp_function` of runtime/dp_runtime.h that is hidden outside of the library it is linked into.
Result<std::string> emit_object(const loops::Module& module, const CompileOptions& options,
                                const std::string& symbol);

/// Floating-point peak and bandwidth facts of the target that schedules are made from.
struct TargetFacts {
  std::string cpu;
  int vector_bytes = 16;
  int vector_registers = 16;
  std::int64_t l1_bytes = 32 << 10, l2_bytes = 1 << 20;
};
TargetFacts target_facts(const CompileOptions& options);

}  // namespace dp
