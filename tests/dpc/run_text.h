#pragma once
// What the tests of whole programs share: a text, run by the interpreter through the whole front end.

#include <string>
#include <vector>

namespace dp::tests {

/// `main` of the text, printed as a literal; of a program that fails, the codes of what was said.
std::string run_text(const std::string& text, const std::string& function = "main");

/// One program and what it gives.
struct Row {
  const char* program;
  const char* gives;
};
/// Checks every row.
void check_rows(const std::vector<Row>& rows);

}  // namespace dp::tests
