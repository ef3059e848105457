#pragma once
// When stored values live, in numbers of kernels, and which may take the place of which: what `plan_memory`
// plans with and its verifier checks against.

#include <vector>

#include "ir/graph.h"

namespace dp {

struct Lifetime {
  std::size_t born = 0;  // the kernel that computes it; inputs and constants are there from the beginning
  std::size_t last = 0;  // the last kernel that reads it, or that computes it where none does
};

struct Lifetimes {
  std::vector<Lifetime> of;            // by node; of stored nodes
  std::vector<std::vector<Id>> reads;  // by kernel
};

Lifetimes lifetimes(const Graph& graph);

/// Whether `kernel` may write its output over `old`, which it reads: every element of `old` is read in the
/// computation of the same element of outputs of one shape, and nowhere else in the kernel. Parts may be put
/// into `old` in place, and a loop may carry on where its initial value lies.
bool may_overwrite(const Graph& graph, const Kernel& kernel, Id output, Id old,
                   const std::vector<bool>& stored);

}  // namespace dp
