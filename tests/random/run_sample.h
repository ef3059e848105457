#pragma once
// Runs one random program every way there is and says where they disagree.

#include <string>

#include "tests/random/generator.h"

namespace dp::random {

enum class Thorough { no, yes };

/// Nothing, or what is wrong: `refused …` by the checker, `internal error …`, `differs …` between the
/// interpreter and compiled code (results, prints and messages; any NaN is the same), `slopes …` where
/// forward and reverse disagree. `yes`: all of -O0 and -O2 with 1 and 2 threads; `no`: the two that differ in
/// both, which of them in turn.
std::string mistake_in(const Sample& sample, Thorough thorough, unsigned turn);

/// The first words of a mistake, equal for mistakes that count as one while a program is made smaller.
std::string family(const std::string& mistake);

/// The program with the line that runs it.
std::string shown(const Sample& sample);

}  // namespace dp::random
