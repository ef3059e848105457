#pragma once
// What the tests of the checker share: a text, checked together with the standard library, and what was said.

#include <optional>
#include <string>
#include <vector>

#include "frontend/check.h"
#include "frontend/parse.h"
#include "stdlib/library.h"

namespace dp::tests {

struct Checked {
  Sources sources;
  Diagnostics diagnostics;
  FileId file;
  ast::Module syntax, library;
  std::optional<typed::Module> module;

  explicit Checked(std::string text, std::string path = "test.dp")
      : file(sources.add(std::move(path), std::move(text))) {
    for (const LibraryFile& each : library_files()) {
      const FileId id = sources.add("stdlib/" + std::string(each.name), std::string(each.text));
      auto parsed = parse(id, sources, diagnostics);
      if (!parsed) continue;
      for (auto& declaration : parsed->declarations) library.declarations.push_back(std::move(declaration));
    }
    if (auto parsed = parse(file, sources, diagnostics)) syntax = std::move(*parsed);
    module = check(syntax, library, sources, diagnostics);
  }

  std::vector<std::string> codes() const {
    std::vector<std::string> result;
    for (const Diagnostic& each : diagnostics.all()) result.emplace_back(each.code);
    return result;
  }
  std::string said() const { return render(diagnostics, sources, {.limit = 100}); }
};

inline std::vector<std::string> check_codes(std::string text) { return Checked(std::move(text)).codes(); }

/// The type that a function of the text gives, as a user would write it; what was said where there were
/// errors.
inline std::string type_of(const std::string& text, const std::string& function = "main") {
  const Checked checked(text);
  if (!checked.module) return checked.said();
  const typed::Function* found = checked.module->find_function(function);
  return found ? typed::text(found->result) : "no such function";
}

}  // namespace dp::tests
