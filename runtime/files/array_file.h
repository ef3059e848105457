#pragma once
// Array files of any of the formats, told apart by the end of their names.

#include "runtime/files/read_file.h"

namespace dp {

struct ArrayFile {
  std::vector<NamedArray> arrays;
  std::int64_t first_row =
      0;  // what messages call the first element of an array: its row in a .csv file, else 0
};

/// `.npy`: one array without a name · `.npz`, `.safetensors`: all of theirs · `.csv`: a column an array, i64
/// or f64 ·
/// `.txt`: the bytes of the text as an i32 array named `bytes`. E1006 for other names.
Result<ArrayFile> read_arrays(const std::string& path, const ReadLimits& limits = {});

/// `.npy` takes exactly one array, `.npz` and `.safetensors` any number. E1006 for other names.
Status write_arrays(const std::string& path, const std::vector<NamedArray>& arrays);

/// The array of that name, E1007 with a suggestion where there is none.
Result<Array> select_array(const std::vector<NamedArray>& arrays, const std::string& name,
                           const std::string& path);

}  // namespace dp
