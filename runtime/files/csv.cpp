#include "runtime/files/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <set>

#include "runtime/files/csv_rows.h"
#include "support/unicode.h"

namespace dp {
namespace {

constexpr std::int64_t largest_exact_integer = std::int64_t{1} << 53;

std::string_view trimmed(std::string_view field) {
  const std::size_t begin = field.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return field.substr(begin, field.find_last_not_of(" \t") - begin + 1);
}

/// Whether a double holds the integer that `text` is.
bool is_exact_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  return result.ec == std::errc{} && value <= largest_exact_integer && value >= -largest_exact_integer;
}

struct Number {
  double value = 0;
  bool is_integer = false;
};

/// A number, or why the field is none.
std::variant<Number, std::string_view> parse_number(std::string_view field) {
  std::string_view text = trimmed(field);
  if (text.empty()) return "a value is missing";
  if (text.starts_with('+')) text.remove_prefix(1);
  const bool is_integer =
      text.find_first_not_of("0123456789", text.front() == '-' ? 1 : 0) == std::string_view::npos;
  Number number = {0, is_integer};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number.value);
  const bool whole = end == text.data() + text.size();
  if (error == std::errc::result_out_of_range && whole)
    return "the number is too large or too small for a double";
  if (error != std::errc{} || !whole || text.front() == '+') return "it is not a number";
  if (!std::isfinite(number.value)) return "the number is not finite";
  if (is_integer && !is_exact_integer(text)) return "the integer is beyond 2^53";
  return number;
}

/// What of a field a message repeats: its start, without control characters.
std::string quoted(std::string_view field) {
  std::string result;
  for (const char byte : field.substr(0, 40)) result += static_cast<unsigned char>(byte) < 0x20 ? ' ' : byte;
  return fmt::format("`{}`{}", result, field.size() > 40 ? " …" : "");
}

class TableReader {
 public:
  TableReader(std::string_view text, const std::string& path) : rows_(text), path_(path) {}

  Result<CsvTable> read() {
    if (!rows_.next()) return bad(rows_.fault().value_or("it holds no rows"));
    if (auto status = read_first_row(); !status) return status.error();
    while (rows_.next()) {
      if (auto status = read_row(); !status) return status.error();
    }
    if (rows_.fault()) return bad(*rows_.fault());
    return std::move(table_);
  }

 private:
  Diagnostic bad(std::string_view reason) const {
    return diagnose(diag::BadCsv, {}, path_, std::string(reason));
  }
  Diagnostic bad_field(std::size_t column, std::string_view reason) const {
    const std::string name = table_.has_header ? fmt::format(" `{}`", table_.columns[column].name) : "";
    return bad(fmt::format("row {}, column {}{}: {}: {}", rows_.row(), column + 1, name, reason,
                           quoted(rows_.fields()[column])));
  }

  Status read_first_row() {
    const auto is_text = [](std::string_view field) {
      const bool is_number = std::holds_alternative<Number>(parse_number(field));
      return !is_number && !trimmed(field).empty();
    };
    table_.has_header = std::ranges::any_of(rows_.fields(), is_text);
    std::set<std::string_view> names;
    for (const std::string_view field : rows_.fields()) {
      const std::size_t column = table_.columns.size();
      std::string name = table_.has_header ? std::string(trimmed(field)) : std::to_string(column);
      if (name.empty()) return bad(fmt::format("row 1, column {}: the column has no name", column + 1));
      if (valid_utf8_prefix(name) != name.size()) {
        return bad(fmt::format("row 1, column {}: the name is not valid UTF-8", column + 1));
      }
      if (!names.insert(trimmed(field)).second && table_.has_header) {
        return bad(fmt::format("row 1, column {}: a column is named {} already", column + 1, quoted(name)));
      }
      table_.columns.push_back({std::move(name), {}, true});
    }
    return table_.has_header ? Status(Done{}) : read_row();
  }

  Status read_row() {
    const auto& fields = rows_.fields();
    if (fields.size() != table_.columns.size()) {
      return bad(fmt::format("row {} has {} fields, row 1 has {}", rows_.row(), fields.size(),
                             table_.columns.size()));
    }
    for (std::size_t column = 0; column < fields.size(); ++column) {
      const auto parsed = parse_number(fields[column]);
      if (const auto* reason = std::get_if<std::string_view>(&parsed)) return bad_field(column, *reason);
      const Number number = std::get<Number>(parsed);
      table_.columns[column].values.push_back(number.value);
      table_.columns[column].all_integers &= number.is_integer;
    }
    ++table_.rows;
    return Done{};
  }

  CsvRows rows_;
  const std::string& path_;
  CsvTable table_;
};

}  // namespace

const CsvColumn* CsvTable::find(std::string_view name) const {
  const auto found = std::ranges::find(columns, name, &CsvColumn::name);
  return found == columns.end() ? nullptr : &*found;
}

Result<CsvTable> parse_csv(std::string_view text, const std::string& path) {
  return TableReader(text, path).read();
}

Result<CsvTable> read_csv(const std::string& path, const ReadLimits& limits) {
  const auto file = read_file(path, limits);
  if (!file) return file.error();
  return parse_csv(as_text(*file), path);
}

Array csv_matrix(const CsvTable& table) {
  const bool integers = std::ranges::all_of(table.columns, &CsvColumn::all_integers);
  const auto width = static_cast<std::int64_t>(table.columns.size());
  Array matrix(integers ? Dtype::i64 : Dtype::f64, {table.rows, width});
  for (std::int64_t row = 0; row < table.rows; ++row) {
    for (std::int64_t column = 0; column < width; ++column) {
      const double value =
          table.columns[static_cast<std::size_t>(column)].values[static_cast<std::size_t>(row)];
      matrix.set_real(row * width + column, value);
    }
  }
  return matrix;
}

std::string shortest_digits(double value) {
  if (std::isnan(value)) return "nan";
  std::array<char, 32> buffer;
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), end};
}

std::string format_csv(const CsvTable& table) {
  std::string text;
  for (std::size_t column = 0; column < table.columns.size(); ++column) {
    const std::string& name = table.columns[column].name;
    const bool needs_quotes = name.find_first_of(",\"\r\n") != std::string::npos;
    std::string shown;
    for (const char each : name) shown += each == '"' ? std::string("\"\"") : std::string(1, each);
    text += (column == 0 ? "" : ",") + (needs_quotes ? "\"" + shown + "\"" : shown);
  }
  text += "\n";
  for (std::int64_t row = 0; row < table.rows; ++row) {
    for (std::size_t column = 0; column < table.columns.size(); ++column) {
      text += (column == 0 ? "" : ",") +
              shortest_digits(table.columns[column].values[static_cast<std::size_t>(row)]);
    }
    text += "\n";
  }
  return text;
}

}  // namespace dp
