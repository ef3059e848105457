#pragma once
// One line of a rendered message as a row of terminal columns, so that carets stay under what they mark
// whatever the width of the characters above them. Written at any column, in any order; turned into text at
// the end.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dp {

enum class Style { plain, strong, gutter, error, warning, label, fix };

std::string styled(std::string_view text, Style style, bool colour);

class RenderRow {
 public:
  /// Writes `text` from `column` on, over what stood there. Returns the column after it.
  std::size_t put(std::size_t column, std::string_view text, Style style);
  /// As `put`, but only into columns that are still blank.
  void fill(std::size_t begin, std::size_t end, char mark, Style style);
  std::size_t width() const { return cells_.size(); }
  /// Without trailing blanks.
  std::string text(bool colour) const;

 private:
  struct Cell {
    std::string glyph = " ";  // with its combining marks; empty behind a wide character
    Style style = Style::plain;
  };
  std::vector<Cell> cells_;
};

/// A source line made fit for a terminal: tabs are four columns, control characters are shown, not sent.
struct PrintableLine {
  std::string text;
  std::vector<std::size_t> column_of_byte;  // one more than the line has bytes: the last is the line's width

  std::size_t column(std::size_t byte) const;
};
PrintableLine printable_line(std::string_view line);

}  // namespace dp
