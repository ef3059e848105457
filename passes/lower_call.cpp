// Routines on whole tensors: their operands are stored, each in a buffer of its own. A part of a buffer,
// which the step of a loop chooses, goes through scratch.

#include "passes/lower_emitter.h"

namespace dp {

using namespace loops;

void KernelEmitter::emit_call(Id id) {
  const Node& node = graph_[id];
  std::vector<Extents> shapes;
  std::vector<BufferId> operands;
  for (const Id operand : node.operands) {
    shapes.push_back(extents_of(graph_[operand].type));
    operands.push_back(whole_operand(operand));
  }
  for (const Slot& slot : storage_[id].written) {
    const Slot result = slot.bases.empty() ? slot : new_local(id, 0);
    append({Call{node.op, operands, result.buffer, call_sizes(node, shapes)}});
    if (!slot.bases.empty()) copy_whole(id, result, slot);
  }
}

/// A buffer that holds the operand and nothing else.
BufferId KernelEmitter::whole_operand(Id operand) {
  const auto& read = storage_[operand].read;
  if (read && read->bases.empty() && !given_.contains(operand)) return read->buffer;
  const Slot scratch = new_local(operand, 0);
  copy_whole(operand, read, scratch);
  return scratch.buffer;
}

/// All elements of a value, from a place where it is or as they are computed here.
void KernelEmitter::copy_whole(Id id, const std::optional<Slot>& from, const Slot& to) {
  const Extents extents = extents_of(graph_[id].type);
  const Nest nest = open(extents, NestKind::serial, "i");
  const Affine at = indices_.linear(nest.index, extents);
  const bool is_given = given_.contains(id) || !from;
  store(to, at, is_given ? element(id, nest.index) : load(*from, at));
  close(nest);
}

}  // namespace dp
