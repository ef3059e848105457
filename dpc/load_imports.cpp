#include "dpc/load_imports.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "dpc/read_file.h"
#include "frontend/parse.h"

namespace dp {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_files = 256, most_steps = 32;

/// Whether a path leads from a folder to something in it.
bool is_within(const fs::path& path, const fs::path& folder) {
  const auto [rest, end] = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  return rest == folder.end() && end != path.end();
}

class ImportReader {
 public:
  ImportReader(const std::string& path, Sources& sources, Diagnostics& diagnostics)
      : shown_root_(fs::path(path).parent_path()), sources_(sources), diagnostics_(diagnostics) {
    std::error_code failure;
    root_ = fs::canonical(shown_root_.empty() ? "." : shown_root_, failure);
    numbers_[root_ / fs::path(path).filename()] = 0;
    out_.files.push_back({nullptr, "", "", {}});
    way_.push_back(0);
    names_.push_back(fs::path(path).filename().string());
  }

  ImportedFiles read(const ast::Module& root) {
    out_.files[0].syntax = &root;
    follow(root, 0, "");
    return std::move(out_);
  }

 private:
  void report(Diagnostic diagnostic) { diagnostics_.report(std::move(diagnostic)); }

  /// Reads what a file imports; `folder` is that file's, relative to the root.
  void follow(const ast::Module& module, std::size_t number, const fs::path& folder) {
    for (const ast::Decl& declaration : module.declarations) {
      const auto* import = std::get_if<ast::ImportDecl>(&declaration.node);
      if (!import) continue;
      const auto imported = read_one(import->path, folder, declaration.span);
      if (imported) out_.files[number].imports.push_back(*imported);
    }
  }

  std::optional<std::size_t> read_one(const std::string& written, const fs::path& folder, Span span) {
    const auto relative = within_root(written, folder, span);
    if (!relative) return std::nullopt;
    const fs::path real = fs::weakly_canonical(root_ / *relative);
    if (const auto known = numbers_.find(real); known != numbers_.end())
      return is_open(known->second) ? refuse_cycle(known->second, span) : std::optional(known->second);
    if (out_.files.size() >= most_files || way_.size() > most_steps) {
      const bool deep = way_.size() > most_steps;
      report(diagnose(diag::ImportLimit, span,
                      deep ? fmt::format("`{}` is more than {} imports away", written, most_steps)
                           : fmt::format("`{}` is one more than {} files", written, most_files)));
      return std::nullopt;
    }
    return parse_file(written, *relative, real, span);
  }

  /// The path relative to the root; nothing, and reported, where it leads elsewhere or to no regular file.
  std::optional<fs::path> within_root(const std::string& written, const fs::path& folder, Span span) {
    const auto refuse = [&](const std::string& why) {
      report(diagnose(diag::ImportOutside, span, written, why));
      return std::nullopt;
    };
    if (written.empty() || fs::path(written).is_absolute() || written.find('\0') != std::string::npos)
      return refuse("its path must be relative to the file that imports it");
    const fs::path relative = (folder / written).lexically_normal();
    if (relative.empty() || *relative.begin() == "..")
      return refuse("it lies outside of the folder of the program");
    std::error_code failure;
    const fs::path real = fs::canonical(root_ / relative, failure);
    if (failure) {
      report(diagnose(diag::ImportMissing, span, written, failure.message()));
      return std::nullopt;
    }
    if (!is_within(real, root_)) return refuse("a link leads out of the folder of the program");
    if (!fs::is_regular_file(real, failure)) return refuse("it is not a regular file");
    return relative;
  }

  bool is_open(std::size_t number) const { return std::find(way_.begin(), way_.end(), number) != way_.end(); }

  std::optional<std::size_t> refuse_cycle(std::size_t number, Span span) {
    std::string chain;
    for (auto at = std::find(way_.begin(), way_.end(), number); at != way_.end(); ++at)
      chain += "`" + names_[*at] + "` imports ";
    report(diagnose(diag::ImportCycle, span, chain + "`" + names_[number] + "`"));
    return std::nullopt;
  }

  std::optional<std::size_t> parse_file(const std::string& written, const fs::path& relative,
                                        const fs::path& real, Span span) {
    auto text = read_text_file(real.string());
    if (!text) {
      report(diagnose(diag::ImportMissing, span, written, "it cannot be read"));
      return std::nullopt;
    }
    const std::size_t number = out_.files.size();
    const FileId file = sources_.add((shown_root_ / relative).string(), std::move(*text));
    auto module = parse(file, sources_, diagnostics_);
    if (!module) return std::nullopt;
    const std::string folder = relative.parent_path().string();
    const ast::Module& syntax = out_.modules.emplace_back(std::move(*module));
    out_.files.push_back(
        {&syntax, unique_name(relative.stem().string()), folder.empty() ? "" : folder + "/", {}});
    numbers_[real] = number;
    names_.push_back(relative.string());
    way_.push_back(number);
    follow(syntax, number, relative.parent_path());
    way_.pop_back();
    return number;
  }

  /// Two files of one name in different folders are told apart by a number.
  std::string unique_name(const std::string& stem) const {
    const auto taken = [&](const std::string& name) {
      return std::any_of(out_.files.begin(), out_.files.end(),
                         [&](const ModuleFile& each) { return each.name == name; });
    };
    std::string name = stem;
    for (int k = 2; taken(name); ++k) name = fmt::format("{}#{}", stem, k);
    return name;
  }

  fs::path shown_root_, root_;
  Sources& sources_;
  Diagnostics& diagnostics_;
  ImportedFiles out_;
  std::map<fs::path, std::size_t> numbers_;  // by the real path
  std::vector<std::string> names_;           // as messages call them
  std::vector<std::size_t> way_;             // the files that are being read, from the first on
};

}  // namespace

ImportedFiles load_imports(const ast::Module& root, const std::string& path, Sources& sources,
                           Diagnostics& diagnostics) {
  return ImportReader(path, sources, diagnostics).read(root);
}

}  // namespace dp
