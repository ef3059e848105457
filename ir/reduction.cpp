#include "ir/reduction.h"

#include <cmath>
#include <limits>

namespace dp {
namespace {

constexpr std::int64_t lane_count = 64;
constexpr std::int64_t block_length = 256;

template <class T>
Bits extreme(bool is_max) {
  using Limits = std::numeric_limits<T>;
  if constexpr (Limits::has_infinity) return to_element(is_max ? -Limits::infinity() : Limits::infinity());
  return to_element(is_max ? Limits::min() : Limits::max());
}

Bits extreme_of(Dtype dtype, bool is_max) {
  switch (dtype) {
    case Dtype::f32: return extreme<float>(is_max);
    case Dtype::f64: return extreme<double>(is_max);
    case Dtype::i32: return extreme<std::int32_t>(is_max);
    default: return extreme<std::int64_t>(is_max);
  }
}

Bits real_or_integer(Dtype dtype, double real, std::int64_t integer) {
  Literal literal;
  literal.elements = std::vector<double>{real};
  if (!is_real(dtype)) literal.elements = std::vector<std::int64_t>{integer};
  return element_of(literal, 0, dtype);
}

/// What changes nothing: of sums −0.0, which keeps a −0.0 that is added to it. Sequential sums begin at +0.0.
Bits identity_of(Combine combine, ReduceOrder order, Dtype dtype) {
  switch (combine) {
    case Combine::sum:
    case Combine::multiply_add:
      return real_or_integer(dtype, order == ReduceOrder::sequential ? 0.0 : -0.0, 0);
    case Combine::prod: return real_or_integer(dtype, 1, 1);
    case Combine::max: return extreme_of(dtype, true);
    case Combine::min: return extreme_of(dtype, false);
    case Combine::all: return 1;
    default: return 0;
  }
}

Op op_of(Combine combine) {
  switch (combine) {
    case Combine::prod: return Op::mul;
    case Combine::max: return Op::max;
    case Combine::min: return Op::min;
    case Combine::any: return Op::or_;
    case Combine::all: return Op::and_;
    default: return Op::add;
  }
}

Bits fused(Dtype dtype, Bits x, Bits y, Bits z) {
  if (dtype == Dtype::f32) {
    return to_element(std::fma(from_element<float>(x), from_element<float>(y), from_element<float>(z)));
  }
  return to_element(std::fma(from_element<double>(x), from_element<double>(y), from_element<double>(z)));
}

bool is_true(Op op, Dtype dtype, Bits x, Bits y) {
  const Bits operands[] = {x, y};
  return evaluate(op, dtype, Dtype::boolean, operands) != 0;
}

}  // namespace

Reduction::Reduction(Combine combine, ReduceOrder order, Dtype dtype)
    : combine_(combine), order_(order), dtype_(dtype), identity_(identity_of(combine, order, dtype)) {
  lanes_.assign(order == ReduceOrder::lanes ? lane_count : 1, identity_);
  total_ = identity_;
}

Bits Reduction::merged(Bits a, Bits b) const {
  const Bits operands[] = {a, b};
  return evaluate(op_of(combine_), dtype_, dtype_, operands);
}

Bits Reduction::next(Bits accumulated, Bits x, Bits y) const {
  if (combine_ != Combine::multiply_add) return merged(accumulated, x);
  if (is_real(dtype_)) return fused(dtype_, x, y, accumulated);
  const Bits operands[] = {x, y};
  return merged(accumulated, evaluate(Op::mul, dtype_, dtype_, operands));
}

void Reduction::feed(Bits x, Bits y, std::int64_t inner) {
  if (combine_ == Combine::argmax || combine_ == Combine::argmin) {
    feed_position(x);
  } else {
    const bool begins_block = order_ == ReduceOrder::blocks && fed_ > 0 && fed_ % block_length == 0;
    if (begins_block) {
      total_ = merged(total_, lanes_[0]);
      lanes_[0] = identity_;
    }
    Bits& lane = lanes_[order_ == ReduceOrder::lanes ? static_cast<std::size_t>(inner % lane_count) : 0];
    lane = next(lane, x, y);
  }
  ++fed_;
}

// The first NaN wins, else the first of the largest (smallest): the same in every order.
void Reduction::feed_position(Bits x) {
  const bool is_better = combine_ == Combine::argmax ? is_true(Op::lt, dtype_, lanes_[0], x)
                                                     : is_true(Op::lt, dtype_, x, lanes_[0]);
  const bool has_nan = is_real(dtype_) && is_true(Op::ne, dtype_, lanes_[0], lanes_[0]);
  const bool is_nan = is_real(dtype_) && is_true(Op::ne, dtype_, x, x);
  if (fed_ > 0 && !is_better && (!is_nan || has_nan)) return;
  lanes_[0] = x;
  position_ = fed_;
}

Bits Reduction::result() {
  if (combine_ == Combine::argmax || combine_ == Combine::argmin) return to_element(position_);
  const bool is_empty_sum = fed_ == 0 && (combine_ == Combine::sum || combine_ == Combine::multiply_add);
  if (is_empty_sum) return 0;
  if (order_ == ReduceOrder::blocks) return merged(total_, lanes_[0]);
  for (std::size_t width = lanes_.size() / 2; width >= 1; width /= 2) {
    for (std::size_t lane = 0; lane < width; ++lane)
      lanes_[lane] = merged(lanes_[lane], lanes_[lane + width]);
  }
  return lanes_[0];
}

}  // namespace dp
