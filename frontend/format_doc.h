#pragma once
// Text with choices of layout: what a printer gives when it does not know yet what fits on a line. A group is
// written on one line if it fits, else all its own lines break. After Wadler, "A prettier printer" (2003),
// with strict groups. Private to the formatter.

#include <string>
#include <vector>

namespace dp {

struct Doc {
  enum class Kind { text, line, sequence, indent, group };
  Kind kind = Kind::sequence;
  std::string text;  // of a line: what stands for it where it is not broken
  std::vector<Doc> parts;
  bool fills = false;   // made by `fill`: begins with a line that may break
  bool forced = false;  // holds a line that always breaks: so must every group around it

  Doc() = default;
  Doc(const char* words) : kind(Kind::text), text(words) {}             // NOLINT: words are documents
  Doc(std::string words) : kind(Kind::text), text(std::move(words)) {}  // NOLINT

  Doc& add(Doc part);
};

/// A space, or a new line.
Doc line();
/// Nothing, or a new line.
Doc soft_line();
/// `text`, or a new line: "; " between statements.
Doc line_or(std::string text);
Doc hard_line();
Doc sequence(std::vector<Doc> parts);
Doc indent(Doc part);
Doc group(Doc part);
/// A space or a new line, then `part`: a new line only where `part` itself does not fit.
Doc fill(Doc part);
/// A group that breaks in any case, if `broken`.
Doc group(Doc part, bool broken);

/// At most `width` columns a line where the document allows it; two spaces an indent, no spaces at the ends
/// of lines.
std::string render(const Doc& doc, std::size_t width);

}  // namespace dp
