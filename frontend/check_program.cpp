#include "frontend/check_program.h"

#include <algorithm>

#include "frontend/check_body.h"

namespace dp::checker {

FunctionRecord::FunctionRecord() = default;
FunctionRecord::~FunctionRecord() = default;

Program::Program(const Sources& texts, Diagnostics& report) : sources(texts), diagnostics(report) {}
Program::~Program() = default;

Names& Program::names_of(Origin origin) {
  return origin == Origin::library ? library : files[static_cast<std::size_t>(origin) - 1].names;
}

Entry* Program::find(Origin origin, const std::string& name) {
  if (origin != Origin::library) {
    const FileNames& file = file_of(origin);
    if (const auto found = names_of(origin).find(name); found != names_of(origin).end())
      return &found->second;
    for (const Origin opened : file.opened) {
      const auto found = names_of(opened).find(name);
      if (found != names_of(opened).end() && !found->second.module) return &found->second;
    }
  }
  const auto found = library.find(name);
  return found == library.end() ? nullptr : &found->second;
}

Entry* Program::find_in(Origin origin, const std::string& module, const std::string& name) {
  const Entry* entry = find(origin, module);
  if (!entry || !entry->module) return nullptr;
  Names& names = names_of(*entry->module);
  const auto found = names.find(name);
  return found == names.end() || found->second.module ? nullptr : &found->second;
}

std::string Program::dim_name(Origin origin, const std::string& name) const {
  const bool is_own = origin == Origin::library || file_of(origin).name.empty();
  return is_own ? name : file_of(origin).name + "." + name;
}

std::vector<std::string> Program::known_names(Origin origin) {
  std::vector<std::string> result;
  for (const auto& [name, entry] : library) result.push_back(name);
  if (origin == Origin::library) return result;
  for (const auto& [name, entry] : names_of(origin)) result.push_back(name);
  for (const Origin opened : file_of(origin).opened) {
    for (const auto& [name, entry] : names_of(opened)) result.push_back(name);
  }
  return result;
}

namespace {

void enter(Program& program, const std::string& name, Span span, const ast::Decl& declaration,
           Origin origin) {
  Names& names = program.names_of(origin);
  const auto [found, is_new] = names.try_emplace(name);
  if (is_new) {
    found->second.declaration = &declaration;
    found->second.origin = origin;
    return;
  }
  program.report(diagnose(diag::DuplicateDeclaration, span, name)
                     .label(found->second.declaration->name.span, "first declared here"));
}

void report_second_precision(Program& program, const ast::Module& module) {
  const ast::Decl* first = nullptr;
  for (const ast::Decl& each : module.declarations) {
    if (!std::holds_alternative<ast::PrecisionDecl>(each.node)) continue;
    if (first)
      program.report(diagnose(diag::DuplicateDeclaration, each.span, "precision")
                         .label(first->span, "first declared here"));
    else
      first = &each;
  }
}

}  // namespace

void enter_declarations(Program& program, const ast::Module& module, Origin origin) {
  report_second_precision(program, module);
  for (const ast::Decl& declaration : module.declarations) {
    if (const auto* adjoint = std::get_if<ast::AdjointDecl>(&declaration.node)) {
      const auto [known, is_new] =
          program.adjoints.try_emplace({origin, adjoint->function.text}, &declaration);
      if (is_new) continue;
      program.report(
          diagnose(diag::DuplicateDeclaration, adjoint->function.span, "adjoint " + adjoint->function.text)
              .label(known->second->span, "first declared here"));
    } else if (const auto* dims = std::get_if<ast::DimDecl>(&declaration.node)) {
      for (const auto& one : dims->dims) enter(program, one.name.text, one.name.span, declaration, origin);
    } else if (!declaration.name.text.empty()) {
      enter(program, declaration.name.text, declaration.name.span, declaration, origin);
    }
  }
}

namespace {

/// A name of an imported file that is declared in this file too, or in another that it imports.
void report_clashes(Program& program, Origin origin, Origin imported, Span span) {
  for (const auto& [name, entry] : program.names_of(imported)) {
    if (entry.module) continue;
    const Entry* known = program.find(origin, name);
    if (!known || known->origin == Origin::library || known == &entry) continue;
    program.report(diagnose(diag::ImportClash, span, name)
                       .label(known->declaration->span, "one of them")
                       .label(entry.declaration->span, "the other")
                       .fix("import … as …"));
  }
}

}  // namespace

void enter_imports(Program& program, const ast::Module& module, const std::vector<std::size_t>& files,
                   Origin origin) {
  FileNames& own = program.files[static_cast<std::size_t>(origin) - 1];
  std::size_t next = 0;
  for (const ast::Decl& declaration : module.declarations) {
    const auto* import = std::get_if<ast::ImportDecl>(&declaration.node);
    if (!import || next >= files.size()) continue;
    const Origin imported = file_origin(files[next++]);
    if (import->as) {
      own.names.at(import->as->text).module = imported;
      continue;
    }
    if (std::find(own.opened.begin(), own.opened.end(), imported) != own.opened.end()) continue;
    report_clashes(program, origin, imported, declaration.span);
    own.opened.push_back(imported);
  }
}

}  // namespace dp::checker
