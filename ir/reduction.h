#pragma once
// One reduction as the language defines its order (docs/language.md, "The order of sums"): fed element by
// element in the order of the loop, then asked for its result. Both interpreters use it; compiled code is
// held against it.

#include <cstdint>
#include <vector>

#include "ir/evaluate.h"

namespace dp {

enum class ReduceOrder : std::uint8_t {
  lanes,       // 64 lanes over the inner extent, then the tree
  blocks,      // in order, in blocks of 256
  sequential,  // in order, from +0.0: products of matrices
};
enum class Combine : std::uint8_t { sum, prod, max, min, any, all, multiply_add, argmax, argmin };

class Reduction {
 public:
  Reduction(Combine combine, ReduceOrder order, Dtype dtype);

  /// The next element (of `multiply_add`: a pair) at the position `inner` of its row.
  void feed(Bits x, Bits y, std::int64_t inner);
  Bits result();

 private:
  void feed_position(Bits x);
  Bits merged(Bits a, Bits b) const;
  Bits next(Bits accumulated, Bits x, Bits y) const;

  Combine combine_;
  ReduceOrder order_;
  Dtype dtype_;
  Bits identity_ = 0;
  std::vector<Bits> lanes_;  // of `lanes`: 64; else the one sum that is running
  Bits total_ = 0;           // of `blocks`: of the blocks that are full
  std::int64_t fed_ = 0;
  std::int64_t position_ = 0;  // of the best so far, for argmax and argmin
};

}  // namespace dp
