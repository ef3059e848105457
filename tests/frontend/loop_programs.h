#pragma once
// What the tests of loops share: a small program is checked, built and run by the interpreter, without any
// pass between.

#include <string>
#include <vector>

namespace dp::tests {

/// What a program comes to: the elements of all outputs of `main`, what it printed, the code of what stopped
/// it, and what the checker said of it.
struct Outcome {
  std::vector<double> values;
  std::string printed, stopped, said;
};
Outcome run_program(const std::string& text);

/// The graph of `main`, as text.
std::string built_text(const std::string& text);

}  // namespace dp::tests
