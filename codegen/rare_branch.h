#pragma once
// Branches around what is rarely needed. The functions of ir/math.h say `select_rare(b, f, y)` where the arm
// f is long and hardly ever taken: the wide reductions of angles, long divisions, reflections. While code is
// emitted such an arm is straight-line code like all other, so that the emitter may put expressions wherever
// it likes; here, before anything else is done with the function, it moves into a block of its own that runs
// only where some lane asks for it. Before: selects with the mark. After: none; the same bits.

#include <llvm/IR/Function.h>
#include <llvm/IR/Value.h>

namespace dp::codegen {

/// Marks a select whose first arm is rarely taken; of what is no select (a folded one) nothing.
void mark_rare(llvm::Value* select);

/// For each marked select: the instructions that only its first arm needs, and the select itself, run where
/// the condition holds in any lane.
void branch_around_rare(llvm::Function& function);

}  // namespace dp::codegen
