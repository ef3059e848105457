#pragma once
// Source files and the places in them. Every message and every node of the program points back to a `Span`;
// `Sources` owns the texts and turns spans into lines and columns. Nothing here knows the language.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dp {

using FileId = std::uint32_t;

/// A half-open range of bytes `[begin, end)` in one file.
struct Span {
  FileId file = 0;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  bool operator==(const Span&) const = default;
};

/// The smallest span that holds both; they must lie in the same file.
Span join(Span first, Span last);

/// One-based; columns count code points, not bytes.
struct Position {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

struct SourceFile {
  std::string path;  // as the user gave it: printed in messages
  std::string text;
  std::vector<std::uint32_t> line_starts;
};

/// All texts of one compilation. File 0 is an empty file, so that a default `Span` is valid.
class Sources {
 public:
  Sources();
  FileId add(std::string path, std::string text);
  const SourceFile& operator[](FileId file) const { return files_[file]; }
  Position position(FileId file, std::uint32_t offset) const;
  std::string_view line(FileId file, std::uint32_t number) const;
  std::string_view text(Span span) const;
  /// `path:line:column`
  std::string where(Span span) const;

 private:
  std::vector<SourceFile> files_;
};

}  // namespace dp
