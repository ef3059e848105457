#include "codegen/emitter.h"

namespace dp::codegen {

using namespace loops;

void Emitter::emit_matmul(const Stmt& statement) {
  const auto& product = std::get<Matmul>(statement.node);
  Reduce sum{ReduceOrder::sequential,
             product.inner,
             static_cast<VariableId>(program.loops.variable_names.size()),
             product.inners,
             1,
             {},
             {{product.accumulator, Combine::multiply_add, product.x, product.y}}};
  Body body = {Stmt{sum}};
  body.insert(body.end(), product.epilogue.begin(), product.epilogue.end());
  const For columns{LoopKind::vector, product.column, product.columns, body};
  const For rows{LoopKind::serial, product.row, product.rows, {Stmt{columns}}};
  emit_for(Stmt{For{LoopKind::serial, product.batch, product.batches, {Stmt{rows}}}});
}

}  // namespace dp::codegen
