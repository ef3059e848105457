#pragma once
// How the interpreter runs a routine on whole tensors: in the formats of the language as compiled code does,
// and in quad precision as the reference.

#include "ir/call.h"
#include "ir/interpret_move.h"
#include "ir/quad.h"

namespace dp::linear {

template <>
struct Format<Quad> {
  static constexpr Quad epsilon = static_cast<Quad>(0x1p-112), largest_power = static_cast<Quad>(0x1p1000);
  static Quad root(Quad x) { return math::native::sqrt(x); }
};

}  // namespace dp::linear

namespace dp::interpreter {

inline linear::Sizes sizes_of(const Node& node, const auto& operands) {
  std::vector<Extents> shapes;
  for (const auto* operand : operands) shapes.push_back(operand->shape);
  return call_sizes(node, shapes);
}

/// The elements of a tensor as they lie in memory.
inline std::vector<std::byte> packed(const Tensor<Bits>& tensor) {
  const std::size_t bytes = size_of(tensor.dtype);
  std::vector<std::byte> memory(tensor.values.size() * bytes);
  for (std::size_t k = 0; k < tensor.values.size(); ++k)
    std::memcpy(memory.data() + k * bytes, &tensor.values[k], bytes);
  return memory;
}

inline Tensor<Bits> routine(const Call<Bits>& call) {
  std::vector<std::vector<std::byte>> memories;
  std::vector<const void*> operands;
  for (const Tensor<Bits>* operand : call.operands) memories.push_back(packed(*operand));
  for (const auto& memory : memories) operands.push_back(memory.data());
  const Dtype dtype = call.node.type.dtype;
  const std::size_t bytes = size_of(dtype), count = static_cast<std::size_t>(count_of(call.shape));
  std::vector<std::byte> result(count * bytes);
  run_routine(call.node.op, sizes_of(call.node, call.operands), call.x().dtype, operands, result.data());
  Tensor<Bits> out{dtype, call.shape, std::vector<Bits>(count)};
  for (std::size_t k = 0; k < count; ++k) std::memcpy(&out.values[k], result.data() + k * bytes, bytes);
  return out;
}

/// Positions are held as Quad too.
inline Tensor<Quad> routine(const Call<Quad>& call) {
  const linear::Sizes sizes = sizes_of(call.node, call.operands);
  const linear::Routine which = routine_of(call.node.op);
  std::vector<Quad> work(static_cast<std::size_t>(linear::extents(which, sizes).work));
  Tensor<Quad> out{call.node.type.dtype, call.shape,
                   std::vector<Quad>(static_cast<std::size_t>(count_of(call.shape)))};
  std::vector<const void*> operands;
  for (const Tensor<Quad>* operand : call.operands) operands.push_back(operand->values.data());
  const auto run = linear::is_of_order(which) ? linear::run_order<Quad, Quad> : linear::run_matrices<Quad>;
  run(which, sizes, operands.data(), out.values.data(), work.data());
  return out;
}

}  // namespace dp::interpreter
