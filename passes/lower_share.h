#pragma once
// Gives names to what a kernel computes more than once, or in a loop that it does not depend on: such an
// expression becomes a `let` in the outermost loop that it can stand in. Before: expressions are shared as a
// graph. After: each is computed once, and what is written is what runs. Arithmetic of indices stays in the
// indices, where the code generator reads strides from it.

#include "ir/loops.h"
#include "passes/lower_expressions.h"

namespace dp {

void share_expressions(loops::Body& body, loops::Module& module, Expressions& expressions);

}  // namespace dp
