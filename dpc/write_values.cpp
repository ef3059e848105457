// Results as files, by the suffix of the name.

#include "dpc/values.h"
#include "runtime/files/array_file.h"

namespace dp {

Status write_results(const std::string& path, const std::vector<Leaf>& leaves,
                     const std::vector<Array>& arrays) {
  if (path.ends_with(".npy") && arrays.size() != 1)
    return diagnose(diag::OutputForm, {}, path, fmt::format("it has {} parts", arrays.size()))
        .fix("-o " + path.substr(0, path.size() - 3) + "npz");
  std::vector<NamedArray> named;
  for (std::size_t k = 0; k < arrays.size(); ++k) named.push_back({leaves[k].path, arrays[k]});
  if (!path.ends_with(".npy") && named.size() == 1 && named[0].name.empty()) named[0].name.push_back('0');
  return write_arrays(path, named);
}

}  // namespace dp
