#pragma once
// Pointwise ops on single elements held as bits: the meanings of the op table, pasted once for each scalar
// type. The interpreters of graphs and loops compute with it, and constants are folded with it.

#include <cstdint>
#include <cstring>
#include <span>

#include "ir/graph.h"

namespace dp {

/// An element of any scalar type: its bits, the lowest first. A bool is 0 or 1.
using Bits = std::uint64_t;

template <class T>
T from_element(Bits bits) {
  T value;
  std::memcpy(&value, &bits, sizeof(T));
  return value;
}
template <class T>
Bits to_element(T value) {
  Bits bits = 0;
  std::memcpy(&bits, &value, sizeof(T));
  return bits;
}

Bits element_of(const Literal& literal, std::size_t position, Dtype dtype);
Literal literal_of(Bits bits, Dtype dtype);

/// `op` of operands that are of type `from` (of `select`: the selected ones), giving `to`.
Bits evaluate(Op op, Dtype from, Dtype to, std::span<const Bits> operands, std::int64_t exponent = 0);

/// The same of splats, for folding.
Literal evaluate(Op op, const Attributes& attributes, std::span<const Literal> operands, Dtype from,
                 Dtype to);

}  // namespace dp
