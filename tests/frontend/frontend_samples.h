#pragma once
// What the tests of the front end share: texts from files and strings, parsed, with their diagnostics.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "frontend/parse.h"

namespace dp::tests {

inline std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

/// The files of a folder of tests/golden/syntax with this ending, in order.
inline std::vector<std::filesystem::path> syntax_files(const std::string& folder, const std::string& ending) {
  std::vector<std::filesystem::path> result;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(DP_SOURCE_DIR) / folder)) {
    if (entry.path().extension() == ending) result.push_back(entry.path());
  }
  std::ranges::sort(result);
  return result;
}

/// A text, what became of it, and what was said.
struct Parsed {
  Sources sources;
  Diagnostics diagnostics;
  FileId file;
  std::optional<ast::Module> module;

  explicit Parsed(std::string text, const ParseLimits& limits = {}, std::string path = "test.dp")
      : file(sources.add(std::move(path), std::move(text))) {
    module = parse(file, sources, diagnostics, limits);
  }
};

inline std::vector<std::string> error_codes(std::string text, const ParseLimits& limits = {}) {
  std::vector<std::string> result;
  const Parsed parsed(std::move(text), limits);
  for (const Diagnostic& each : parsed.diagnostics.all()) result.emplace_back(each.code);
  return result;
}

}  // namespace dp::tests
