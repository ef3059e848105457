#include "frontend/check.h"

#include "frontend/check_declarations.h"
#include "frontend/check_functions.h"
#include "frontend/check_program.h"

namespace dp {

namespace {

std::optional<typed::Module> finish(checker::Program& program) {
  if (program.diagnostics.has_errors() || program.lacks_library) return std::nullopt;
  for (auto& each : program.library_functions) program.module.functions.push_back(std::move(each));
  return std::move(program.module);
}

}  // namespace

std::optional<typed::Module> check(std::span<const ModuleFile> files, const ast::Module& library,
                                   const Sources& sources, Diagnostics& diagnostics) {
  checker::Program program(sources, diagnostics);
  checker::enter_declarations(program, library, checker::Origin::library);
  program.files.resize(files.size());
  for (std::size_t k = 0; k < files.size(); ++k) {
    program.files[k].name = k == 0 ? "" : files[k].name;
    program.files[k].folder = files[k].folder;
    checker::enter_declarations(program, *files[k].syntax, checker::file_origin(k));
  }
  for (std::size_t k = 0; k < files.size(); ++k)
    checker::enter_imports(program, *files[k].syntax, files[k].imports, checker::file_origin(k));
  // What is imported comes before what imports it.
  for (std::size_t k = files.size(); k-- > 0;)
    checker::check_dim_declarations(program, *files[k].syntax, checker::file_origin(k));
  for (std::size_t k = 0; k < files.size(); ++k)
    checker::check_declarations(program, *files[k].syntax, checker::file_origin(k));
  return finish(program);
}

std::optional<typed::Module> check(const ast::Module& module, const ast::Module& library,
                                   const Sources& sources, Diagnostics& diagnostics) {
  const ModuleFile one{&module, "", "", {}};
  return check(std::span(&one, 1), library, sources, diagnostics);
}

std::optional<typed::Module> check_library(const ast::Module& library, const Sources& sources,
                                           Diagnostics& diagnostics) {
  checker::Program program(sources, diagnostics);
  checker::enter_declarations(program, library, checker::Origin::library);
  checker::check_declarations(program, library, checker::Origin::library);
  return finish(program);
}

}  // namespace dp
