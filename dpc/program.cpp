#include "dpc/program.h"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "dpc/read_file.h"
#include "frontend/check.h"
#include "frontend/parse.h"
#include "stdlib/library.h"

namespace dp {
namespace {

RenderOptions render_options() {
  return {.colour = isatty(STDERR_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr};
}

/// The library's declarations: all of them, or only what the program's words may need.
ast::Module parse_library(Program& program, std::span<const std::vector<LibraryPart>> needed) {
  ast::Module all;
  for (std::size_t k = 0; k < library_files().size(); ++k) {
    if (needed[k].empty()) continue;
    const LibraryFile& library = library_files()[k];
    const FileId file = program.sources.add("stdlib/" + std::string(library.name), std::string(library.text));
    std::vector<Span> parts;
    for (const LibraryPart part : needed[k]) parts.push_back({file, part.begin, part.end});
    auto module = parse_parts(file, parts, program.sources, program.diagnostics);
    if (!module) continue;
    for (auto& declaration : module->declarations) all.declarations.push_back(std::move(declaration));
  }
  return all;
}

std::vector<std::vector<LibraryPart>> needed_by(const Program& program) {
  std::vector<std::string_view> texts;
  for (const ModuleFile& file : program.imports.files)
    texts.emplace_back(program.sources[file.syntax->file].text);
  return needed_library(texts);
}

std::vector<std::vector<LibraryPart>> whole_library() {
  std::vector<std::vector<LibraryPart>> result;
  for (const LibraryFile& file : library_files())
    result.push_back({{0, static_cast<std::uint32_t>(file.text.size())}});
  return result;
}

/// Checks with the part of the library that the program's words may need. Where that gives no module, checks
/// with all of it: messages may name any of its functions, and the checker may need some that no word tells.
void check_program(Program& program) {
  const Diagnostics before = program.diagnostics;
  for (const auto& needed : {needed_by(program), whole_library()}) {
    program.diagnostics = before;
    const ast::Module library =
        program.watch.measure("parse library", [&] { return parse_library(program, needed); });
    program.module = program.watch.measure(
        "check", [&] { return check(program.imports.files, library, program.sources, program.diagnostics); });
    if (program.module) return;
  }
}

bool asks_for_double(const ast::Module& module) {
  for (const auto& declaration : module.declarations)
    if (auto* precision = std::get_if<ast::PrecisionDecl>(&declaration.node))
      return precision->type.text == "f64";
  return false;
}

}  // namespace

double Stopwatch::now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void Stopwatch::add(const std::string& name, double seconds) {
  for (auto& [known, total] : phases_)
    if (known == name) {
      total += seconds;
      return;
    }
  phases_.emplace_back(name, seconds);
}

void Stopwatch::print() const {
  double total = 0;
  for (const auto& [name, seconds] : phases_) {
    fmt::print(stderr, "{:<24}{:>10.3f} ms\n", name, seconds * 1e3);
    total += seconds;
  }
  fmt::print(stderr, "{:<24}{:>10.3f} ms\n", "total", total * 1e3);
}

std::unique_ptr<Program> load(const CommonOptions& options) {
  auto text = read_text_file(options.file);
  if (text) return load_text(options.file, std::move(*text), options);
  auto program = std::make_unique<Program>();
  program->path = options.file;
  program->diagnostics.report(text.error());
  return program;
}

std::unique_ptr<Program> load_text(const std::string& path, std::string text, const CommonOptions& options) {
  auto program = std::make_unique<Program>();
  program->path = path;
  const FileId file = program->sources.add(path, std::move(text));
  auto syntax =
      program->watch.measure("parse", [&] { return parse(file, program->sources, program->diagnostics); });
  if (!syntax || program->diagnostics.has_errors()) return program;
  program->syntax = std::move(*syntax);
  program->imports = program->watch.measure(
      "imports", [&] { return load_imports(program->syntax, path, program->sources, program->diagnostics); });
  if (program->diagnostics.has_errors()) return program;
  check_program(*program);
  const bool file_is_double = asks_for_double(program->syntax);
  program->real =
      (options.precision.empty() ? file_is_double : options.precision == "f64") ? Dtype::f64 : Dtype::f32;
  return program;
}

Result<const typed::Function*> find_function(const Program& program, const std::string& name) {
  if (const typed::Function* found = program.module->find_function(name)) return found;
  auto diagnostic = diagnose(diag::NoSuchFunction, {}, program.path, name);
  std::vector<std::string> names;
  for (const auto& function : program.module->functions) names.push_back(function->name);
  if (const auto near = did_you_mean(name, names); !near.empty()) diagnostic.fixes.emplace_back(near);
  return diagnostic;
}

int report(const Program& program) {
  std::fputs(render(program.diagnostics, program.sources, render_options()).c_str(), stderr);
  int code = Exit::fine;
  for (const auto& diagnostic : program.diagnostics.all())
    if (diagnostic.severity == Severity::error && code == Exit::fine) code = exit_code(diagnostic.code);
  return code;
}

int report(const Program& program, const Diagnostic& diagnostic) {
  std::fputs(render(diagnostic, program.sources, render_options()).c_str(), stderr);
  return exit_code(diagnostic.code);
}

}  // namespace dp
