// Matrix products. Columns are cut into panels a few vectors wide, rows into tiles of which one fits the
// registers together with a row of the panel; blocks of tiles share what is packed of x. The order is: batch,
// block, panel, tile, k. Every element of the result starts at +0.0 and takes its products by fma in
// increasing k, then runs through the epilogue while it is still in its register.

#include <algorithm>
#include <thread>

#include "codegen/matmul.h"

namespace dp::codegen {

using namespace loops;

MatmulEmission::MatmulEmission(Emitter& emitter, const Stmt& statement)
    : emitter_(emitter),
      statement_(statement),
      product_(std::get<Matmul>(statement.node)),
      x_(factor(emitter.program.loops, product_, product_.x)),
      y_(factor(emitter.program.loops, product_, product_.y)),
      plan_(plan_matmul(emitter.program, product_, x_, y_)),
      element_(emitter.program.memory_type(x_.dtype)),
      stored_(stored_in(product_.epilogue)) {}

llvm::Value* MatmulEmission::element_address(Emitter& emitter, llvm::Value* pointer,
                                             llvm::Value* distance) const {
  return emitter.builder.CreateGEP(element_, pointer, distance);
}
llvm::Value* MatmulEmission::element_address(Emitter& emitter, llvm::Value* pointer,
                                             std::int64_t distance) const {
  return distance == 0 ? pointer : element_address(emitter, pointer, emitter.number(distance));
}

void MatmulEmission::run() {
  const bool is_parallel = product_.parallel && emitter_.pays_in_parallel(statement_);
  if (is_parallel && product_.batches > 2 * threads(emitter_.program)) {
    emitter_.run_in_parallel(statement_, product_.batches, emitter_.grain(statement_, product_.batches), {},
                             [&](Emitter& part, llvm::Value* begin, llvm::Value* end, const Values&) {
                               run_batches(part, begin, end, false);
                             });
  } else {
    run_batches(emitter_, emitter_.number(0), emitter_.number(product_.batches), is_parallel);
  }
}

void MatmulEmission::run_batches(Emitter& emitter, llvm::Value* begin, llvm::Value* end, bool is_parallel) {
  emitter.counted_loop(begin, end, 1, {}, stored_, [&](llvm::Value* batch, const Values& carried) {
    emitter.bind_variable(product_.batch, batch);
    run_batch(emitter, batch, is_parallel);
    return carried;
  });
}

void MatmulEmission::run_batch(Emitter& emitter, llvm::Value* batch, bool is_parallel) {
  const Strided y = plan_.pack_y ? pack_y(emitter) : in_place(emitter, y_, product_.column);
  if (!is_parallel) {
    emitter.counted_loop(0, plan_.blocks, 1, {}, stored_, [&](llvm::Value* block, const Values& carried) {
      run_block(emitter, block, y);
      return carried;
    });
    return;
  }
  // Blocks are dealt out to threads: some more of them than there are threads, so that all end at about one
  // time.
  const std::int64_t wanted =
      std::max(plan_.blocks, std::min<std::int64_t>(plan_.tiles.parts, 4 * threads(emitter.program)));
  plan_.tiles_a_block = (plan_.tiles.parts + wanted - 1) / wanted;
  plan_.blocks = (plan_.tiles.parts + plan_.tiles_a_block - 1) / plan_.tiles_a_block;
  emitter.run_in_parallel(statement_, plan_.blocks, 1, {batch, y.pointer},
                          [&](Emitter& part, llvm::Value* begin, llvm::Value* end, const Values& outer) {
                            part.bind_variable(product_.batch, outer[0]);
                            const Strided same_y{outer[1], y.step, y.inner};
                            part.counted_loop(begin, end, 1, {}, stored_,
                                              [&](llvm::Value* block, const Values& none) {
                                                run_block(part, block, same_y);
                                                return none;
                                              });
                          });
}

void MatmulEmission::run_block(Emitter& emitter, llvm::Value* block, const Strided& y) {
  llvm::IRBuilder<>& builder = emitter.builder;
  llvm::Value* first = builder.CreateNSWMul(block, emitter.number(plan_.tiles_a_block));
  llvm::Value* last =
      smaller(emitter, builder.CreateNSWAdd(first, emitter.number(plan_.tiles_a_block)), plan_.tiles.parts);
  const Strided x = plan_.pack_x ? pack_x(emitter, first, last) : in_place(emitter, x_, product_.row);
  for (const PanelRun& run : plan_.panels) {
    emitter.counted_loop(0, run.count, 1, {}, stored_, [&](llvm::Value* panel, const Values& carried) {
      llvm::Value* before =
          builder.CreateNSWMul(panel, emitter.number(std::int64_t{run.vectors} * plan_.lanes));
      run_panel(emitter, run, builder.CreateNSWAdd(before, emitter.number(run.first_column)), first, last, x,
                y);
      return carried;
    });
  }
}

void MatmulEmission::run_panel(Emitter& emitter, const PanelRun& run, llvm::Value* column, llvm::Value* first,
                               llvm::Value* last, const Strided& x, const Strided& y) {
  Strided panel = y;
  if (plan_.pack_y) {
    panel.inner = std::int64_t{run.vectors} * plan_.lanes;
    panel.pointer = element_address(emitter, y.pointer,
                                    emitter.builder.CreateNSWMul(column, emitter.number(product_.inners)));
  } else {
    panel.pointer = element_address(emitter, y.pointer, column);
  }
  const auto run_tiles = [&](llvm::Value* begin, llvm::Value* end, std::int64_t rows) {
    const TileForm form{rows, run.vectors, run.masked};
    emitter.counted_loop(begin, end, 1, {}, stored_, [&](llvm::Value* number, const Values& carried) {
      tile(emitter, form, number, column, x, panel);
      return carried;
    });
  };
  const auto run_those_there_are = [&](llvm::Value* begin, llvm::Value* end, std::int64_t rows) {
    llvm::Value* are_there = emitter.builder.CreateICmpSLT(begin, end);
    if (const auto* known = llvm::dyn_cast<llvm::ConstantInt>(are_there)) {
      if (known->isOne()) run_tiles(begin, end, rows);
    } else {
      emitter.when(are_there, nullptr, stored_, [&] { run_tiles(begin, end, rows); });
    }
  };
  const std::int64_t larger = plan_.tiles.larger;
  if (larger == 0) return run_tiles(first, last, plan_.tiles.size);
  run_those_there_are(first, smaller(emitter, last, larger), plan_.tiles.size + 1);
  run_those_there_are(larger_of(emitter, first, larger), last, plan_.tiles.size);
}

llvm::Value* MatmulEmission::smaller(Emitter& emitter, llvm::Value* value, std::int64_t bound) const {
  llvm::Value* limit = emitter.number(bound);
  return emitter.builder.CreateSelect(emitter.builder.CreateICmpSLT(value, limit), value, limit);
}
llvm::Value* MatmulEmission::larger_of(Emitter& emitter, llvm::Value* value, std::int64_t bound) const {
  llvm::Value* limit = emitter.number(bound);
  return emitter.builder.CreateSelect(emitter.builder.CreateICmpSLT(value, limit), limit, value);
}

/// The first row of a tile.
llvm::Value* MatmulEmission::row_of(Emitter& emitter, llvm::Value* tile) const {
  llvm::Value* row = emitter.builder.CreateNSWMul(tile, emitter.number(plan_.tiles.size));
  if (plan_.tiles.larger == 0) return row;
  return emitter.builder.CreateNSWAdd(row, smaller(emitter, tile, plan_.tiles.larger));
}

/// Where an operand lies: at the first row or column, and at k = 0.
Strided MatmulEmission::in_place(Emitter& emitter, const Factor& factor, VariableId along) const {
  Linear origin = factor.index;
  std::erase_if(origin.terms, [&](const Term& term) {
    return term.symbol == Symbol{true, along} || term.symbol == Symbol{true, product_.inner};
  });
  return {emitter.address(*factor.buffer, origin), factor.index.coefficient(along),
          factor.index.coefficient(product_.inner)};
}

std::int64_t MatmulEmission::threads(const Program& program) {
  if (program.options.threads > 0) return program.options.threads;
  return std::max<std::int64_t>(1, std::thread::hardware_concurrency());
}

namespace {

/// For an epilogue whose statements cannot have lanes: one element after the other.
void emit_plainly(Emitter& emitter, const Matmul& product) {
  const auto no_variable = static_cast<VariableId>(emitter.program.loops.variable_names.size());
  const Reduce sum{ReduceOrder::sequential,
                   product.inner,
                   no_variable,
                   product.inners,
                   1,
                   {},
                   {{product.accumulator, Combine::multiply_add, product.x, product.y}}};
  Body body = {Stmt{sum}};
  body.insert(body.end(), product.epilogue.begin(), product.epilogue.end());
  const For columns{LoopKind::serial, product.column, product.columns, body};
  const For rows{LoopKind::serial, product.row, product.rows, {Stmt{columns}}};
  emitter.emit_for(Stmt{For{LoopKind::serial, product.batch, product.batches, {Stmt{rows}}}});
}

}  // namespace

void Emitter::emit_matmul(const Stmt& statement) {
  const auto& product = std::get<Matmul>(statement.node);
  if (product.batches <= 0 || product.rows <= 0 || product.columns <= 0) return;
  if (can_have_lanes(program, product.epilogue)) {
    MatmulEmission(*this, statement).run();
  } else {
    emit_plainly(*this, product);
  }
}

}  // namespace dp::codegen
