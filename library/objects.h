#pragma once
// What the handles of runtime/dp.h are. Both hold the program, so that it may be freed before what was
// compiled from it.

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "codegen/compile.h"
#include "dpc/program.h"
#include "library/failure.h"
#include "runtime/dp.h"

namespace dp::library {

struct Settings {
  CommonOptions options;
  std::int64_t memory_limit = 0;
  void (*print)(void* host, const char* line, std::size_t bytes) = nullptr;
  void* host = nullptr;
};

/// A program that was loaded, and the tables that describe it.
struct Loaded {
  std::shared_ptr<const Program> program;
  Settings settings;
};

/// The information about one function, with what it points to.
struct FunctionEntry {
  dp_function_info info{};
  std::deque<std::string> texts;  // never move
  std::vector<dp_parameter_info> parameters;
  std::vector<const char*> dimensions;
};

/// The tensors that a call takes or gives.
struct TensorTable {
  std::vector<dp_tensor_info> tensors;
  std::deque<std::string> names;
  std::deque<std::vector<std::int64_t>> extents;

  void add(const std::string& name, const Type& type, std::int64_t bound);
};

}  // namespace dp::library

struct dp_program {
  std::shared_ptr<const dp::library::Loaded> loaded;
  std::deque<dp::library::FunctionEntry> functions;
  std::unique_ptr<dp_failure> warnings;
};

struct dp_compiled {
  std::shared_ptr<const dp::library::Loaded> loaded;
  std::shared_ptr<const dp::Executable> executable;
  dp::library::TensorTable inputs, outputs;
  std::int64_t workspace_bytes = 0;
};
