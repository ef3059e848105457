#pragma once
// The files that a program imports, read and parsed, each once. A program is complete in one folder, that of
// the file given to `dpc`: nothing outside of it is opened, whatever an import says.

#include <deque>
#include <string>
#include <vector>

#include "frontend/check.h"

namespace dp {

struct ImportedFiles {
  std::deque<ast::Module> modules;  // of the files but the first
  std::vector<ModuleFile> files;    // the first is the one given; its syntax is the caller's
};

/// Follows the imports of `root`, which was read from `path`. What cannot be imported is reported: E0803 a
/// missing or unreadable file, E0804 one that lies outside or is no regular file, E0805 files that import
/// each other, E4012 more than 256 files or 32 steps.
ImportedFiles load_imports(const ast::Module& root, const std::string& path, Sources& sources,
                           Diagnostics& diagnostics);

}  // namespace dp
