#pragma once
// The checker: from the syntax tree to the typed tree, or to diagnostics. Every function is checked once, as
// written, for all its dimensions; shapes are proven here and never guessed later.

#include <optional>

#include "frontend/ast_declarations.h"
#include "frontend/typed.h"
#include "support/diagnostic.h"

namespace dp {

/// Checks a file's declarations together with those of the standard library, which a user's own declaration
/// of the same name hides. Independent mistakes are all reported; a name that failed to check does not report
/// again where it is used. Nothing is returned where there were errors.
std::optional<typed::Module> check(const ast::Module& module, const ast::Module& library,
                                   const Sources& sources, Diagnostics& diagnostics);

/// Checks every declaration of the library itself, its tests included.
std::optional<typed::Module> check_library(const ast::Module& library, const Sources& sources,
                                           Diagnostics& diagnostics);

}  // namespace dp
