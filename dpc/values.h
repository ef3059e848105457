#pragma once
// Values between the command line and a function: `x=[1.0, 2.0]`, `x=@file.npy`, `net=init:7` become arrays,
// one for each leaf of each parameter, and bind the function's dimensions; results are printed as .dp
// literals or JSON, or written to files.

#include <map>
#include <string>
#include <vector>

#include "dpc/program.h"
#include "frontend/typed.h"
#include "support/array.h"
#include "support/result.h"

namespace dp {

/// `NAME=VALUE` pairs of the command line.
struct NamedValue {
  std::string name;
  std::string value;
};

/// The arguments of one call: the arrays of all leaves, and what they say of the function's dimensions.
struct CallArguments {
  std::vector<Array> arrays;
  BuildOptions build;
};

/// What becomes of a parameter without a value: the call is refused, or a value is drawn for it.
enum class Missing { refused, drawn };

/// Reads the values for a function's parameters. Every parameter needs one (or has a default, which is left
/// out of `arrays` by evaluation in the program). `name=3` for a dimension that no parameter has binds that
/// dimension.
Result<CallArguments> read_arguments(Program& program, const typed::Function& function,
                                     const std::vector<NamedValue>& values, const CommonOptions& options,
                                     Missing missing = Missing::refused);

/// A result as text: .dp literals with shortest round-trip digits, whole numbers of real type as `1.0`.
std::string print_literal(const typed::Type& type, const std::vector<Array>& leaves);
/// JSON: nested lists, tuples as lists, structs and layers as objects, "NaN", "Infinity", "-Infinity" as
/// strings.
std::string print_json(const typed::Type& type, const std::vector<Array>& leaves);

/// `-o`: by suffix .npy (one tensor), .npz or .safetensors (by path).
Status write_results(const std::string& path, const std::vector<Leaf>& leaves,
                     const std::vector<Array>& arrays);

}  // namespace dp
