// The map of docs/architecture.md, held against the code: which folder may include which, how long files,
// functions and lines may be.

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

const fs::path root = DP_SOURCE_DIR;

/// The arrows of the house: a folder may include itself and these.
const std::map<std::string, std::set<std::string>> arrows{
    {"support", {}},
    {"ir", {"support"}},
    {"frontend", {"grammar", "ir", "support"}},
    {"passes", {"ir", "support"}},
    {"runtime", {"support"}},
    {"codegen", {"ir", "runtime", "support"}},
    {"stdlib", {"support"}},
    {"dpc", {"support", "ir", "frontend", "passes", "runtime", "codegen", "stdlib"}},
    {"library", {"support", "ir", "frontend", "passes", "runtime", "codegen", "stdlib", "dpc"}},
};

std::vector<fs::path> sources_of(const std::string& folder) {
  std::vector<fs::path> out;
  for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
    const auto suffix = entry.path().extension();
    if (suffix == ".cpp" || suffix == ".h" || suffix == ".def" || suffix == ".inc")
      out.push_back(entry.path());
  }
  return out;
}

std::vector<std::string> lines_of(const fs::path& path) {
  std::ifstream in(path);
  std::vector<std::string> out;
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

/// The project's own files that a file includes.
std::vector<std::string> includes_of(const fs::path& path) {
  static const std::regex pattern("^\\s*#\\s*include \"([^\"]+)\"");
  std::vector<std::string> out;
  for (const std::string& line : lines_of(path)) {
    std::smatch match;
    if (std::regex_search(line, match, pattern)) out.push_back(match[1]);
  }
  return out;
}

std::vector<std::string> files_including(const std::string& folder, const std::regex& pattern) {
  std::vector<std::string> out;
  for (const fs::path& path : sources_of(folder))
    for (const std::string& line : lines_of(path))
      if (std::regex_search(line, pattern)) {
        out.push_back(fs::relative(path, root).string());
        break;
      }
  return out;
}

}  // namespace

TEST_CASE("folders include only along the arrows of the map", "[house]") {
  for (const auto& [folder, allowed] : arrows)
    for (const fs::path& path : sources_of(folder))
      for (const std::string& include : includes_of(path)) {
        const std::string target = include.substr(0, include.find('/'));
        INFO(fs::relative(path, root).string() << " includes " << include);
        REQUIRE(include.find('/') != std::string::npos);
        CHECK((target == folder || allowed.contains(target)));
      }
}

TEST_CASE("codegen takes only the C header of the runtime", "[house]") {
  for (const fs::path& path : sources_of("codegen"))
    for (const std::string& include : includes_of(path))
      if (include.starts_with("runtime/")) CHECK(include == "runtime/dp_runtime.h");
}

TEST_CASE("ANTLR is seen only by the parser's files, LLVM only by codegen", "[house]") {
  const std::regex antlr("#include [<\"](antlr4-runtime|Dp(Parser|Lexer))"), llvm("#include [<\"]llvm");
  for (const auto& [folder, unused] : arrows) {
    for (const std::string& file : files_including(folder, antlr)) {
      INFO(file);
      CHECK(file.starts_with("frontend/antlr_"));
    }
    for (const std::string& file : files_including(folder, llvm)) {
      INFO(file);
      CHECK(file.starts_with("codegen/"));
    }
  }
}

TEST_CASE("files have at most 400 lines, lines at most 110 characters", "[house]") {
  for (const auto& [folder, unused] : arrows)
    for (const fs::path& path : sources_of(folder)) {
      const auto lines = lines_of(path);
      INFO(fs::relative(path, root).string());
      CHECK(lines.size() <= 400);
      if (path.extension() == ".def" || path.extension() == ".inc") continue;  // tables may run wider
      for (std::size_t k = 0; k < lines.size(); ++k) {
        INFO("line " << k + 1);
        const auto continued =
            std::count_if(lines[k].begin(), lines[k].end(), [](char c) { return (c & 0xC0) == 0x80; });
        CHECK(lines[k].size() <= 110 + static_cast<std::size_t>(continued));
      }
    }
}

TEST_CASE("functions have at most 50 lines", "[house]") {
  // A function definition begins at the margin (or two columns in, in a class) and ends at the brace under
  // it.
  // Lambdas (with a `[`) and tables that the formatter leaves alone are part of what they stand in.
  static const std::regex opening("^(  )?[A-Za-z_][^\\[]*\\) (const )?\\{$");
  for (const auto& [folder, unused] : arrows)
    for (const fs::path& path : sources_of(folder)) {
      const auto lines = lines_of(path);
      for (std::size_t k = 0; k < lines.size(); ++k) {
        if (!std::regex_match(lines[k], opening)) continue;
        const std::string closing = std::string(lines[k].find_first_not_of(' '), ' ') + "}";
        std::size_t end = k + 1;
        while (end < lines.size() && lines[end] != closing) ++end;
        INFO(fs::relative(path, root).string() << ":" << k + 1 << " " << lines[k]);
        CHECK(end - k <= 50);
      }
    }
}
