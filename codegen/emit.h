#pragma once
// From loop IR to LLVM IR: the functions of a module, or some of them, and the entry that calls them in
// order.

#include "codegen/program.h"

namespace dp::codegen {

/// The name of a function's symbol.
std::string symbol_of(const loops::Module& module, std::size_t function);
/// The name of the entry, a `dp_function` of runtime/dp_runtime.h.
std::string entry_symbol();

void emit_function(Program& program, std::size_t function);
/// Calls all functions of the module in order, until one fails.
void emit_entry(Program& program);

}  // namespace dp::codegen
