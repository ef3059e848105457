#pragma once
// From a built graph to something that can be called: through the passes, then either the reference
// interpreter or compiled code. Both are called the same way, so that every command can use either.

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "codegen/compile.h"
#include "dpc/options.h"
#include "dpc/program.h"
#include "ir/graph.h"
#include "passes/pipeline.h"

namespace dp {

class Engine {
 public:
  /// All dimensions of the graph must be known.
  static Result<Engine> create(const Graph& graph, const CommonOptions& options, Stopwatch& watch);
  /// Of loops that went through all passes already.
  static Result<Engine> create(loops::Module module, const CommonOptions& options, Stopwatch& watch);

  /// New arrays for the outputs.
  Result<std::vector<Array>> run(std::span<const Array> inputs) const;
  /// Into the caller's arrays, which must have the outputs' types. An output may be an input that the graph
  /// donates to it; where the plan found that it is read later, it is written beside and copied.
  Status run_into(std::span<const Array> inputs, std::span<Array> outputs) const;

  const std::vector<Type>& output_types() const { return output_types_; }
  std::int64_t arena_bytes() const { return arena_bytes_; }

 private:
  Result<std::vector<Array>> interpreted(std::span<const Array> inputs) const;

  std::shared_ptr<const Graph> graph_;            // of the interpreter
  std::shared_ptr<const loops::Module> loops_;    // of the interpreter of loops
  std::shared_ptr<const Executable> executable_;  // of compiled code
  std::shared_ptr<Array> arena_;
  std::vector<Type> output_types_;
  std::int64_t arena_bytes_ = 0;
  std::map<std::size_t, std::size_t> in_place_;  // output → the input that the plan lets it be written over
};

PassOptions pass_options(const CommonOptions& options);
CompileOptions compile_options(const CommonOptions& options);

/// Zero-filled arrays of these types; all dimensions must be known.
std::vector<Array> arrays_of(std::span<const Type> types);

}  // namespace dp
