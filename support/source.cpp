#include "support/source.h"

#include <algorithm>

#include "support/assert.h"

namespace dp {

Span join(Span first, Span last) {
  DP_ASSERT(first.file == last.file, "joined spans of files {} and {}", first.file, last.file);
  return {first.file, std::min(first.begin, last.begin), std::max(first.end, last.end)};
}

Sources::Sources() { add("", ""); }

FileId Sources::add(std::string path, std::string text) {
  std::vector<std::uint32_t> line_starts = {0};
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') line_starts.push_back(static_cast<std::uint32_t>(i + 1));
  }
  files_.push_back({std::move(path), std::move(text), std::move(line_starts)});
  return static_cast<FileId>(files_.size() - 1);
}

Position Sources::position(FileId file, std::uint32_t offset) const {
  const SourceFile& source = files_[file];
  const auto& starts = source.line_starts;
  const auto line = std::upper_bound(starts.begin(), starts.end(), offset) - starts.begin();
  const std::string_view text = source.text;
  const std::size_t start = starts[static_cast<std::size_t>(line - 1)];
  const std::size_t end = std::min<std::size_t>(offset, text.size());
  const auto is_first_byte = [](char byte) { return (byte & 0xC0) != 0x80; };
  const auto before =
      end > start ? std::count_if(text.begin() + start, text.begin() + end, is_first_byte) : 0;
  return {static_cast<std::uint32_t>(line), static_cast<std::uint32_t>(before + 1)};
}

std::string_view Sources::line(FileId file, std::uint32_t number) const {
  const SourceFile& source = files_[file];
  if (number == 0 || number > source.line_starts.size()) return {};
  const std::size_t start = source.line_starts[number - 1];
  std::string_view text = std::string_view(source.text).substr(start);
  text = text.substr(0, text.find('\n'));
  if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
  return text;
}

std::string_view Sources::text(Span span) const {
  const std::string_view text = files_[span.file].text;
  const std::size_t begin = std::min<std::size_t>(span.begin, text.size());
  return text.substr(begin, std::max(span.end, span.begin) - span.begin);
}

std::string Sources::where(Span span) const {
  const Position position = this->position(span.file, span.begin);
  return fmt::format("{}:{}:{}", files_[span.file].path, position.line, position.column);
}

}  // namespace dp
