#pragma once
// The checker: from the syntax tree to the typed tree, or to diagnostics. Every function is checked once, as
// written, for all its dimensions; shapes are proven here and never guessed later.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "frontend/ast_declarations.h"
#include "frontend/typed.h"
#include "support/diagnostic.h"

namespace dp {

/// A file of a program: the first is the one given to `dpc`, the others those that it imports, by whatever
/// way.
struct ModuleFile {
  const ast::Module* syntax = nullptr;
  std::string name;    // what its dimensions are called by elsewhere: `layers` of `nets/layers.dp`
  std::string folder;  // relative to that of the first file, with a `/` at its end: where its data lie
  std::vector<std::size_t> imports;  // which file each `import` of it is, in their order
};

/// Checks all files of a program. `library` may hold a part of the library; where that is not enough there
/// are errors, or none and yet no module. Of imported files the training blocks and tests are left out.
std::optional<typed::Module> check(std::span<const ModuleFile> files, const ast::Module& library,
                                   const Sources& sources, Diagnostics& diagnostics);

/// Checks a file's declarations together with those of the standard library, which a user's own declaration
/// of the same name hides. Independent mistakes are all reported; a name that failed to check does not report
/// again where it is used. Nothing is returned where there were errors.
std::optional<typed::Module> check(const ast::Module& module, const ast::Module& library,
                                   const Sources& sources, Diagnostics& diagnostics);

/// Checks every declaration of the library itself, its tests included.
std::optional<typed::Module> check_library(const ast::Module& library, const Sources& sources,
                                           Diagnostics& diagnostics);

}  // namespace dp
