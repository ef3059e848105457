#include <catch2/catch.hpp>

#include <cmath>

#include "runtime/files/csv.h"
#include "tests/runtime/damage.h"
#include "tests/runtime/temporary_folder.h"

using namespace dp;

namespace {

std::string error_of(const std::string& text) {
  const auto table = parse_csv(text, "t.csv");
  if (table) return "no error";
  CHECK(table.error().code == "E1005");
  return table.error().message;
}

}  // namespace

TEST_CASE("csv: a header, integers and reals", "[csv]") {
  const auto table = parse_csv("x,label,y\n1.5,3,-2e3\n2,-4, 7 \n", "t.csv");
  REQUIRE(table);
  CHECK(table->rows == 2);
  CHECK(table->has_header);
  CHECK(table->find("x")->values == std::vector<double>{1.5, 2});
  CHECK_FALSE(table->find("x")->all_integers);
  CHECK(table->find("label")->values == std::vector<double>{3, -4});
  CHECK(table->find("label")->all_integers);
  CHECK_FALSE(table->find("y")->all_integers);
  CHECK(table->find("z") == nullptr);
  CHECK(table->file_row(0) == 2);
}

TEST_CASE("csv: without a header columns are numbered", "[csv]") {
  const auto table = parse_csv("1,2\n3,4", "t.csv");
  REQUIRE(table);
  CHECK_FALSE(table->has_header);
  CHECK(table->rows == 2);
  CHECK(table->find("1")->values == std::vector<double>{2, 4});
  CHECK(table->file_row(0) == 1);
  const Array matrix = csv_matrix(*table);
  CHECK(matrix.dtype() == Dtype::i64);
  CHECK(matrix.shape() == std::vector<std::int64_t>{2, 2});
  CHECK(matrix.integer(2) == 3);
}

TEST_CASE("csv: quotes, CRLF, byte order mark, empty lines at the end", "[csv]") {
  const auto table = parse_csv("\xEF\xBB\xBF\"a,b\",\"say \"\"hi\"\"\"\r\n\"1\",2\r\n\r\n\n", "t.csv");
  REQUIRE(table);
  CHECK(table->columns[0].name == "a,b");
  CHECK(table->columns[1].name == "say \"hi\"");
  CHECK(table->rows == 1);
  const auto lines = parse_csv("\"a\nb\"\n1\n", "t.csv");
  REQUIRE(lines);
  CHECK(lines->columns[0].name == "a\nb");
}

TEST_CASE("csv: an error names row and column", "[csv]") {
  CHECK(error_of("") == "`t.csv`: it holds no rows");
  CHECK(error_of("a,b\n1,2\n3\n") == "`t.csv`: row 3 has 1 fields, row 1 has 2");
  CHECK(error_of("a,b\n1,2,3\n") == "`t.csv`: row 2 has 3 fields, row 1 has 2");
  CHECK(error_of("a,b\n1,2\n\n3,4\n") == "`t.csv`: row 3 has 1 fields, row 1 has 2");
  CHECK(error_of("a,b\n1,\n") == "`t.csv`: row 2, column 2 `b`: a value is missing: ``");
  CHECK(error_of("a,b\nx,1\n") == "`t.csv`: row 2, column 1 `a`: it is not a number: `x`");
  CHECK(error_of("a\n1e999\n") ==
        "`t.csv`: row 2, column 1 `a`: the number is too large or too small for a double: `1e999`");
  CHECK(error_of("a\nnan\n") == "`t.csv`: row 2, column 1 `a`: the number is not finite: `nan`");
  CHECK(error_of("a\n-inf\n") == "`t.csv`: row 2, column 1 `a`: the number is not finite: `-inf`");
  CHECK(error_of("a\n9007199254740993\n") ==
        "`t.csv`: row 2, column 1 `a`: the integer is beyond 2^53: "
        "`9007199254740993`");
  CHECK(error_of("1,2\n3,0x1f\n") == "`t.csv`: row 2, column 2: it is not a number: `0x1f`");
  CHECK(error_of("a\n++1\n").find("it is not a number") != std::string::npos);
  CHECK(error_of("a\n1,5\n").find("row 2 has 2 fields") != std::string::npos);
  CHECK(error_of("a,a\n1,2\n") == "`t.csv`: row 1, column 2: a column is named `a` already");
  CHECK(error_of("a,\n1,2\n") == "`t.csv`: row 1, column 2: the column has no name");
  CHECK(error_of("a\n1\"2\n") == "`t.csv`: row 2, column 1: a quote stands inside of a field");
  CHECK(error_of("a\n\"1\n2\n") == "`t.csv`: row 2, column 1: a quote is not closed");
  CHECK(error_of("a\n\"1\"2\n") == "`t.csv`: row 2, column 1: text behind a closing quote");
  CHECK(error_of("a\n1\r2\n") == "`t.csv`: row 2, column 1: a carriage return without a newline");
  CHECK(error_of(std::string("a\n1\0\n", 5)) == "`t.csv`: row 2, column 1: the field holds a zero byte");
  CHECK(error_of("a\n" + std::string(2 << 20, '1') + "\n") ==
        "`t.csv`: row 2, column 1: the field is longer than 1 MiB");
  CHECK(error_of("\xFF\xFE,b\n1,2\n") == "`t.csv`: row 1, column 1: the name is not valid UTF-8");
}

TEST_CASE("csv: what is written reads back to the same bits", "[csv]") {
  CsvTable table;
  table.columns = {{"a", {0.1, -0.0, 1e-320, 123456789.125, 5e300}, false},
                   {"b,\"c\"", {1, -2, 3, 0, 9007199254740992.0}, true}};
  table.rows = 5;
  const std::string text = format_csv(table);
  const auto back = parse_csv(text, "t.csv");
  REQUIRE(back);
  CHECK(back->columns[1].name == "b,\"c\"");
  for (std::size_t column = 0; column < 2; ++column) {
    for (std::size_t row = 0; row < 5; ++row) {
      CHECK(back->columns[column].values[row] == table.columns[column].values[row]);
      CHECK(std::signbit(back->columns[column].values[row]) ==
            std::signbit(table.columns[column].values[row]));
    }
  }
  CHECK(back->columns[1].all_integers);
  CHECK(shortest_digits(0.1) == "0.1");
}

TEST_CASE("csv: damaged files give a table or an error", "[csv]") {
  const std::string file = "a,\"b\"\n1.5,2\n-3,\"4\"\n";
  int errors = 0;
  const auto visit = [&](Bytes damaged) { errors += !parse_csv(as_text(damaged), "t.csv"); };
  test::for_each_truncation(file, visit);
  test::for_each_bit_flip(file, visit);
  CHECK(errors > 50);
}
