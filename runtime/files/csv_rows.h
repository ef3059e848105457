#pragma once
// Splits a .csv text into rows of fields. A part of the .csv reader.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dp {

class CsvRows {
 public:
  explicit CsvRows(std::string_view text);

  /// Reads the next row into `fields()`. False at the end or at a fault, which `fault()` then describes.
  bool next();
  const std::vector<std::string_view>& fields() const { return fields_; }  // valid until the next call
  /// The number of the row, from 1.
  std::int64_t row() const { return row_; }
  const std::optional<std::string>& fault() const { return fault_; }

 private:
  bool read_field();
  bool read_quoted();
  bool read_plain();
  bool end_field(std::string_view field);
  bool fail(std::string reason);

  std::string_view text_;
  std::size_t position_ = 0;
  std::size_t row_begin_ = 0;
  std::int64_t row_ = 0;
  bool row_ended_ = false;
  std::vector<std::string_view> fields_;
  std::vector<std::string> unquoted_;  // texts of fields that had doubled quotes
  std::optional<std::string> fault_;
};

}  // namespace dp
