#pragma once
// Declarations other than functions and layers: dimensions, constants, structs, tests; and all of a file in
// turn.

#include "frontend/check_arguments.h"

namespace dp::checker {

/// `dim hidden = 64, …` of a file: before everything else, since types are read with their sizes.
void check_dim_declarations(Program& program, const ast::Module& module, Origin origin);

/// A constant with its value; null where it failed to check.
const typed::Constant* constant_of(Program& program, Entry& entry);
/// A struct with its fields; null where it failed to check.
const typed::Struct* struct_of(Program& program, Entry& entry);
/// `Camera(rotation = r, …)`.
Value build_struct(Body& body, Entry& entry, CallSite site);

/// Checks every declaration of a file.
void check_declarations(Program& program, const ast::Module& module, Origin origin);

}  // namespace dp::checker
