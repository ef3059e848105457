// Calls of the runtime's routines on whole buffers.

#include "codegen/emitter.h"

namespace dp::codegen {

void Emitter::emit_call(const loops::Call& call) {
  const linear::Sizes& given = call.sizes;
  const Values sizes{number(given.batches), number(given.rows), number(given.columns), number(given.flags)};
  llvm::Value* operands = stack(program.pointer_type(), static_cast<std::int64_t>(call.operands.size()));
  for (std::size_t k = 0; k < call.operands.size(); ++k) {
    builder.CreateStore(base_pointer(call.operands[k]),
                        builder.CreateConstInBoundsGEP1_64(program.pointer_type(), operands, k));
  }
  const auto dtype = static_cast<unsigned>(program.loops.buffers[call.operands.front()].dtype);
  const auto routine = static_cast<unsigned>(routine_of(call.op));
  builder.CreateCall(program.runtime(RuntimeCall::call),
                     {builder.getInt32(routine), builder.getInt32(dtype), word_list(sizes), operands,
                      base_pointer(call.result)});
  forget(call.result);
}

}  // namespace dp::codegen
