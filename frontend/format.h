#pragma once
// From syntax tree to canonical text: `dpc fmt`, and the `ast` stage of `dpc emit`. Indents are two spaces,
// lines at most 100 columns where they can be broken, one blank line is kept where there was any. Comments
// stay with the statement that they stood before, beside or inside; parentheses that were written stay. A
// block or list that was written over several lines stays so. Formatting twice changes nothing, and the text
// parses to the same tree.

#include <string>

#include "frontend/ast_declarations.h"

namespace dp {

/// `sources` must hold the file of the module; nodes without a place (made by a tool) are printed from their
/// values.
std::string format(const ast::Module& module, const Sources& sources);

}  // namespace dp
