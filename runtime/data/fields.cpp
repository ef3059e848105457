#include "runtime/data/fields.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <limits>

#include "runtime/files/array_file.h"

namespace dp {
namespace {

std::int64_t product(std::span<const std::int64_t> extents) {
  std::int64_t result = 1;
  for (const std::int64_t extent : extents) result *= extent;
  return result;
}

std::string shown(std::span<const std::int64_t> shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

/// Rows of the origin are counted in examples, of which each has `width` elements.
Status check_integers(const FieldType& type, const Array& values, const Origin& origin) {
  const bool is_bool = type.dtype == Dtype::boolean;
  const std::optional<std::int64_t> bound = is_bool ? 2 : type.bound;
  const std::int64_t width = std::max<std::int64_t>(product(type.shape), 1);
  const std::string& column = origin.column.empty() ? type.name : origin.column;
  for (std::int64_t i = 0; i < values.count(); ++i) {
    const std::int64_t value = values.integer(i);
    const std::int64_t row = origin.first_row + i / width;
    if (bound && (value < 0 || value >= *bound)) {
      return diagnose(diag::LabelOutOfBound, {}, origin.path, row, column, value, *bound);
    }
    const bool fits = value >= std::numeric_limits<std::int32_t>::min() &&
                      value <= std::numeric_limits<std::int32_t>::max();
    if (type.dtype == Dtype::i32 && !fits) {
      return diagnose(diag::IntegerRange, {}, origin.path, row, column, static_cast<double>(value));
    }
  }
  return Done{};
}

/// Whether an array of that shape and dtype can become the field at all.
Status check_type(const FieldType& type, const std::vector<std::int64_t>& shape, Dtype dtype,
                  const Origin& origin) {
  if (shape.empty()) return diagnose(diag::FieldShape, {}, type.name, shown(type.shape), "a single number");
  const std::vector<std::int64_t> given(shape.begin() + 1, shape.end());
  if (product(given) != product(type.shape))
    return diagnose(diag::FieldShape, {}, type.name, shown(type.shape), shown(given));
  if (is_real(dtype) && !is_real(type.dtype))
    return diagnose(diag::RealForInteger, {}, origin.path, origin.column, type.name);
  return Done{};
}

}  // namespace

std::int64_t Field::example_count() const { return product(shape); }

Result<Field> make_field(const FieldType& type, const Array& values, const Origin& origin) {
  if (auto status = check_type(type, values.shape(), values.dtype(), origin); !status) return status.error();
  if (!is_real(type.dtype)) {
    if (auto status = check_integers(type, values, origin); !status) return status.error();
  }
  const std::int64_t examples = values.shape().front();
  std::vector<std::int64_t> shape = {examples};
  shape.insert(shape.end(), type.shape.begin(), type.shape.end());
  Array converted(type.dtype, std::move(shape));
  const bool as_reals = is_real(values.dtype());
  for (std::int64_t i = 0; i < values.count(); ++i) {
    if (as_reals)
      converted.set_real(i, values.real(i));
    else
      converted.set_integer(i, values.integer(i));
  }
  return Field{type.name, std::move(converted), type.shape, examples, 0, product(type.shape)};
}

Result<Field> make_mapped_field(const FieldType& type, MappedNpy file, const Origin& origin) {
  if (auto status = check_type(type, file.shape(), file.dtype(), origin); !status) return status.error();
  constexpr std::int64_t at_once = 4096;
  const std::int64_t examples = file.shape().front();
  for (std::int64_t first = 0; !is_real(type.dtype) && first < examples; first += at_once) {
    Origin here = origin;
    here.first_row += first;
    const auto status = check_integers(type, file.rows(first, std::min(at_once, examples - first)), here);
    if (!status) return status.error();
  }
  std::vector<std::int64_t> shape = {0};
  shape.insert(shape.end(), type.shape.begin(), type.shape.end());
  Field field{type.name, Array(type.dtype, shape), type.shape, examples, 0, product(type.shape)};
  field.mapped = std::make_shared<const MappedNpy>(std::move(file));
  return field;
}

Result<Windows> make_windows(const Array& bytes, std::int64_t length) {
  const std::int64_t examples = bytes.count() - length;
  if (length < 1 || examples < 1) return diagnose(diag::TextTooShort, {}, bytes.count(), length);
  const Field inputs = {"inputs", bytes, {length}, examples, 0, 1};
  const Field targets = {"targets", bytes, {length}, examples, 1, 1};
  return Windows{inputs, targets};
}

Result<Array> stack_columns(const std::vector<NamedArray>& columns, const std::vector<std::string>& names,
                            const std::string& path) {
  std::vector<Array> parts;
  bool has_reals = false;
  for (const std::string& name : names) {
    auto column = select_array(columns, name, path);
    if (!column) return column.error();
    if (column->count() != (parts.empty() ? column->count() : parts.front().count())) {
      return diagnose(diag::FieldLengths, {}, names.front(), parts.front().count(), name, column->count());
    }
    has_reals |= is_real(column->dtype());
    parts.push_back(std::move(*column));
  }
  const std::int64_t examples = parts.empty() ? 0 : parts.front().count();
  const auto width = static_cast<std::int64_t>(parts.size());
  Array stacked(has_reals ? Dtype::f64 : Dtype::i64, {examples, width});
  for (std::int64_t column = 0; column < width; ++column) {
    const Array& part = parts[static_cast<std::size_t>(column)];
    for (std::int64_t row = 0; row < examples; ++row) {
      if (has_reals)
        stacked.set_real(row * width + column, part.real(row));
      else
        stacked.set_integer(row * width + column, part.integer(row));
    }
  }
  return stacked;
}

Result<std::vector<std::string>> column_range(const std::vector<NamedArray>& columns,
                                              const std::string& first, const std::string& last,
                                              const std::string& path) {
  for (const std::string& end : {first, last}) {
    if (auto found = select_array(columns, end, path); !found) return found.error();
  }
  const auto begin = std::ranges::find(columns, first, &NamedArray::name);
  const auto end = std::ranges::find(columns, last, &NamedArray::name);
  if (end < begin) return diagnose(diag::ArrayNotFound, {}, path, first + "\"..\"" + last);
  std::vector<std::string> names;
  for (auto each = begin; each <= end; ++each) names.push_back(each->name);
  return names;
}

}  // namespace dp
