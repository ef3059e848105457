#pragma once
// `frozen net: Classifier from "net.safetensors"`: the leaves of a parameter from a file, in place of initial
// values.

#include <span>
#include <string>
#include <vector>

#include "frontend/build.h"
#include "runtime/files/array_file.h"
#include "support/array.h"
#include "support/result.h"

namespace dp {

/// The arrays of a .safetensors or .npz file; the one of a .npy file under the name "".
Result<std::vector<NamedArray>> read_named_arrays(const std::string& path);

/// `from` in another dtype. E2201 for reals where integers are asked for; `what` is what it is called there.
Result<Array> converted(const Array& from, Dtype dtype, const std::string& what);

/// Puts the arrays of the file (.safetensors, .npz; .npy for a single tensor) into those of `state` whose
/// leaf is `name` or begins with `name.`. In the file a leaf is called by its path, or by the end of it:
/// `net.fc1.w`, `fc1.w`. Errors: what the reader says; E2201 where the file lacks a leaf; E2204 where a shape
/// is another.
Status read_parameter(const std::string& path, const std::string& name, std::span<const StateLeaf> leaves,
                      std::vector<Array>& state);

}  // namespace dp
