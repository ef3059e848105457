#include "dpc/load_data.h"

#include <filesystem>

#include "dpc/engine.h"
#include "runtime/files/array_file.h"

namespace dp {
namespace {

/// The columns that a field is made from, side by side, or the array that it names.
Result<Array> raw_values(const typed::DataField& field, const std::vector<NamedArray>& arrays,
                         const std::string& path) {
  if (!field.array.empty()) return select_array(arrays, field.array, path);
  return stack_columns(arrays, field.columns, path);
}

Array as_real(const Array& from, Dtype dtype) {
  Array out(dtype, from.shape());
  for (std::int64_t k = 0; k < out.count(); ++k) out.set_real(k, from.real(k));
  return out;
}

/// The field's expression of the raw values, computed for all examples at once.
Result<Array> computed(Program& program, const typed::DataField& field, const Array& raw) {
  if (!field.value) return raw;
  BuildOptions build = program.build_options();
  auto graph = build_data_field(*program.module, field, raw.shape().at(0), build);
  if (!graph) return graph.error();
  CommonOptions interpret;
  interpret.interpret = true;  // runs once: compiling it would cost more
  auto engine = Engine::create(*graph, interpret, program.watch);
  if (!engine) return engine.error();
  const Array values = as_real(raw, build.real);
  auto result = engine->run(std::span<const Array>(&values, 1));
  if (!result) return result.error();
  return std::move(result->at(0));
}

Result<Field> load_field(Program& program, const typed::DataField& field, const ArrayFile& file,
                         const std::string& path) {
  auto raw = raw_values(field, file.arrays, path);
  if (!raw) return raw.error();
  auto values = computed(program, field, *raw);
  if (!values) return values.error();
  const Leaf leaf = leaves(*program.module, field.type, program.build_options()).at(0);
  FieldType type{field.name, leaf.type.dtype,
                 constants(leaf.type.shape).value_or(std::vector<std::int64_t>{}), std::nullopt};
  if (leaf.bound) type.bound = leaf.bound->constant();
  const std::string column = field.columns.empty() ? field.array : field.columns.front();
  return make_field(type, *values, {path, column, file.first_row});
}

Split split_of(const typed::Data& data) {
  Split split;
  if (!data.split.empty()) split.train = 0;
  for (const auto& [part, share] : data.split) {
    if (part == "train") split.train = share;
    if (part == "validation") split.validation = share;
    if (part == "test") split.test = share;
  }
  split.seed = static_cast<std::uint64_t>(data.seed);
  return split;
}

}  // namespace

Result<Dataset> load_data(Program& program, const typed::Data& data, const std::string& replacement,
                          const CommonOptions&) {
  const std::string path = replacement.empty()
                               ? (std::filesystem::path(program.path).parent_path() / data.source).string()
                               : replacement;
  auto arrays = read_arrays(path);
  if (!arrays) return arrays.error();
  std::vector<Field> fields;
  for (const typed::DataField& declared : data.fields) {
    auto field = load_field(program, declared, *arrays, path);
    if (!field) return field.error();
    fields.push_back(std::move(*field));
  }
  std::vector<ScalingRequest> scalings;
  for (const auto& [kind, field] : data.scalings)
    if (const auto known = scaling_from_name(kind)) scalings.push_back({*known, field});
  return Dataset::create(std::move(fields), split_of(data), scalings);
}

}  // namespace dp
