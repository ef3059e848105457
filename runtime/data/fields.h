#pragma once
// The fields of a data set, made from the arrays of a file: types converted by the language's rules, shapes
// and bounds checked once, here, so that nothing that indexes by them has to check again.

#include <optional>
#include <string>
#include <vector>

#include "runtime/files/npy_map.h"

namespace dp {

/// What the program declares of a field.
struct FieldType {
  std::string name;
  Dtype dtype = Dtype::f32;
  std::vector<std::int64_t> shape;    // of one example
  std::optional<std::int64_t> bound;  // of integers: 0 … bound − 1
};

/// Where values come from, for messages.
struct Origin {
  std::string path;
  std::string column;
  std::int64_t first_row = 0;  // the number that the file gives to the first example
};

enum class ScalingKind { standardize, minmax, whiten };

/// x becomes (x − offset) / scale, element by element of an example; under `whiten` scale is [n, n] and x
/// becomes scale · (x − offset). Both are f64, flat over an example.
struct Scaling {
  ScalingKind kind = ScalingKind::standardize;
  std::string field;
  Array offset;
  Array scale;
};

/// One array for all examples. Example i is the `example_count` elements from `start + i * stride` on;
/// examples may overlap (windows of a text).
struct Field {
  std::string name;
  Array values;
  std::vector<std::int64_t> shape;  // of one example
  std::int64_t examples = 0;
  std::int64_t start = 0;
  std::int64_t stride = 0;
  /// In place of `values`, which then has no examples and tells the dtype alone: read, converted and scaled
  /// an example at a time.
  std::shared_ptr<const MappedNpy> mapped{};
  std::vector<Scaling> pending{};  // of a mapped field, in order

  std::int64_t example_count() const;  // elements of one example
  bool overlaps() const { return stride < example_count(); }
};

/// `values` is [examples, …] with as many elements an example as the type says. Integers become real or wider
/// integers; reals change precision; E1101 for reals in place of integers, E1102 for integers out of the
/// bound, E1103 for shapes, E1109 where an i32 overflows.
Result<Field> make_field(const FieldType& type, const Array& values, const Origin& origin);

/// The same of a file that stays on the disk; integers are read once, to be checked.
Result<Field> make_mapped_field(const FieldType& type, MappedNpy file, const Origin& origin);

/// Inputs of `length` bytes and targets, the same shifted by one, over all positions of a text; both i32.
/// E1108 where the text is too short.
struct Windows {
  Field inputs, targets;
};
Result<Windows> make_windows(const Array& bytes, std::int64_t length);

/// Columns of equal length side by side, [examples, columns]: i64 where all are integers, else f64.
/// E1007 for an unknown name, E1104 where the lengths differ.
Result<Array> stack_columns(const std::vector<NamedArray>& columns, const std::vector<std::string>& names,
                            const std::string& path);

/// The names from `first` to `last` in the order of the file.
Result<std::vector<std::string>> column_range(const std::vector<NamedArray>& columns,
                                              const std::string& first, const std::string& last,
                                              const std::string& path);

}  // namespace dp
