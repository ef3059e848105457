#pragma once
// Running a dump: a graph or loop module that `dpc emit` printed, called on values like a function.

#include <string>
#include <vector>

#include "dpc/options.h"
#include "dpc/values.h"

namespace dp {

/// [FN] NAME=VALUE …
struct Words {
  std::string name;
  std::vector<NamedValue> values;
};
/// The function's name (or `otherwise`), and the values. E2217 for a word that is neither.
Result<Words> split_words(const std::vector<std::string>& words, const std::string& otherwise);

/// Whether the file is a dump, by its suffix `.ir`.
bool is_dump(const std::string& path);
int run_dump(const CommonOptions& options, const std::vector<std::string>& words);

}  // namespace dp
