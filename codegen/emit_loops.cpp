#include <bit>

#include "codegen/emitter.h"
#include "codegen/vector_shape.h"

namespace dp::codegen {
namespace {

using namespace loops;

/// An unrolled loop above this many iterations or instructions is a loop after all.
constexpr std::int64_t most_unrolled = 64;
constexpr double most_unrolled_code = 2000;

bool is_small_enough_to_unroll(const Module& module, const For& loop) {
  return loop.extent <= most_unrolled &&
         static_cast<double>(loop.extent) * code_size(module, loop.body) <= most_unrolled_code;
}

}  // namespace

void Emitter::emit(const Body& body) {
  for (const Stmt& statement : body) emit(statement);
}

void Emitter::emit(const Stmt& statement) {
  if (std::holds_alternative<For>(statement.node)) {
    emit_for(statement);
  } else if (const auto* let = std::get_if<Let>(&statement.node)) {
    const Fact where = fact(let->expr);
    values_[let->value] = {evaluate(let->expr).get(), where};
  } else if (const auto* to = std::get_if<Store>(&statement.node)) {
    store(to->buffer, to->index, to->expr);
  } else if (const auto* reduce = std::get_if<Reduce>(&statement.node)) {
    emit_reduce(*reduce);
  } else if (std::holds_alternative<Matmul>(statement.node)) {
    emit_matmul(statement);
  } else if (const auto* branch = std::get_if<If>(&statement.node)) {
    emit_if(*branch);
  } else if (const auto* check = std::get_if<Check>(&statement.node)) {
    emit_check(*check);
  } else if (const auto* call = std::get_if<Call>(&statement.node)) {
    emit_call(*call);
  } else {
    emit_print(std::get<Print>(statement.node));
  }
}

void Emitter::emit_for(const Stmt& statement) {
  const auto& loop = std::get<For>(statement.node);
  if (loop.extent <= 0) return;
  const bool is_split = loop.kind == LoopKind::parallel || loop.kind == LoopKind::vector;
  const bool is_parallel = is_split && pays_in_parallel(statement);
  if (!lanes_ && loop.kind == LoopKind::vector && can_have_lanes(program, loop.body)) {
    if (is_parallel)
      emit_parallel_vector(statement);
    else
      emit_vector(loop);
  } else if (is_parallel) {
    emit_parallel(statement);
  } else {
    emit_one_by_one(loop);
  }
}

void Emitter::emit_one_by_one(const For& loop) {
  const BufferSet stored = stored_in(loop.body);
  const auto iteration = [&](llvm::Value* index, const Values& carried) {
    bind_variable(loop.variable, index);
    emit(loop.body);
    return carried;
  };
  if (loop.kind == LoopKind::unroll && is_small_enough_to_unroll(program.loops, loop)) {
    for (std::int64_t i = 0; i < loop.extent; ++i) counted_loop(i, i + 1, 1, {}, stored, iteration);
  } else {
    counted_loop(0, loop.extent, 1, {}, stored, iteration);
  }
}

void Emitter::emit_vector(const For& loop) {
  const VectorShape shape = vector_shape(program, loop);
  emit_vector_blocks(loop, shape, number(0), number(shape.end));
  emit_vector_rest(loop, shape);
}

void Emitter::emit_vector_blocks(const For& loop, const VectorShape& shape, llvm::Value* begin,
                                 llvm::Value* end) {
  const BufferSet stored = stored_in(loop.body);
  counted_loop(begin, end, shape.lanes, {}, stored, [&](llvm::Value* index, const Values& carried) {
    llvm::Value* mask = nullptr;
    if (shape.masked) mask = prefix_mask(shape.lanes, builder.CreateSub(number(shape.end), index));
    with_lanes({loop.variable, shape.lanes, loop.extent, &loop.body}, index, mask, stored,
               [&] { emit(loop.body); });
    return carried;
  });
}

void Emitter::emit_vector_rest(const For& loop, const VectorShape& shape) {
  if (shape.rest_lanes == 0) return;
  llvm::Value* mask = prefix_mask(shape.rest_lanes, loop.extent - shape.end);
  const Lanes lanes{loop.variable, shape.rest_lanes, loop.extent, &loop.body};
  with_lanes(lanes, number(shape.end), mask, stored_in(loop.body), [&] { emit(loop.body); });
}

}  // namespace dp::codegen
