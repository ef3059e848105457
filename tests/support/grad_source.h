#pragma once
// What the tests ask of `dpc grad`: that what it prints is a program, and gives the same bits as `grad` in
// the program it was made from, in both precisions.

#include <string>
#include <vector>

#include "dpc/grad.h"
#include "dpc/values.h"

namespace dp::tests {

/// The gradient of `f` of that program, printed.
Result<std::string> printed(const std::string& text, const std::vector<std::string>& wrt);

struct Sample {
  std::string declarations;  // with `f`, and `g`: its gradient by `grad`, leaf by leaf
  std::vector<std::string> wrt;
  std::vector<NamedValue> values;       // for `g`
  std::vector<NamedValue> leaf_values;  // for the printed function; empty: the same
};

void check_same_bits(const Sample& sample);

/// `f` of these parameters (`x: real[n], w: real[n]`) and body, and `g` made from it.
Sample sample_of(const std::string& parameters, const std::string& body, const std::vector<std::string>& wrt,
                 const std::vector<NamedValue>& values, const std::string& before = "");

}  // namespace dp::tests
