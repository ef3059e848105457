#include "runtime/files/csv_rows.h"

#include <fmt/format.h>

namespace dp {
namespace {

constexpr std::size_t longest_field = std::size_t{1} << 20;
constexpr std::size_t longest_row = std::size_t{16} << 20;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

}  // namespace

CsvRows::CsvRows(std::string_view text) : text_(text) {
  if (text_.starts_with(byte_order_mark)) position_ = byte_order_mark.size();
}

bool CsvRows::next() {
  // Empty lines behind the last row are no rows.
  if (text_.find_first_not_of("\r\n", position_) == std::string_view::npos || fault_) return false;
  ++row_;
  row_begin_ = position_;
  row_ended_ = false;
  fields_.clear();
  unquoted_.clear();
  unquoted_.reserve(8);
  while (!row_ended_) {
    if (!read_field()) return false;
  }
  return true;
}

bool CsvRows::fail(std::string reason) {
  fault_ = fmt::format("row {}, column {}: {}", row_, fields_.size() + 1, reason);
  return false;
}

bool CsvRows::read_field() {
  const bool quoted = position_ < text_.size() && text_[position_] == '"';
  return quoted ? read_quoted() : read_plain();
}

bool CsvRows::read_plain() {
  const std::size_t end = std::min(text_.find_first_of(",\r\n\"", position_), text_.size());
  const std::string_view field = text_.substr(position_, end - position_);
  position_ = end;
  if (end < text_.size() && text_[end] == '"') return fail("a quote stands inside of a field");
  return end_field(field);
}

bool CsvRows::read_quoted() {
  const std::size_t begin = ++position_;
  std::string joined;  // used only where quotes are doubled
  std::size_t piece = begin;
  for (;;) {
    const std::size_t quote = text_.find('"', position_);
    if (quote == std::string_view::npos || quote - begin > longest_field)
      return fail("a quote is not closed");
    position_ = quote + 1;
    const bool doubled = position_ < text_.size() && text_[position_] == '"';
    if (!doubled) break;
    joined.append(text_.substr(piece, quote + 1 - piece));
    piece = ++position_;
  }
  const std::string_view last = text_.substr(piece, position_ - 1 - piece);
  if (piece == begin) return end_field(last);
  if (unquoted_.size() == unquoted_.capacity()) return fail("too many fields of a row have doubled quotes");
  unquoted_.push_back(joined.append(last));
  return end_field(unquoted_.back());
}

/// Takes the field and steps over what separates it from the next.
bool CsvRows::end_field(std::string_view field) {
  if (field.size() > longest_field) return fail("the field is longer than 1 MiB");
  if (position_ - row_begin_ > longest_row) return fail("the row is longer than 16 MiB");
  if (field.find('\0') != std::string_view::npos) return fail("the field holds a zero byte");
  row_ended_ = position_ >= text_.size() || text_[position_] != ',';
  if (!row_ended_) {
    ++position_;
  } else if (text_.substr(position_).starts_with("\r\n")) {
    position_ += 2;
  } else if (text_.substr(position_).starts_with("\n")) {
    position_ += 1;
  } else if (position_ < text_.size()) {
    return fail(text_[position_] == '\r' ? "a carriage return without a newline"
                                         : "text behind a closing quote");
  }
  fields_.push_back(field);
  return true;
}

}  // namespace dp
