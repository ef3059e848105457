// Operands of a matrix product laid out anew: because they are expressions, because their elements do not lie
// in rows the right way, or because rows that lie far apart crowd into a few sets of the cache.

#include <algorithm>
#include <numeric>

#include "codegen/matmul.h"

namespace dp::codegen {
namespace {

using namespace loops;

/// Few enough that each has its page in the table of pages for stores, which is small.
constexpr std::int64_t tiles_packed_together = 8;

}  // namespace

std::int64_t MatmulEmission::tile_height() const {
  return plan_.tiles.size + (plan_.tiles.larger != 0 ? 1 : 0);
}

/// Of a tile of x that was packed with lanes along its rows: whole vectors and one more, so that the last row
/// may be written as a whole vector and the tiles do not all begin in one set of the cache.
std::int64_t MatmulEmission::tile_elements() const {
  const std::int64_t lanes = plan_.lanes;
  return (product_.inners * tile_height() + lanes - 1) / lanes * lanes + lanes;
}

Strided MatmulEmission::pack_x(Emitter& emitter, llvm::Value* first, llvm::Value* last) {
  return plan_.inner_lanes_x ? pack_x_rows(emitter, first, last) : pack_x_tiles(emitter, first, last);
}

/// The rows of the tiles from `first` to `last`, one after the other, each a vector longer than it need be,
/// so that they do not all begin in one set of the cache. The pointer is that of row 0, wherever that would
/// be.
Strided MatmulEmission::pack_x_rows(Emitter& emitter, llvm::Value* first, llvm::Value* last) {
  const std::int64_t lanes = plan_.lanes;
  const std::int64_t step = (product_.inners + lanes - 1) / lanes * lanes + lanes;
  const std::int64_t bytes =
      plan_.tiles.parts * tile_height() * step * static_cast<std::int64_t>(size_of(x_.dtype));
  llvm::Value* first_row = row_of(emitter, first);
  llvm::Value* origin = emitter.builder.CreateNSWMul(first_row, emitter.number(-step));
  llvm::Value* memory = element_address(emitter, emitter.scratch(bytes), origin);
  emitter.counted_loop(
      first_row, row_of(emitter, last), 1, {}, {}, [&](llvm::Value* row, const Values& carried) {
        bind_row(emitter, row, 0, emitter.depth());
        llvm::Value* line =
            element_address(emitter, memory, emitter.builder.CreateNSWMul(row, emitter.number(step)));
        emitter.counted_loop(0, product_.inners, lanes, {}, {}, [&](llvm::Value* k, const Values& none) {
          llvm::Value* rest = emitter.builder.CreateNSWSub(emitter.number(product_.inners), k);
          llvm::Value* mask = product_.inners % lanes == 0 ? nullptr : emitter.prefix_mask(plan_.lanes, rest);
          emitter.with_lanes({product_.inner, plan_.lanes, 0, nullptr}, k, mask, {}, [&] {
            emitter.store_row(x_.dtype, element_address(emitter, line, k), emitter.evaluate_lanes(x_.expr),
                              nullptr);
          });
          return none;
        });
        return carried;
      });
  return {memory, step, 1};
}

/// Tile by tile, in each k by k the rows. The pointer is that of tile 0, wherever that would be.
Strided MatmulEmission::pack_x_tiles(Emitter& emitter, llvm::Value* first, llvm::Value* last) {
  const std::int64_t height = tile_height();
  const std::int64_t elements = plan_.tiles.parts * tile_elements();
  llvm::Value* scratch = emitter.scratch(elements * static_cast<std::int64_t>(size_of(x_.dtype)));
  llvm::Value* origin = emitter.builder.CreateNSWMul(first, emitter.number(-tile_elements()));
  llvm::Value* memory = element_address(emitter, scratch, origin);
  const auto group = [&](llvm::Value* begin, const Values& carried) {
    llvm::Value* behind = emitter.builder.CreateNSWAdd(begin, emitter.number(tiles_packed_together));
    llvm::Value* end = emitter.builder.CreateBinaryIntrinsic(llvm::Intrinsic::smin, behind, last);
    emitter.counted_loop(0, product_.inners, 1, {}, {}, [&](llvm::Value* k, const Values& none) {
      emitter.bind_variable(product_.inner, k);
      llvm::Value* line =
          element_address(emitter, memory, emitter.builder.CreateNSWMul(k, emitter.number(height)));
      emitter.counted_loop(begin, end, 1, {}, {}, [&](llvm::Value* number, const Values& inner) {
        llvm::Value* distance = emitter.builder.CreateNSWMul(number, emitter.number(tile_elements()));
        pack_tile_line(emitter, row_of(emitter, number), element_address(emitter, line, distance));
        return inner;
      });
      return none;
    });
    return carried;
  };
  emitter.counted_loop(first, last, tiles_packed_together, {}, {}, group);
  return {memory, 1, height};
}

/// The elements of one k in a tile whose first row is given. What a whole vector writes beyond the tile's
/// height, the next k overwrites.
void MatmulEmission::pack_tile_line(Emitter& emitter, llvm::Value* row, llvm::Value* to) {
  const std::int64_t height = tile_height();
  llvm::Value* present = emitter.builder.CreateNSWSub(emitter.number(product_.rows), row);
  const unsigned level = emitter.depth();
  for (std::int64_t offset = 0; offset < height; offset += plan_.lanes) {
    llvm::Value* rest = emitter.builder.CreateNSWSub(present, emitter.number(offset));
    llvm::Value* mask = emitter.prefix_mask(plan_.lanes, rest);
    emitter.with_lanes({product_.row, plan_.lanes, 0, nullptr}, row, mask, {}, [&] {
      bind_row(emitter, row, offset, level);
      emitter.store_row(x_.dtype, element_address(emitter, to, offset), emitter.evaluate_lanes(x_.expr),
                        nullptr);
    });
  }
}

/// All of it, panel after panel; in a panel row after row, as wide as the panel.
llvm::Value* MatmulEmission::pack_y(Emitter& emitter) {
  const std::int64_t bytes =
      product_.inners * plan_.padded_columns * static_cast<std::int64_t>(size_of(y_.dtype));
  llvm::Value* memory = emitter.scratch(bytes);
  for (const PanelRun& run : plan_.panels) {
    pack_panels(emitter, run, {emitter.number(0), emitter.number(run.count)}, memory);
  }
  return memory;
}

/// For as many panels as are packed at a time.
llvm::Value* MatmulEmission::block_memory(Emitter& emitter) const {
  std::int64_t vectors = 0;
  for (const PanelRun& run : plan_.panels)
    vectors = std::max(vectors, std::min(run.count, plan_.panels_a_block) * run.vectors);
  const std::int64_t elements = product_.inners * vectors * plan_.lanes;
  return emitter.scratch(elements * static_cast<std::int64_t>(size_of(y_.dtype)));
}

/// Some panels, from the beginning of `memory` on. Gives the place of column 0, wherever that would be.
llvm::Value* MatmulEmission::pack_block(Emitter& emitter, const PanelRun& run, Span panels,
                                        llvm::Value* memory) {
  const std::int64_t width = std::int64_t{run.vectors} * plan_.lanes;
  llvm::Value* before = emitter.builder.CreateNSWMul(panels.begin, emitter.number(width));
  llvm::Value* column = emitter.builder.CreateNSWAdd(before, emitter.number(run.first_column));
  llvm::Value* distance = emitter.builder.CreateNSWMul(column, emitter.number(-product_.inners));
  llvm::Value* origin = element_address(emitter, memory, distance);
  pack_panels(emitter, run, panels, origin);
  return origin;
}

void MatmulEmission::pack_panels(Emitter& emitter, const PanelRun& run, Span panels, llvm::Value* origin) {
  const std::int64_t width = std::int64_t{run.vectors} * plan_.lanes;
  emitter.counted_loop(panels.begin, panels.end, 1, {}, {}, [&](llvm::Value* panel, const Values& carried) {
    llvm::Value* before = emitter.builder.CreateNSWMul(panel, emitter.number(width));
    llvm::Value* column = emitter.builder.CreateNSWAdd(before, emitter.number(run.first_column));
    llvm::Value* distance = emitter.builder.CreateNSWMul(column, emitter.number(product_.inners));
    llvm::Value* to = element_address(emitter, origin, distance);
    if (y_.window)
      pack_y_window(emitter, run, column, to);
    else if (plan_.transpose_y)
      pack_y_transposed(emitter, run, column, to);
    else
      pack_y_rows(emitter, run, column, to);
    return carried;
  });
}

void MatmulEmission::pack_y_rows(Emitter& emitter, const PanelRun& run, llvm::Value* column,
                                 llvm::Value* to) {
  const TileForm form{1, run.vectors, run.masked};
  const std::int64_t width = std::int64_t{run.vectors} * plan_.lanes;
  const unsigned level = emitter.depth();
  emitter.counted_loop(0, product_.inners, 1, {}, {}, [&](llvm::Value* k, const Values& carried) {
    emitter.bind_variable(product_.inner, k);
    llvm::Value* line = element_address(emitter, to, emitter.builder.CreateNSWMul(k, emitter.number(width)));
    for (unsigned vector = 0; vector < run.vectors; ++vector) {
      llvm::Value* to = element_address(emitter, line, std::int64_t{vector} * plan_.lanes);
      emitter.with_lanes({product_.column, plan_.lanes, 0, nullptr}, column, loaded(emitter, form, vector),
                         {}, [&] {
                           bind_column(emitter, column, offset_of(form, vector), level);
                           emitter.store_row(y_.dtype, to, emitter.evaluate_lanes(y_.expr), nullptr);
                         });
    }
    return carried;
  });
}

/// Where y lies along k: squares of lanes × lanes are read along k and turned in registers.
void MatmulEmission::pack_y_transposed(Emitter& emitter, const PanelRun& run, llvm::Value* column,
                                       llvm::Value* to) {
  const std::int64_t lanes = plan_.lanes, width = std::int64_t{run.vectors} * lanes;
  emitter.counted_loop(0, run.vectors, 1, {}, {}, [&](llvm::Value* vector, const Values& none) {
    llvm::Value* offset = emitter.builder.CreateNSWMul(vector, emitter.number(lanes));
    llvm::Value* first = emitter.builder.CreateNSWAdd(column, offset);
    if (run.masked && plan_.overlap != 0) first = smaller(emitter, first, product_.columns - lanes);
    llvm::Value* corner = element_address(emitter, to, offset);
    const Values columns = columns_of(emitter, run, first);
    const unsigned level = emitter.depth();
    const auto read = [&](unsigned column_number, llvm::Value* k, std::int64_t behind, llvm::Value* mask) {
      llvm::Value* elements = nullptr;
      const auto quarter = static_cast<unsigned>(16 / size_of(y_.dtype));
      emitter.with_lanes({product_.inner, quarter, 0, nullptr}, k, mask, {}, [&] {
        emitter.bind_variable(product_.inner, k, behind, emitter.depth() - 1);
        bind_column(emitter, columns[column_number], 0, level);
        elements = emitter.evaluate_lanes(y_.expr).get();
      });
      return elements;
    };
    turn_squares(emitter, {read, width}, product_.inners, corner);
    return none;
  });
}

/// As many columns as there are lanes. Columns beyond the last are read as the last: what is made of them is
/// never stored.
Values MatmulEmission::columns_of(Emitter& emitter, const PanelRun& run, llvm::Value* first) const {
  Values columns;
  for (std::int64_t j = 0; j < plan_.lanes; ++j) {
    llvm::Value* at = emitter.builder.CreateNSWAdd(first, emitter.number(j));
    const bool is_beyond = run.masked && plan_.overlap == 0;
    columns.push_back(is_beyond ? smaller(emitter, at, product_.columns - 1) : at);
  }
  return columns;
}

/// Squares one after the other along k, the last of them cut.
void MatmulEmission::turn_squares(Emitter& emitter, const Square& square, std::int64_t inners,
                                  llvm::Value* to) {
  const std::int64_t lanes = plan_.lanes, rest = inners % lanes, full = inners - rest;
  emitter.counted_loop(0, full, lanes, {}, {}, [&](llvm::Value* k, const Values& carried) {
    llvm::Value* distance = emitter.builder.CreateNSWMul(k, emitter.number(square.width));
    turn_square(emitter, square, k, element_address(emitter, to, distance), lanes);
    return carried;
  });
  if (rest != 0) {
    turn_square(emitter, square, emitter.number(full), element_address(emitter, to, full * square.width),
                rest);
  }
}

/// Reads 128 bits along k at a time. Those of columns that lie a quarter of the lanes apart are joined to one
/// vector, so that turning small squares within 128 bits finishes the work.
void MatmulEmission::turn_square(Emitter& emitter, const Square& square, llvm::Value* k, llvm::Value* to,
                                 std::int64_t depth) {
  const auto quarter = static_cast<unsigned>(16 / size_of(y_.dtype));
  for (std::int64_t first = 0; first < depth; first += quarter) {
    llvm::Value* mask = emitter.prefix_mask(quarter, depth - first);
    Values rows;
    for (unsigned r = 0; r < quarter; ++r) {
      Values pieces;
      for (unsigned j = r; j < plan_.lanes; j += quarter) pieces.push_back(square.read(j, k, first, mask));
      rows.push_back(joined(emitter, pieces));
    }
    rows = turned_within(emitter, rows);
    for (unsigned r = 0; r < quarter && first + r < depth; ++r) {
      llvm::Value* at = element_address(emitter, to, (first + r) * square.width);
      emitter.store_row(y_.dtype, at, emitter.wrap(rows[r]), nullptr);
    }
  }
}

/// One vector of all pieces, whose number is a power of two.
llvm::Value* MatmulEmission::joined(Emitter& emitter, Values pieces) const {
  while (pieces.size() > 1) {
    const auto lanes = llvm::cast<llvm::FixedVectorType>(pieces[0]->getType())->getNumElements();
    std::vector<int> both(2 * lanes);
    std::iota(both.begin(), both.end(), 0);
    Values pairs;
    for (std::size_t k = 0; k < pieces.size(); k += 2) {
      pairs.push_back(emitter.builder.CreateShuffleVector(pieces[k], pieces[k + 1], both));
    }
    pieces = pairs;
  }
  return pieces[0];
}

namespace {

/// Runs of `run` elements, alternately from a and b: within each 128 bits their lower or upper halves.
llvm::Value* unpacked(llvm::IRBuilder<>& builder, llvm::Value* a, llvm::Value* b, int quarter, int run,
                      bool upper) {
  const int lanes = static_cast<int>(llvm::cast<llvm::FixedVectorType>(a->getType())->getNumElements());
  std::vector<int> from;
  for (int first = 0; first < lanes; first += quarter) {
    for (int k = upper ? quarter / 2 : 0; k < (upper ? quarter : quarter / 2); k += run) {
      for (int e = 0; e < run; ++e) from.push_back(first + k + e);
      for (int e = 0; e < run; ++e) from.push_back(lanes + first + k + e);
    }
  }
  return builder.CreateShuffleVector(a, b, from);
}

}  // namespace

/// As many rows as 128 bits have elements, each 128 bits of them a square matrix: all are transposed.
Values MatmulEmission::turned_within(Emitter& emitter, Values rows) const {
  const int quarter = static_cast<int>(rows.size());
  for (int run = 1; run < quarter; run *= 2) {
    const Values before = rows;
    for (int k = 0; k < quarter / 2; ++k) {
      const int a = run == 1 ? 2 * k : k, b = a + run;
      for (const bool upper : {false, true}) {
        rows[static_cast<std::size_t>(2 * k + (upper ? 1 : 0))] =
            unpacked(emitter.builder, before[static_cast<std::size_t>(a)],
                     before[static_cast<std::size_t>(b)], quarter, run, upper);
      }
    }
  }
  return rows;
}

}  // namespace dp::codegen
