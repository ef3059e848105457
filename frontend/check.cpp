#include "frontend/check.h"

#include "frontend/check_declarations.h"
#include "frontend/check_functions.h"
#include "frontend/check_program.h"

namespace dp {

namespace {

std::optional<typed::Module> finish(checker::Program& program) {
  if (program.diagnostics.has_errors()) return std::nullopt;
  for (auto& each : program.library_functions) program.module.functions.push_back(std::move(each));
  return std::move(program.module);
}

}  // namespace

std::optional<typed::Module> check(const ast::Module& module, const ast::Module& library,
                                   const Sources& sources, Diagnostics& diagnostics) {
  checker::Program program(sources, diagnostics);
  checker::enter_declarations(program, library, checker::Origin::library);
  checker::enter_declarations(program, module, checker::Origin::user);
  checker::check_dim_declarations(program, module);
  checker::check_declarations(program, module, checker::Origin::user);
  return finish(program);
}

std::optional<typed::Module> check_library(const ast::Module& library, const Sources& sources,
                                           Diagnostics& diagnostics) {
  checker::Program program(sources, diagnostics);
  checker::enter_declarations(program, library, checker::Origin::library);
  checker::check_declarations(program, library, checker::Origin::library);
  return finish(program);
}

}  // namespace dp
