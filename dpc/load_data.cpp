#include "dpc/load_data.h"

#include <algorithm>
#include <filesystem>

#include "dpc/engine.h"
#include "runtime/files/array_file.h"

namespace dp {
namespace {

/// The columns that a field is made from, side by side, or the array that it names; the only one of a file
/// whose array has no name.
Result<Array> raw_values(const typed::DataField& field, const std::vector<NamedArray>& arrays,
                         const std::string& path) {
  const bool single = field.columns.size() == 1;
  if (single || field.columns.empty())
    return select_array(arrays, single ? field.columns.front() : field.array, path);
  return stack_columns(arrays, field.columns, path);
}

/// What the file has for an example fills the shape that the field's expression reads, row by row.
Result<Array> as_declared(const typed::DataField& field, const typed::Module& module,
                          const BuildOptions& build, const Array& values) {
  const Leaf leaf = leaves(module, field.raw, build).at(0);
  FieldType type{field.name, values.dtype(), constants(leaf.type.shape).value_or(std::vector<std::int64_t>{}),
                 std::nullopt};
  auto filled = make_field(type, values, {});
  if (!filled) return filled.error();
  return std::move(filled->values);
}

Array as_real(const Array& from, Dtype dtype) {
  Array out(dtype, from.shape());
  for (std::int64_t k = 0; k < out.count(); ++k) out.set_real(k, from.real(k));
  return out;
}

/// The field's expression of the raw values, computed for all examples at once.
Result<Array> computed(Program& program, const typed::DataField& field, const Array& raw) {
  if (!field.value) return raw;
  if (raw.shape().empty()) return raw;  // refused as a field
  BuildOptions build = program.build_options();
  auto graph = build_data_field(*program.module, field, raw.shape().at(0), build);
  if (!graph) return graph.error();
  CommonOptions interpret;
  interpret.interpret = true;  // runs once: compiling it would cost more
  auto engine = Engine::create(*graph, interpret, program.watch);
  if (!engine) return engine.error();
  const auto values = as_declared(field, *program.module, build, as_real(raw, build.real));
  if (!values) return values.error();
  auto result = engine->run(std::span<const Array>(&*values, 1));
  if (!result) return result.error();
  return std::move(result->at(0));
}

FieldType type_of(Program& program, const typed::DataField& field) {
  const Leaf leaf = leaves(*program.module, field.type, program.build_options()).at(0);
  FieldType type{field.name, leaf.type.dtype,
                 constants(leaf.type.shape).value_or(std::vector<std::int64_t>{}), std::nullopt};
  if (leaf.bound) type.bound = leaf.bound->constant();
  return type;
}

/// Inputs or targets: windows of the text, whose bytes are checked once.
Result<Field> load_window(const typed::DataField& field, const FieldType& type, const Array& bytes,
                          const Origin& origin) {
  const FieldType element{type.name, type.dtype, {}, type.bound};
  auto checked = make_field(element, bytes, origin);
  if (!checked) return checked.error();
  auto windows = make_windows(checked->values, type.shape.at(0));
  if (!windows) return windows.error();
  Field result = field.array == "inputs" ? windows->inputs : windows->targets;
  result.name = field.name;
  return result;
}

Result<Field> load_field(Program& program, const typed::DataField& field, const ArrayFile& file,
                         const std::string& path) {
  const FieldType type = type_of(program, field);
  const bool is_text = path.ends_with(".txt");
  if (is_text && field.array != "inputs" && field.array != "targets")
    return diagnose(diag::ArrayNotFound, {}, path,
                    field.columns.empty() ? field.array : field.columns.front());
  if (is_text) return load_window(field, type, file.arrays.front().array, {path, "byte", 0});
  auto raw = raw_values(field, file.arrays, path);
  if (!raw) return raw.error();
  auto values = computed(program, field, *raw);
  if (!values) return values.error();
  const std::string column = field.columns.empty() ? field.array : field.columns.front();
  return make_field(type, *values, {path, column, file.first_row});
}

/// Whether all fields are the one array of a .npy file as it is, and that does not fit into memory.
bool stays_on_disk(const typed::Data& data, const std::string& path, std::int64_t memory) {
  const auto is_plain = [](const typed::DataField& field) {
    return !field.value && field.array.empty() && field.columns.empty();
  };
  if (!path.ends_with(".npy") || !std::ranges::all_of(data.fields, is_plain)) return false;
  const auto needed = npy_memory_bytes(path);
  return needed && *needed > static_cast<std::uint64_t>(memory);
}

Result<std::vector<Field>> load_fields(Program& program, const typed::Data& data, const std::string& path,
                                       const ReadLimits& limits) {
  std::vector<Field> fields;
  const auto add = [&fields](Result<Field> field) -> Status {
    if (!field) return field.error();
    fields.push_back(std::move(*field));
    return Done{};
  };
  const bool mapped = stays_on_disk(data, path, limits.memory_bytes);
  auto arrays = mapped ? Result<ArrayFile>(ArrayFile{}) : read_arrays(path, limits);
  if (!arrays) {
    Diagnostic error = arrays.error();
    if (error.code != diag::UnknownArrayFormat.code) return error;
    return std::move(error).note("data come from .csv, .npy, .npz, .safetensors and .txt files");
  }
  for (const typed::DataField& declared : data.fields) {
    if (!mapped) {
      if (auto status = add(load_field(program, declared, *arrays, path)); !status) return status.error();
      continue;
    }
    auto file = MappedNpy::open(path);
    if (!file) return file.error();
    auto status = add(make_mapped_field(type_of(program, declared), std::move(*file), {path, "", 0}));
    if (!status) return status.error();
  }
  return fields;
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
  auto fields = load_fields(program, data, path, {});
  if (!fields) return fields.error();
  std::vector<ScalingRequest> scalings;
  for (const auto& [kind, field] : data.scalings)
    if (const auto known = scaling_from_name(kind)) scalings.push_back({*known, field});
  return Dataset::create(std::move(*fields), split_of(data), scalings);
}

}  // namespace dp
