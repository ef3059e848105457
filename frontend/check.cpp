#include "frontend/check.h"

#include "frontend/check_declarations.h"
#include "frontend/check_functions.h"
#include "frontend/check_program.h"

namespace dp {

std::optional<typed::Module> check(const ast::Module& module, const ast::Module& library, const Sources& sources,
                                   Diagnostics& diagnostics) {
  checker::Program program(sources, diagnostics);
  checker::enter_declarations(program, library, checker::Origin::library);
  checker::enter_declarations(program, module, checker::Origin::user);
  checker::check_dim_declarations(program, module);
  checker::check_declarations(program, module);
  checker::report_recursion(program);
  if (diagnostics.has_errors()) return std::nullopt;
  for (auto& each : program.library_functions) program.module.functions.push_back(std::move(each));
  return std::move(program.module);
}

}  // namespace dp
