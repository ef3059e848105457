// Matrix products. Columns are cut into panels a few vectors wide, rows into tiles of which one fits the
// registers together with a row of a panel. The order is: batch, block of panels, tile, panel, k: a tile's
// rows of x stay in the first cache while the panels of a block pass by, which stay in the second; where y is
// packed and x is small a block is one panel, packed when its turn comes, and the tiles pass by. Every
// element of the result starts at +0.0 and takes its products by fma in increasing k, then runs through the
// epilogue while it is still in its register. A few columns behind the last whole vector are a product of
// their own, with lanes along the rows.

#include <algorithm>
#include <thread>

#include "codegen/matmul.h"

namespace dp::codegen {

using namespace loops;

MatmulEmission::MatmulEmission(Emitter& emitter, const Stmt& statement, Corner corner)
    : emitter_(emitter),
      statement_(statement),
      product_(std::get<Matmul>(statement.node)),
      corner_(corner),
      x_(factor_x(emitter.program.loops, product_)),
      y_(factor_y(emitter.program.loops, product_)),
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
  const std::int64_t tiles = plan_.tiles.parts;
  if (!is_parallel) return run_tiles(emitter, emitter.number(0), emitter.number(tiles), nullptr);
  if (packs_panels_apart()) return run_panels_in_parallel(emitter, batch);
  Values handed = {batch};
  if (plan_.pack_y) handed.push_back(pack_y(emitter));
  emitter.run_in_parallel(statement_, tiles, 1, handed,
                          [&](Emitter& part, llvm::Value* begin, llvm::Value* end, const Values& outer) {
                            part.bind_variable(product_.batch, outer[0]);
                            run_tiles(part, begin, end, outer.size() > 1 ? outer[1] : nullptr);
                          });
}

/// The tiles of rows from `first` to `last`, all columns. Where y has to be packed and is not yet, each block
/// of panels is packed when its turn comes, while it is still in the cache.
void MatmulEmission::run_tiles(Emitter& emitter, llvm::Value* first, llvm::Value* last,
                               llvm::Value* packed_y) {
  const Strided x = rows_of_x(emitter, first, last);
  Strided y{packed_y, 1, 0};
  if (!plan_.pack_y) y = in_place(emitter, y_, product_.column, corner_.column);
  llvm::Value* memory = y.pointer == nullptr ? block_memory(emitter) : nullptr;
  for (const PanelRun& run : plan_.panels)
    run_blocks(emitter, run, {emitter.number(0), emitter.number(run.count)}, {first, last}, x, y, memory);
}

/// Whether y is windows of an image, which packed as a whole may be many times as large.
bool MatmulEmission::packs_panels_apart() const {
  return y_.window && y_.window->is_bent() && product_.rows < product_.columns;
}

/// Where y is windows: every part packs the panels that it works on, so that all of y is never there.
void MatmulEmission::run_panels_in_parallel(Emitter& emitter, llvm::Value* batch) {
  const Values handed = {batch};
  for (const PanelRun& run : plan_.panels) {
    emitter.run_in_parallel(statement_, run.count, 1, handed,
                            [&](Emitter& part, llvm::Value* begin, llvm::Value* end, const Values& outer) {
                              part.bind_variable(product_.batch, outer[0]);
                              const Span tiles{part.number(0), part.number(plan_.tiles.parts)};
                              const Strided x = rows_of_x(part, tiles.begin, tiles.end);
                              run_blocks(part, run, {begin, end}, tiles, x, {nullptr, 1, 0},
                                         block_memory(part));
                            });
  }
}

Strided MatmulEmission::rows_of_x(Emitter& emitter, llvm::Value* first, llvm::Value* last) {
  if (plan_.pack_x) return pack_x(emitter, first, last);
  if (x_.window) return {emitter.address(x_.window->buffer, x_.window->base), 0, 0, &*x_.window};
  return in_place(emitter, x_, product_.row, corner_.row);
}

/// Panels, a block of them after the other, each packed to `memory` when its turn comes where there is any.
void MatmulEmission::run_blocks(Emitter& emitter, const PanelRun& run, Span panels, Span tiles,
                                const Strided& x, const Strided& y, llvm::Value* memory) {
  const auto block = [&](llvm::Value* panel, const Values& carried) {
    llvm::Value* behind = emitter.builder.CreateNSWAdd(panel, emitter.number(plan_.panels_a_block));
    const Span now{panel, smaller(emitter, behind, panels.end)};
    Strided there = y;
    if (memory != nullptr) there.pointer = pack_block(emitter, run, now, memory);
    run_block(emitter, run, now, tiles, x, there);
    return carried;
  };
  emitter.counted_loop(panels.begin, panels.end, plan_.panels_a_block, {}, stored_, block);
}

/// Tiles by panels of one form. Where tiles differ in height, the taller come first.
void MatmulEmission::run_block(Emitter& emitter, const PanelRun& run, Span panels, Span tiles,
                               const Strided& x, const Strided& y) {
  const auto run_form = [&](llvm::Value* begin, llvm::Value* end, std::int64_t rows) {
    emitter.counted_loop(begin, end, 1, {}, stored_, [&](llvm::Value* tile, const Values& carried) {
      run_panels(emitter, run, panels, {rows, run.vectors, run.masked}, tile, x, y);
      return carried;
    });
  };
  const auto run_those_there_are = [&](llvm::Value* begin, llvm::Value* end, std::int64_t rows) {
    llvm::Value* are_there = emitter.builder.CreateICmpSLT(begin, end);
    if (const auto* known = llvm::dyn_cast<llvm::ConstantInt>(are_there)) {
      if (known->isOne()) run_form(begin, end, rows);
    } else {
      emitter.when(are_there, nullptr, stored_, [&] { run_form(begin, end, rows); });
    }
  };
  const std::int64_t taller = plan_.tiles.larger;
  if (taller == 0) return run_form(tiles.begin, tiles.end, plan_.tiles.size);
  run_those_there_are(tiles.begin, smaller(emitter, tiles.end, taller), plan_.tiles.size + 1);
  run_those_there_are(larger(emitter, tiles.begin, taller), tiles.end, plan_.tiles.size);
}

/// One tile of rows by some panels.
void MatmulEmission::run_panels(Emitter& emitter, const PanelRun& run, Span panels, const TileForm& form,
                                llvm::Value* tile, const Strided& x, const Strided& y) {
  llvm::IRBuilder<>& builder = emitter.builder;
  const std::int64_t width = std::int64_t{run.vectors} * plan_.lanes;
  emitter.counted_loop(
      panels.begin, panels.end, 1, {}, stored_, [&](llvm::Value* number, const Values& carried) {
        llvm::Value* before = builder.CreateNSWMul(number, emitter.number(width));
        llvm::Value* column = builder.CreateNSWAdd(before, emitter.number(run.first_column));
        Strided panel = y;
        if (plan_.pack_y) panel.inner = width;
        llvm::Value* distance =
            plan_.pack_y ? builder.CreateNSWMul(column, emitter.number(product_.inners)) : column;
        panel.pointer = element_address(emitter, y.pointer, distance);
        run_tile(emitter, form, tile, column, x, panel);
        return carried;
      });
}

llvm::Value* MatmulEmission::smaller(Emitter& emitter, llvm::Value* value, llvm::Value* bound) const {
  return emitter.builder.CreateSelect(emitter.builder.CreateICmpSLT(value, bound), value, bound);
}
llvm::Value* MatmulEmission::smaller(Emitter& emitter, llvm::Value* value, std::int64_t bound) const {
  return smaller(emitter, value, emitter.number(bound));
}
llvm::Value* MatmulEmission::larger(Emitter& emitter, llvm::Value* value, std::int64_t bound) const {
  llvm::Value* limit = emitter.number(bound);
  return emitter.builder.CreateSelect(emitter.builder.CreateICmpSLT(value, limit), limit, value);
}

/// The first row of a tile.
llvm::Value* MatmulEmission::row_of(Emitter& emitter, llvm::Value* tile) const {
  llvm::Value* row = emitter.builder.CreateNSWMul(tile, emitter.number(plan_.tiles.size));
  if (plan_.tiles.larger == 0) return row;
  return emitter.builder.CreateNSWAdd(row, smaller(emitter, tile, plan_.tiles.larger));
}

void MatmulEmission::bind_row(Emitter& emitter, llvm::Value* base, std::int64_t offset,
                              unsigned level) const {
  emitter.bind_variable(product_.row, base, corner_.row + offset, level);
}
void MatmulEmission::bind_column(Emitter& emitter, llvm::Value* base, std::int64_t offset,
                                 unsigned level) const {
  emitter.bind_variable(product_.column, base, corner_.column + offset, level);
}

/// Where an operand lies: at the `first` row or column, and at k = 0.
Strided MatmulEmission::in_place(Emitter& emitter, const Factor& factor, VariableId along,
                                 std::int64_t first) const {
  Linear origin = factor.index;
  origin.constant += first * origin.coefficient(along);
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

namespace {

/// Of a product that is divided into whole vectors of columns and odd ones: in vectors.
constexpr std::int64_t widest_divided = 16, least_turned_rows = 4;

/// The same product of the transposed operands: lanes then run along what were its rows.
Matmul transposed(Matmul product) {
  std::swap(product.row, product.column);
  std::swap(product.rows, product.columns);
  std::swap(product.x, product.y);
  return product;
}

bool is_bent(const Factor& factor) { return factor.window && factor.window->is_bent(); }

/// Whether lanes along the rows serve better: few columns leave most of a vector empty, and a result that is
/// stored transposed has its rows in a row.
bool is_better_transposed(const Program& program, const Matmul& product) {
  const std::int64_t lanes = program.target.lanes(size_of(program.loops.expressions[product.x].dtype));
  const bool bent_x = is_bent(factor_x(program.loops, product)),
             bent_y = is_bent(factor_y(program.loops, product));
  // Windows are read in place as rows, but have to be packed as columns, which the rows must make up for.
  if (bent_y && !bent_x && product.rows < product.columns && product.rows * 2 >= lanes) return true;
  if (product.rows < product.columns || product.rows < lanes) return false;
  if (product.columns * 4 <= lanes) return true;
  if (bent_x) return false;
  for (const Stmt& statement : product.epilogue) {
    const auto* store = std::get_if<Store>(&statement.node);
    if (store == nullptr) continue;
    const Linear index = linear(program.loops, store->index);
    return index.coefficient(product.column) != 1 && index.coefficient(product.row) == 1;
  }
  return false;
}

/// The columns behind the last whole vector, where they are better taken as rows: they would fill little of a
/// vector, and the product is not so wide that this does not matter. Not where y has to be transposed: then x
/// would be too. Where a lane's check fails its lanes are counted from 0: then none.
std::int64_t odd_columns(const Program& program, const Matmul& product) {
  const std::int64_t lanes = program.target.lanes(size_of(program.loops.expressions[product.x].dtype));
  const std::int64_t odd = product.columns % lanes;
  const bool pays = product.columns > lanes && product.columns < widest_divided * lanes &&
                    product.rows >= least_turned_rows * lanes && odd * 4 <= lanes &&
                    reads_along(program.loops, product.y, product.column);
  const bool is_plain = factor_x(program.loops, product).buffer && factor_y(program.loops, product).buffer;
  return pays && is_plain && count_checks(product.epilogue) == 0 ? odd : 0;
}

}  // namespace

void Emitter::emit_matmul(const Stmt& statement) {
  const auto& product = std::get<Matmul>(statement.node);
  if (product.batches <= 0 || product.rows <= 0 || product.columns <= 0) return;
  if (!can_have_lanes(program, product.epilogue)) return emit_plainly(*this, product);
  if (is_better_transposed(program, product)) {
    const Stmt turned{transposed(product)};
    return MatmulEmission(*this, turned).run();
  }
  const std::int64_t odd = odd_columns(program, product);
  Matmul whole_vectors = product, rest = product;
  whole_vectors.columns = product.columns - odd;
  rest.columns = odd;
  const Stmt first{whole_vectors}, second{transposed(rest)};
  MatmulEmission(*this, first).run();
  if (odd != 0) MatmulEmission(*this, second, {.row = whole_vectors.columns}).run();
}

}  // namespace dp::codegen
