#pragma once
// The syntax tree as a nested list: every node with all that it means and nothing of where or how it was
// written. Two texts that mean the same to the parser have the same dump; the tests of the printer compare by
// it.

#include <string>

#include "frontend/ast_declarations.h"

namespace dp {

/// `(fn twice ((x (type real))) …)`, one declaration a line. Parentheses and comments are left out.
std::string dump(const ast::Module& module);
std::string dump(const ast::Expr& expression);

}  // namespace dp
