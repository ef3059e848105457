#include "runtime/files/array_file.h"

#include <algorithm>

#include "runtime/files/csv.h"
#include "runtime/files/npz.h"
#include "runtime/files/safetensors.h"

namespace dp {
namespace {

Result<ArrayFile> read_text(const std::string& path, const ReadLimits& limits) {
  const auto file = read_file(path, limits);
  if (!file) return file.error();
  Array bytes = convert_elements(ElementType::u1, false, {static_cast<std::int64_t>(file->size())}, *file);
  return ArrayFile{{{"bytes", std::move(bytes)}}};
}

Result<ArrayFile> read_columns(const std::string& path, const ReadLimits& limits) {
  const auto table = read_csv(path, limits);
  if (!table) return table.error();
  ArrayFile result = {{}, table->file_row(0)};
  for (const CsvColumn& column : table->columns) {
    Array array(column.all_integers ? Dtype::i64 : Dtype::f64, {table->rows});
    for (std::int64_t row = 0; row < table->rows; ++row)
      array.set_real(row, column.values[static_cast<std::size_t>(row)]);
    result.arrays.push_back({column.name, std::move(array)});
  }
  return result;
}

}  // namespace

Result<ArrayFile> read_arrays(const std::string& path, const ReadLimits& limits) {
  if (path.ends_with(".npz")) {
    auto arrays = read_npz(path, limits);
    if (!arrays) return arrays.error();
    return ArrayFile{std::move(*arrays)};
  }
  if (path.ends_with(".csv")) return read_columns(path, limits);
  if (path.ends_with(".txt")) return read_text(path, limits);
  if (path.ends_with(".npy")) {
    auto array = read_npy(path, limits);
    if (!array) return array.error();
    return ArrayFile{{{"", std::move(*array)}}};
  }
  if (path.ends_with(".safetensors")) {
    auto tensors = read_safetensors(path, limits);
    if (!tensors) return tensors.error();
    return ArrayFile{std::move(tensors->arrays)};
  }
  return diagnose(diag::UnknownArrayFormat, {}, path);
}

Status write_arrays(const std::string& path, const std::vector<NamedArray>& arrays) {
  if (path.ends_with(".npz")) return write_npz(path, arrays);
  if (path.ends_with(".safetensors")) return write_safetensors(path, arrays);
  if (!path.ends_with(".npy")) return diagnose(diag::UnknownArrayFormat, {}, path);
  if (arrays.size() != 1) return diagnose(diag::FileFormatLimit, {}, path, "a .npy file holds one array");
  return write_npy(path, arrays.front().array);
}

Result<Array> select_array(const std::vector<NamedArray>& arrays, const std::string& name,
                           const std::string& path) {
  const auto found = std::ranges::find(arrays, name, &NamedArray::name);
  if (found != arrays.end()) return found->array;
  std::vector<std::string> names;
  for (const NamedArray& each : arrays) names.push_back(each.name);
  Diagnostic error = diagnose(diag::ArrayNotFound, {}, path, name);
  const std::string_view near = did_you_mean(name, names);
  if (!near.empty()) return std::move(error).fix(std::string(near));
  return error;
}

}  // namespace dp
