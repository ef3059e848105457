#pragma once
// From text to syntax tree: the first door of the compiler. `parse` takes a source file and gives the tree of
// frontend/ast.h, resolved to nothing yet. All that can be wrong with a text alone is reported here, in the
// language's own words: one mistake, one error; an error ends its statement, and parsing goes on with the
// next. The steps: precheck (bytes, tokens, brackets) → layout (where statements end) → ANTLR → builder.

#include <cstddef>
#include <optional>
#include <span>

#include "frontend/ast_declarations.h"
#include "support/diagnostic.h"

namespace dp {

/// What a text may cost. The defaults are the language's; tests use smaller ones.
struct ParseLimits {
  std::size_t source_bytes = std::size_t{4} << 20;
  std::size_t tokens = 1'000'000;
  std::size_t bracket_nesting = 256;
  std::size_t identifier_bytes = 255;
  std::size_t string_bytes = std::size_t{64} << 10;
  std::size_t number_characters = 64;
  std::size_t tree_depth = 1000;  // expressions inside expressions
  std::size_t errors = 50;        // after so many, parsing stops
};

/// The syntax tree of `file`. Nothing where the text is not even a sequence of tokens. Where `diagnostics`
/// has errors the module holds the declarations that are free of them.
std::optional<ast::Module> parse(FileId file, const Sources& sources, Diagnostics& diagnostics,
                                 const ParseLimits& limits = {});

/// As `parse`, of these parts of the file alone: each holds whole declarations.
std::optional<ast::Module> parse_parts(FileId file, std::span<const Span> parts, const Sources& sources,
                                       Diagnostics& diagnostics, const ParseLimits& limits = {});

/// One expression and nothing else: a value given on the command line.
std::optional<ast::ExprPtr> parse_value(FileId file, const Sources& sources, Diagnostics& diagnostics,
                                        const ParseLimits& limits = {});

}  // namespace dp
