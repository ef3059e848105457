#pragma once
// The parts of a matrix product in generated code: the register tile, the packing of operands, and the loops
// around. Shared by the three files that make it; emit_matmul.cpp tells how they fit together.

#include "codegen/emitter.h"
#include "codegen/matmul_plan.h"

namespace dp::codegen {

/// An operand in memory: elements `step` apart along rows (of x) or columns (of y), `inner` apart along k. Of
/// a window these are the steps of the fastest digit of k, and where its rows are bent each row of a tile has
/// its own pointer.
struct Strided {
  llvm::Value* pointer = nullptr;
  std::int64_t step = 0, inner = 0;
  const Window* window = nullptr;
  Values rows = {};
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
  bool packs_panels_apart() const;
  void run_panels_in_parallel(Emitter& emitter, llvm::Value* batch);
  Strided rows_of_x(Emitter& emitter, llvm::Value* first, llvm::Value* last);
  void run_blocks(Emitter& emitter, const PanelRun& run, Span panels, Span tiles, const Strided& x,
                  const Strided& y, llvm::Value* memory);
  void run_block(Emitter& emitter, const PanelRun& run, Span panels, Span tiles, const Strided& x,
                 const Strided& y);
  void run_panels(Emitter& emitter, const PanelRun& run, Span panels, const TileForm& form, llvm::Value* tile,
                  const Strided& x, const Strided& y);
  llvm::Value* row_of(Emitter& emitter, llvm::Value* tile) const;
  llvm::Value* smaller(Emitter& emitter, llvm::Value* value, llvm::Value* bound) const;
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
  Values run_digits(Emitter& emitter, const TileForm& form, const Strided& x, const Strided& y,
                    std::size_t digits, llvm::Value* offset, const Values& carried);
  Values run_steps(Emitter& emitter, const TileForm& form, const Strided& x, const Strided& y,
                   std::int64_t count, llvm::Value* at_x, Values carried);
  Values next(Emitter& emitter, const TileForm& form, const Values& sums, const Strided& x, llvm::Value* at_x,
              std::int64_t distance, llvm::Value* at_y);
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
  /// A square of y: as many columns as there are lanes; `read` gives of one of them the elements `first` and
  /// on behind k that the mask has. A panel's rows are `width` long.
  struct Square {
    std::function<llvm::Value*(unsigned column, llvm::Value* k, std::int64_t first, llvm::Value* mask)> read;
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
  Values columns_of(Emitter& emitter, const PanelRun& run, llvm::Value* first) const;
  void turn_squares(Emitter& emitter, const Square& square, std::int64_t inners, llvm::Value* to);
  void turn_square(Emitter& emitter, const Square& square, llvm::Value* k, llvm::Value* to,
                   std::int64_t depth);
  llvm::Value* joined(Emitter& emitter, Values pieces) const;
  Values turned_within(Emitter& emitter, Values rows) const;

  // matmul_window.cpp: operands that are windows
  struct Piece {
    llvm::Value* pointer;
    llvm::Value* mask;
  };
  /// A vector of columns of a window: the first of them, where it is packed to, and the lanes that count.
  struct Columns {
    llvm::Value* first;
    llvm::Value* to;
    llvm::Value* present;
    std::int64_t width;
  };
  Strided window_rows(Emitter& emitter, const TileForm& form, llvm::Value* row, const Strided& x) const;
  Values offsets(Emitter& emitter, const std::vector<Digit>& digits, llvm::Value* first,
                 std::int64_t count) const;
  void pack_y_window(Emitter& emitter, const PanelRun& run, llvm::Value* column, llvm::Value* to);
  std::int64_t piece_count() const;
  std::vector<Piece> pieces(Emitter& emitter, const Columns& columns, llvm::Value* pointer) const;
  void pack_pieces(Emitter& emitter, const Columns& columns, llvm::Value* pointer);
  void pack_squares(Emitter& emitter, const Columns& columns, llvm::Value* pointer);
  void pack_scattered(Emitter& emitter, const Columns& columns, llvm::Value* pointer);
  /// For every run of k along its fastest digit: the distance of its elements, and its first k.
  void each_run(Emitter& emitter, std::size_t digits, llvm::Value* offset, llvm::Value* first,
                const std::function<void(llvm::Value* offset, llvm::Value* first)>& body) const;
  /// For every k, as a distance of its elements; what is read there goes to its line.
  void pack_lines(Emitter& emitter, const Columns& columns,
                  const std::function<llvm::Value*(llvm::Value* offset)>& read);

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
