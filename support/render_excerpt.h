#pragma once
// The source excerpt of a message: the lines that its places lie on, with carets and labels drawn beneath.
// All marks of one excerpt lie in one file. A part of the renderer; everyone else calls `render`.

#include <string>
#include <vector>

#include "support/source.h"

namespace dp {

struct Mark {
  Span span;
  std::string text;
  bool is_main = false;  // drawn with ^, others with -
  bool is_error = true;  // decides the colour of the main mark
};

struct ExcerptOptions {
  bool colour = false;
  std::size_t gutter = 1;  // columns that the line numbers take
};

/// Rows such as `14 | text`, each ended by a newline, after a first row that is only the bar.
std::string render_excerpt(const std::vector<Mark>& marks, const Sources& sources,
                           const ExcerptOptions& options);

}  // namespace dp
