#pragma once
// A .dp file, read, parsed and checked together with the standard library: what every command begins with.

#include <memory>
#include <optional>
#include <string>

#include "dpc/load_imports.h"
#include "dpc/options.h"
#include "frontend/ast_declarations.h"
#include "frontend/build.h"
#include "frontend/typed.h"
#include "support/diagnostic.h"
#include "support/result.h"

namespace dp {

/// Seconds of each phase, printed by `--time`.
class Stopwatch {
 public:
  /// Runs `work` and adds its time under `name`.
  template <class F>
  auto measure(const std::string& name, F&& work) {
    const double start = now();
    struct Stop {
      Stopwatch& watch;
      const std::string& name;
      double start;
      ~Stop() { watch.add(name, now() - start); }
    } stop{*this, name, start};
    return work();
  }
  void add(const std::string& name, double seconds);
  /// One line a phase, to standard error.
  void print() const;

 private:
  static double now();
  std::vector<std::pair<std::string, double>> phases_;
};

struct Program {
  std::string path;
  Sources sources;
  Diagnostics diagnostics;
  ast::Module syntax;
  ImportedFiles imports;
  std::optional<typed::Module> module;  // none where there were errors
  Dtype real = Dtype::f32;
  Stopwatch watch;

  BuildOptions build_options() const { return {.real = real}; }
};

/// Never null. Errors of the file are in its diagnostics.
std::unique_ptr<Program> load(const CommonOptions& options);
/// The same of a text that is in no file; `path` is what messages call it.
std::unique_ptr<Program> load_text(const std::string& path, std::string text, const CommonOptions& options);

/// The function of that name; where there is none, a diagnostic with the nearest name.
Result<const typed::Function*> find_function(const Program& program, const std::string& name);

/// Prints all diagnostics to standard error; the exit code they ask for.
int report(const Program& program);
/// Prints one more diagnostic; its exit code.
int report(const Program& program, const Diagnostic& diagnostic);

}  // namespace dp
