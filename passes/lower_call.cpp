// Routines on whole tensors: their operands are stored, each in a buffer of its own.

#include "passes/lower_emitter.h"
#include "support/assert.h"

namespace dp {

using namespace loops;

void KernelEmitter::emit_call(Id id) {
  const Node& node = graph_[id];
  std::vector<Extents> shapes;
  for (const Id operand : node.operands) shapes.push_back(extents_of(graph_[operand].type));
  const auto whole_buffer = [&](const Slot& slot) {
    DP_ASSERT(slot.bases.empty(), "`{}` works on whole buffers, not on a part that a loop's step chooses",
              name(node.op));
    return slot.buffer;
  };
  for (const Slot& result : storage_[id].written) {
    Call call{node.op, {}, whole_buffer(result), call_sizes(node, shapes)};
    for (const Id operand : node.operands) {
      DP_ASSERT(storage_[operand].read, "an operand of `{}` is not stored", name(node.op));
      call.operands.push_back(whole_buffer(*storage_[operand].read));
    }
    append({std::move(call)});
  }
}

}  // namespace dp
