#pragma once
// The parts of a matrix product in generated code: the register tile, the packing of operands, and the loops
// around. Shared by the three files that make it; emit_matmul.cpp tells how they fit together.

#include "codegen/emitter.h"
#include "codegen/matmul_plan.h"

namespace dp::codegen {

/// An operand in memory: elements `step` apart along rows (of x) or columns (of y), `inner` apart along k.
struct Strided {
  llvm::Value* pointer = nullptr;
  std::int64_t step = 0, inner = 0;
};

/// What one form of tile needs to be emitted.
struct TileForm {
  std::int64_t rows = 1;
  unsigned vectors = 1;
  bool masked = false;
};

/// Where a part of a product begins.
struct Corner {
  std::int64_t row = 0, column = 0;
};

class MatmulEmission {
 public:
  /// Emits the product, whose rows and columns begin at `corner`.
  MatmulEmission(Emitter& emitter, const loops::Stmt& statement, Corner corner = {});
  void run();

 private:
  // emit_matmul.cpp: the loops
  void run_batches(Emitter& emitter, llvm::Value* begin, llvm::Value* end, bool is_parallel);
  void run_batch(Emitter& emitter, llvm::Value* batch, bool is_parallel);
  struct Span {
    llvm::Value* begin;
    llvm::Value* end;
  };
  void run_tiles(Emitter& emitter, llvm::Value* first, llvm::Value* last, llvm::Value* packed_y);
  void run_block(Emitter& emitter, const PanelRun& run, Span panels, Span tiles, const Strided& x,
                 const Strided& y);
  void run_panels(Emitter& emitter, const PanelRun& run, Span panels, const TileForm& form, llvm::Value* tile,
                  const Strided& x, const Strided& y);
  llvm::Value* row_of(Emitter& emitter, llvm::Value* tile) const;
  llvm::Value* smaller(Emitter& emitter, llvm::Value* value, std::int64_t bound) const;
  llvm::Value* larger(Emitter& emitter, llvm::Value* value, std::int64_t bound) const;
  Strided in_place(Emitter& emitter, const Factor& factor, loops::VariableId along, std::int64_t first) const;
  /// The row or column is `base` + `offset` of this part; `base` belongs to the scope at `level`.
  void bind_row(Emitter& emitter, llvm::Value* base, std::int64_t offset, unsigned level) const;
  void bind_column(Emitter& emitter, llvm::Value* base, std::int64_t offset, unsigned level) const;
  static std::int64_t threads(const Program& program);

  // matmul_kernel.cpp: one register tile
  void run_tile(Emitter& emitter, const TileForm& form, llvm::Value* number, llvm::Value* column,
                const Strided& x, const Strided& y);
  Values accumulate(Emitter& emitter, const TileForm& form, const Strided& x, const Strided& y);
  Values next(Emitter& emitter, const TileForm& form, const Values& sums, llvm::Value* at_x,
              llvm::Value* at_y, std::int64_t row_step);
  void epilogue(Emitter& emitter, const TileForm& form, llvm::Value* row, llvm::Value* column,
                const Values& sums);
  void epilogue_loop(Emitter& emitter, const TileForm& form, llvm::Value* row, llvm::Value* column,
                     const Values& sums);
  void epilogue_vector(Emitter& emitter, const TileForm& form, unsigned vector, llvm::Value* column,
                       unsigned level, llvm::Value* sum);
  std::int64_t offset_of(const TileForm& form, unsigned vector) const;
  llvm::Value* loaded(Emitter& emitter, const TileForm& form, unsigned vector) const;
  llvm::Value* mask(Emitter& emitter, const TileForm& form, unsigned vector) const;

  // matmul_pack.cpp: operands laid out for the tiles
  /// A square of y: as many columns as there are lanes, bound at `level`; a panel's rows are `width` long.
  struct Square {
    Values columns;
    unsigned level;
    std::int64_t width;
  };
  std::int64_t tile_height() const;
  std::int64_t tile_elements() const;
  Strided pack_x(Emitter& emitter, llvm::Value* first, llvm::Value* last);
  Strided pack_x_rows(Emitter& emitter, llvm::Value* first, llvm::Value* last);
  Strided pack_x_tiles(Emitter& emitter, llvm::Value* first, llvm::Value* last);
  void pack_tile_line(Emitter& emitter, llvm::Value* row, llvm::Value* to);
  llvm::Value* pack_y(Emitter& emitter);
  llvm::Value* block_memory(Emitter& emitter) const;
  llvm::Value* pack_block(Emitter& emitter, const PanelRun& run, Span panels, llvm::Value* memory);
  void pack_panels(Emitter& emitter, const PanelRun& run, Span panels, llvm::Value* origin);
  void pack_y_rows(Emitter& emitter, const PanelRun& run, llvm::Value* column, llvm::Value* to);
  void pack_y_transposed(Emitter& emitter, const PanelRun& run, llvm::Value* column, llvm::Value* to);
  void turn_square(Emitter& emitter, const Square& square, llvm::Value* k, llvm::Value* to,
                   std::int64_t depth);
  llvm::Value* joined(Emitter& emitter, Values pieces) const;
  Values turned_within(Emitter& emitter, Values rows) const;

  llvm::Value* element_address(Emitter& emitter, llvm::Value* pointer, llvm::Value* distance) const;
  llvm::Value* element_address(Emitter& emitter, llvm::Value* pointer, std::int64_t distance) const;

  Emitter& emitter_;
  const loops::Stmt& statement_;
  const loops::Matmul& product_;
  Corner corner_;
  Factor x_, y_;
  MatmulPlan plan_;
  llvm::Type* element_;
  BufferSet stored_;
};

}  // namespace dp::codegen
