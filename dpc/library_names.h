#pragma once
// Names and types of a .dp program as C and Python write them.

#include <set>
#include <string>
#include <string_view>

#include "support/dtype.h"

namespace dp {

/// An identifier in C, C++ and Python: `net.fc1.w` is `net_fc1_w`, `class` is `class_`, other letters are
/// told by their numbers.
std::string c_name(std::string_view name);
/// The same in capitals, for macros.
std::string macro_name(std::string_view name);

/// Hands out names of one scope, each once: the second `x` is `x_2`.
class NameList {
 public:
  std::string unique(const std::string& name);

 private:
  std::set<std::string> taken_{"workspace"};
};

/// `float`, `int64_t`, `bool`, …
std::string_view c_type(Dtype dtype);
/// `float32`, `int64`, `bool`, … of NumPy.
std::string_view numpy_name(Dtype dtype);
/// `c_float`, … of Python's ctypes.
std::string_view ctypes_name(Dtype dtype);
/// A C string literal, with its quotes.
std::string c_literal(std::string_view text);

}  // namespace dp
