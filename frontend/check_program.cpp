#include "frontend/check_program.h"

#include "frontend/check_body.h"

namespace dp::checker {

FunctionRecord::FunctionRecord() = default;
FunctionRecord::~FunctionRecord() = default;

Program::Program(const Sources& texts, Diagnostics& report) : sources(texts), diagnostics(report) {}
Program::~Program() = default;

Entry* Program::find(Origin origin, const std::string& name) {
  if (origin == Origin::user) {
    if (const auto found = user.find(name); found != user.end()) return &found->second;
  }
  const auto found = library.find(name);
  return found == library.end() ? nullptr : &found->second;
}

std::vector<std::string> Program::known_names(Origin origin) const {
  std::vector<std::string> result;
  for (const auto& [name, entry] : library) result.push_back(name);
  if (origin == Origin::library) return result;
  for (const auto& [name, entry] : user) result.push_back(name);
  return result;
}

namespace {

void enter(Program& program, const std::string& name, Span span, const ast::Decl& declaration,
           Origin origin) {
  Names& names = origin == Origin::user ? program.user : program.library;
  const auto [found, is_new] = names.try_emplace(name);
  if (is_new) {
    found->second.declaration = &declaration;
    found->second.origin = origin;
    return;
  }
  program.report(diagnose(diag::DuplicateDeclaration, span, name)
                     .label(found->second.declaration->name.span, "first declared here"));
}

}  // namespace

void enter_declarations(Program& program, const ast::Module& module, Origin origin) {
  for (const ast::Decl& declaration : module.declarations) {
    const auto* import = std::get_if<ast::ImportDecl>(&declaration.node);
    if (import && declaration.name.text.empty()) program.has_imports = true;
    if (const auto* dims = std::get_if<ast::DimDecl>(&declaration.node)) {
      for (const auto& one : dims->dims) enter(program, one.name.text, one.name.span, declaration, origin);
    } else if (!declaration.name.text.empty() &&
               !std::holds_alternative<ast::AdjointDecl>(declaration.node)) {
      enter(program, declaration.name.text, declaration.name.span, declaration, origin);
    }
  }
}

}  // namespace dp::checker
