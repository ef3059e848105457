#include "codegen/random.h"

#include <array>

#include "support/assert.h"
#include "support/philox.h"

namespace dp::codegen {
namespace {

// Words are the low halves of i64: the products need 64 bits.
using Block = std::array<Value, 4>;

constexpr std::int64_t low_word = 0xFFFFFFFF;

Value low(Value x) { return x & low_word; }
Value high(Value x) { return shift_right(x, 32); }

/// The block at `counter` (and `stream`, its upper half) under `key`.
Block draw(Value counter, Value key, std::int64_t stream) {
  constexpr std::int64_t multipliers[] = {0xD2511F53, 0xCD9E8D57};
  constexpr std::int64_t steps[] = {0x9E3779B9, 0xBB67AE85};
  Block block = {low(counter), high(counter), constant(counter, stream), constant(counter, 0)};
  Value key_0 = low(key), key_1 = high(key);
  for (int round = 0; round < 10; ++round) {
    const Value product_0 = block[0] * multipliers[0];
    const Value product_1 = block[2] * multipliers[1];
    block = {high(product_1) ^ block[1] ^ key_0, low(product_1), high(product_0) ^ block[3] ^ key_1,
             low(product_0)};
    key_0 = low(key_0 + steps[0]);
    key_1 = low(key_1 + steps[1]);
  }
  return block;
}

Value as_key(const Block& block) { return block[0] | shift_left(block[1], 32); }

}  // namespace

Value apply_random(Op op, std::span<const Value> operands) {
  const Value first = operands[0];
  if (op == Op::make_key) return first;
  if (op == Op::fold_key) return as_key(draw(operands[1], first, static_cast<std::int64_t>(fold_stream)));
  DP_ASSERT(op == Op::random_bits, "`{}` is not random", name(op));
  const Value position = operands[1];
  const Block block = draw(shift_right(position, 2), first, 0);
  const Value word = position & 3;
  const Value chosen =
      select(word == 0, block[0], select(word == 1, block[1], select(word == 2, block[2], block[3])));
  llvm::IRBuilderBase& builder = first.builder();
  return first.with(builder.CreateTrunc(chosen.get(), chosen.type_of(builder.getInt32Ty())));
}

}  // namespace dp::codegen
