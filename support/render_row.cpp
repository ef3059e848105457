#include "support/render_row.h"

#include <algorithm>

#include "support/unicode.h"

namespace dp {
namespace {

constexpr std::size_t tab_width = 4;

std::string_view escape(Style style) {
  switch (style) {
    case Style::plain: return "";
    case Style::strong: return "\x1b[1m";
    case Style::gutter: return "\x1b[1;34m";
    case Style::error: return "\x1b[1;31m";
    case Style::warning: return "\x1b[1;33m";
    case Style::label: return "\x1b[1;36m";
    case Style::fix: return "\x1b[1;32m";
  }
  return "";
}

/// U+241B for escape and so on: the control pictures; other unprintable characters become U+FFFD.
std::string picture(char32_t value) {
  if (value < 0x20) return encode_utf8(0x2400 + value);
  return encode_utf8(value == 0x7F ? 0x2421 : 0xFFFD);
}

}  // namespace

std::string styled(std::string_view text, Style style, bool colour) {
  if (!colour || style == Style::plain || text.empty()) return std::string(text);
  return std::string(escape(style)).append(text).append("\x1b[0m");
}

std::size_t RenderRow::put(std::size_t column, std::string_view text, Style style) {
  for (std::size_t offset = 0; offset < text.size();) {
    const CodePoint point = decode_utf8(text, offset);
    const bool printable = point.valid && !is_unprintable(point.value);
    const std::string glyph =
        printable ? std::string(text.substr(offset, point.bytes)) : picture(point.value);
    offset += point.bytes;
    const auto width = static_cast<std::size_t>(printable ? display_width(point.value) : 1);
    if (width == 0 && column > 0 && column <= cells_.size()) cells_[column - 1].glyph += glyph;
    if (width == 0) continue;
    if (cells_.size() < column + width) cells_.resize(column + width);
    cells_[column] = {glyph, style};
    if (width == 2) cells_[column + 1] = {"", style};
    column += width;
  }
  return column;
}

void RenderRow::fill(std::size_t begin, std::size_t end, char mark, Style style) {
  if (cells_.size() < end) cells_.resize(end);
  for (std::size_t column = begin; column < end; ++column) {
    if (cells_[column].glyph == " ") cells_[column] = {std::string(1, mark), style};
  }
}

std::string RenderRow::text(bool colour) const {
  std::size_t width = cells_.size();
  while (width > 0 && cells_[width - 1].glyph == " ") --width;
  std::string result;
  for (std::size_t begin = 0; begin < width;) {
    std::string run;
    std::size_t end = begin;
    while (end < width && cells_[end].style == cells_[begin].style) run += cells_[end++].glyph;
    result += styled(run, cells_[begin].style, colour);
    begin = end;
  }
  return result;
}

std::size_t PrintableLine::column(std::size_t byte) const {
  return column_of_byte[std::min(byte, column_of_byte.size() - 1)];
}

PrintableLine printable_line(std::string_view line) {
  PrintableLine result;
  std::size_t column = 0;
  for (std::size_t offset = 0; offset < line.size();) {
    const CodePoint point = decode_utf8(line, offset);
    std::string shown(line.substr(offset, point.bytes));
    if (point.value == '\t') {
      shown = std::string(tab_width, ' ');
    } else if (!point.valid || is_unprintable(point.value)) {
      shown = picture(point.value);
    }
    result.column_of_byte.insert(result.column_of_byte.end(), point.bytes, column);
    column += display_width(shown);
    result.text += shown;
    offset += point.bytes;
  }
  result.column_of_byte.push_back(column);
  return result;
}

}  // namespace dp
