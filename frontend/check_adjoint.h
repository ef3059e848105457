#pragma once
// `adjoint f(x, …; y, dy) = e`: e is a function of f's arguments, its result and the result's cotangent, and
// gives the cotangents of f's real arguments.

#include "frontend/check_functions.h"

namespace dp::checker {

/// The function that an adjoint belongs to must be one of the same file.
void find_adjoint_function(Program& program, const ast::AdjointDecl& adjoint, Origin origin);

/// Checks the adjoint of a function whose own body has been checked.
void check_adjoint(Program& program, FunctionRecord& function);

}  // namespace dp::checker
