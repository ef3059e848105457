#pragma once
// What `dpc build` makes a library of: the functions that were asked for, specialised to their sizes and
// compiled to loops, and the names that they and their tensors have in C.

#include <optional>
#include <string>
#include <vector>

#include "dpc/options.h"
#include "dpc/program.h"
#include "ir/loops.h"

namespace dp {

/// A tensor that is passed in or out: a leaf of a parameter or of the result.
struct LibraryTensor {
  std::string path;  // "net.fc1.w"; of a result "result", "result.0"
  std::string name;  // "net_fc1_w", unique in its function
  Dtype dtype;
  std::vector<std::int64_t> shape;
  std::optional<std::int64_t> bound;  // its integers lie in 0 … bound - 1

  bool is_scalar() const { return shape.empty(); }
  std::int64_t count() const;
};

struct LibraryFunction {
  std::string name;         // in C, without the library's prefix
  std::string declaration;  // "predict(x: real[n, 4]) -> real[n]"
  std::string doc;
  std::string sizes;  // "n = 8", or empty
  std::vector<LibraryTensor> inputs, outputs;
  loops::Module module;
};

struct Library {
  std::string file;    // the .dp file, as messages call it
  std::string stem;    // NAME of libNAME.so
  std::string prefix;  // NAME as C writes it
  std::vector<LibraryFunction> functions;
};

/// `words` are FN… and DIM=SIZE…. E2231, E2232, E2233 where nothing can be made of them; functions of open
/// sizes that nobody named are left out, and `skipped` says so.
Result<Library> plan_library(Program& program, const std::vector<std::string>& words,
                             const CommonOptions& options, std::vector<std::string>& skipped);

/// "real[n, 4]" of a leaf as C and Python users read it: "float32[8, 4]".
std::string shape_text(const LibraryTensor& tensor);

}  // namespace dp
