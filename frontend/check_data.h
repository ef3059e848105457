#pragma once
// Data sets: fields of one example, read from the columns of a file.

#include "frontend/check_body.h"

namespace dp::checker {

/// The data set of a declaration; null where it failed to check.
const typed::Data* data_of(Program& program, Entry& entry);

}  // namespace dp::checker
