#pragma once
// Unique names for the text of a module: those given to buffers, variables and values, cleaned of characters
// that a name cannot have, numbered where two would be the same. Names that are already so stay as they are,
// which makes printing what was parsed give the same text.

#include <set>
#include <string>
#include <vector>

#include "ir/loops.h"

namespace dp::loops {

struct Names {
  std::vector<std::string> buffers;    // unique in the module
  std::vector<std::string> variables;  // unique in their function, as are
  std::vector<std::string> values;     // these
  std::vector<std::string> functions;
  std::string module;
};

Names unique_names(const Module& module);

}  // namespace dp::loops
