#pragma once
// Closed loops: one loop over the steps around the kernels of the body. Single numbers that are carried are
// scratch of the function, which the code generator keeps in registers, and values of the step's code;
// tensors are carried where the loop's result lies, in place where the plan says so. What is stacked is
// written to its part of the stack.

#include "passes/lower_expressions.h"
#include "passes/lower_storage.h"

namespace dp {

struct LoweringContext {
  loops::Module& module;
  Expressions& expressions;
};

/// The statements of a kernel of kind "loop". In the body of another loop `storage` gains the results that
/// are single numbers.
loops::Body lower_loop(const Graph& graph, const Kernel& kernel, Storage& storage, LoweringContext context);

/// The copies that a graph needs, then its kernels, in the order they run.
std::vector<Kernel> kernels_to_lower(const Graph& planned, const std::vector<bool>& stored);

}  // namespace dp
