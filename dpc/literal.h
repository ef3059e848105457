#pragma once
// A tensor written as a literal on the command line: `3`, `-1.5`, `true`, `[[1, 2], [3, 4]]`, `zeros([0,
// 3])`.

#include <string>

#include "frontend/ast.h"
#include "support/array.h"

namespace dp {

/// What a literal is, or why it is none of that type.
class LiteralArray {
 public:
  LiteralArray(Array array) : array_(std::move(array)) {}
  LiteralArray(std::string why) : why_(std::move(why)) {}
  explicit operator bool() const { return array_.has_value(); }
  Array& operator*() { return *array_; }
  const std::string& error() const { return why_; }

 private:
  std::optional<Array> array_;
  std::string why_;
};

/// Whole numbers are fine for reals; otherwise bools, integers and reals are not taken for one another.
LiteralArray literal_array(const ast::Expr& expr, Dtype dtype);

}  // namespace dp
