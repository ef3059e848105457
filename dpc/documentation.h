#pragma once
// The documentation of declarations: what `##` comments say, signatures with their shapes, and tests as
// examples; of a file, or of the standard library. `dpc doc` prints it.

#include <string>
#include <vector>

#include "dpc/program.h"

namespace dp {

struct DocEntry {
  std::string kind;                   // "function", "layer", "struct", …
  std::string name;                   // "softmax"
  std::string signature;              // as it is declared, without bodies
  std::string text;                   // Markdown: the `##` lines
  std::vector<std::string> examples;  // tests that use it, as they are written
};

struct DocPage {
  std::string title;
  std::vector<DocEntry> entries;
};

/// In the order of the file.
DocPage document(const Program& program);
/// The library's declarations, then what the compiler provides itself.
DocPage document_library();

std::string to_markdown(const DocPage& page);
/// One self-contained page.
std::string to_html(const DocPage& page);

}  // namespace dp
