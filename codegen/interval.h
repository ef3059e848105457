#pragma once
// What values an integer expression can take, as far as its form tells: loop variables are bounded by their
// extents. Division of what is not negative, and fits 32 bits, is cheap in vectors; of anything else it is
// not.

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "ir/loops.h"

namespace dp::codegen {

struct Interval {
  std::int64_t low = 0, high = 0;  // both included
};

class Intervals {
 public:
  explicit Intervals(const loops::Module& module);
  /// Nothing where no bound is known.
  std::optional<Interval> operator()(loops::ExprId expr);

 private:
  void collect(const loops::Body& body);
  std::optional<Interval> of_op(const loops::OpExpr& op);

  const loops::Module& module_;
  std::unordered_map<loops::VariableId, std::int64_t> extents_;
  std::unordered_map<loops::ValueId, loops::ExprId> lets_;
  std::unordered_map<loops::ExprId, std::optional<Interval>> known_;
};

}  // namespace dp::codegen
