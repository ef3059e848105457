#include "dpc/load_parameter.h"

#include <algorithm>

#include "runtime/files/npy.h"
#include "runtime/files/npz.h"
#include "runtime/files/safetensors.h"

namespace dp {
namespace {

Diagnostic bad(const std::string& path, const std::string& why) {
  return diagnose(diag::BadValue, {}, path, why);
}

std::string shape_text(std::span<const std::int64_t> shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

/// A single tensor may stand in the file alone, whatever its name.
const NamedArray* find(const std::vector<NamedArray>& arrays, const std::string& leaf,
                       const std::string& name) {
  const std::string inner = leaf == name ? leaf : leaf.substr(name.size() + 1);
  for (const NamedArray& each : arrays)
    if (each.name == leaf || each.name == inner || each.name.ends_with("." + inner)) return &each;
  return leaf == name && arrays.size() == 1 ? &arrays.front() : nullptr;
}

}  // namespace

Result<std::vector<NamedArray>> read_named_arrays(const std::string& path) {
  if (path.ends_with(".npz")) return read_npz(path);
  if (path.ends_with(".npy")) {
    auto array = read_npy(path);
    if (!array) return array.error();
    std::vector<NamedArray> one;
    one.push_back({"", std::move(*array)});
    return one;
  }
  auto file = read_safetensors(path);
  if (!file) return file.error();
  return std::move(file->arrays);
}

Result<Array> converted(const Array& from, Dtype dtype, const std::string& what) {
  if (from.dtype() == dtype) return from;
  if (is_real(from.dtype()) && !is_real(dtype))
    return bad(what, fmt::format("it holds {} where {} is needed", name(from.dtype()), name(dtype)));
  Array out(dtype, from.shape());
  for (std::int64_t k = 0; k < out.count(); ++k) {
    if (is_real(dtype))
      out.set_real(k, from.real(k));
    else
      out.set_integer(k, from.integer(k));
  }
  return out;
}

Status read_parameter(const std::string& path, const std::string& name, std::span<const StateLeaf> leaves,
                      std::vector<Array>& state) {
  const auto arrays = read_named_arrays(path);
  if (!arrays) return arrays.error();
  for (std::size_t k = 0; k < leaves.size(); ++k) {
    const std::string& leaf = leaves[k].path;
    if (leaf != name && !leaf.starts_with(name + ".")) continue;
    const NamedArray* found = find(*arrays, leaf, name);
    if (!found) return bad(path, fmt::format("the file has no `{}`", leaf));
    if (found->array.shape() != state[k].shape())
      return diagnose(diag::ValueShape, {}, leaf, shape_text(found->array.shape()),
                      shape_text(state[k].shape()));
    auto array = converted(found->array, state[k].dtype(), path);
    if (!array) return array.error();
    state[k] = std::move(*array);
  }
  return Done{};
}

}  // namespace dp
