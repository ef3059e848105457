#pragma once
// Array files of any of the formats, told apart by the end of their names.

#include "runtime/files/read_file.h"

namespace dp {

/// `.npy`: one array without a name · `.npz`, `.safetensors`: all of theirs · `.csv`: a column an array, i64
/// or f64 ·
/// `.txt`: the bytes of the text as an i32 array named `bytes`. E1006 for other names.
Result<std::vector<NamedArray>> read_arrays(const std::string& path, const ReadLimits& limits = {});

/// `.npy` takes exactly one array, `.npz` and `.safetensors` any number. E1006 for other names.
Status write_arrays(const std::string& path, const std::vector<NamedArray>& arrays);

/// The array of that name, E1007 with a suggestion where there is none.
Result<Array> select_array(const std::vector<NamedArray>& arrays, const std::string& name,
                           const std::string& path);

}  // namespace dp
