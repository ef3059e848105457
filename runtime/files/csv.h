#pragma once
// Tables of numbers as text (RFC 4180): fields separated by commas, rows by LF or CRLF, fields perhaps
// quoted, a mark of byte order at the front skipped. If any field of the first row is not a number, that row
// names the columns; otherwise they are named 0, 1, …. Reading does not depend on the locale, and what is
// written reads back to the same bits.

#include "runtime/files/read_file.h"

namespace dp {

struct CsvColumn {
  std::string name;
  std::vector<double> values;
  bool all_integers = true;  // every field is written as a whole number of at most 2^53
};

struct CsvTable {
  std::vector<CsvColumn> columns;
  std::int64_t rows = 0;
  bool has_header = false;

  const CsvColumn* find(std::string_view name) const;
  /// The row of the file, from 1, in which a row of the table stands (where no field spans lines).
  std::int64_t file_row(std::int64_t row) const { return row + (has_header ? 2 : 1); }
};

/// E1005, naming row and column, where a row is shorter or longer than the first, a field is missing or not a
/// finite number, a quote is misplaced, two columns share a name, or a field or row is too long (1 MiB, 16
/// MiB).
Result<CsvTable> parse_csv(std::string_view text, const std::string& path);
Result<CsvTable> read_csv(const std::string& path, const ReadLimits& limits = {});

/// All columns side by side, [rows, columns]: i64 where all are integers, else f64.
Array csv_matrix(const CsvTable& table);

/// A header and the rows, shortest digits that read back to the same number.
std::string format_csv(const CsvTable& table);
/// The shortest text that reads back to the same double; `nan`, `inf`, `-inf`.
std::string shortest_digits(double value);

}  // namespace dp
