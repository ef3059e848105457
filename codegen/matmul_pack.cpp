// Operands of a matrix product laid out anew: because they are expressions, because their elements do not lie
// in rows the right way, or because rows that lie far apart crowd into a few sets of the cache.

#include "codegen/matmul.h"

namespace dp::codegen {
namespace {

using namespace loops;

}  // namespace

std::int64_t MatmulEmission::tile_height() const {
  return plan_.tiles.size + (plan_.tiles.larger != 0 ? 1 : 0);
}

/// Of a tile of x that was packed with lanes along its rows.
std::int64_t MatmulEmission::tile_elements() const { return product_.inners * tile_height(); }

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
      plan_.tiles_a_block * tile_height() * step * static_cast<std::int64_t>(size_of(x_.dtype));
  llvm::Value* first_row = row_of(emitter, first);
  llvm::Value* origin = emitter.builder.CreateNSWMul(first_row, emitter.number(-step));
  llvm::Value* memory = element_address(emitter, emitter.scratch(bytes), origin);
  emitter.counted_loop(
      first_row, row_of(emitter, last), 1, {}, {}, [&](llvm::Value* row, const Values& carried) {
        emitter.bind_variable(product_.row, row);
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

/// Tile by tile, in each k by k the rows. Vectors that reach beyond their tile are overwritten by what
/// follows. The pointer is that of tile 0, wherever that would be.
Strided MatmulEmission::pack_x_tiles(Emitter& emitter, llvm::Value* first, llvm::Value* last) {
  const std::int64_t height = tile_height();
  const std::int64_t elements = plan_.tiles_a_block * tile_elements() + plan_.lanes;
  llvm::Value* scratch = emitter.scratch(elements * static_cast<std::int64_t>(size_of(x_.dtype)));
  llvm::Value* origin = emitter.builder.CreateNSWMul(first, emitter.number(-tile_elements()));
  llvm::Value* memory = element_address(emitter, scratch, origin);
  emitter.counted_loop(first, last, 1, {}, {}, [&](llvm::Value* number, const Values& carried) {
    llvm::Value* row = row_of(emitter, number);
    llvm::Value* distance = emitter.builder.CreateNSWMul(number, emitter.number(tile_elements()));
    llvm::Value* tile = element_address(emitter, memory, distance);
    llvm::Value* present = emitter.builder.CreateNSWSub(emitter.number(product_.rows), row);
    const unsigned level = emitter.depth();
    emitter.counted_loop(0, product_.inners, 1, {}, {}, [&](llvm::Value* k, const Values& none) {
      emitter.bind_variable(product_.inner, k);
      llvm::Value* line =
          element_address(emitter, tile, emitter.builder.CreateNSWMul(k, emitter.number(height)));
      for (std::int64_t offset = 0; offset < height; offset += plan_.lanes) {
        llvm::Value* rest = emitter.builder.CreateNSWSub(present, emitter.number(offset));
        llvm::Value* mask = emitter.prefix_mask(plan_.lanes, smaller(emitter, rest, height - offset));
        emitter.with_lanes({product_.row, plan_.lanes, 0, nullptr}, row, mask, {}, [&] {
          emitter.bind_variable(product_.row, row, offset, level);
          emitter.store_row(x_.dtype, element_address(emitter, line, offset), emitter.evaluate_lanes(x_.expr),
                            nullptr);
        });
      }
      return none;
    });
    return carried;
  });
  return {memory, 1, height};
}

/// All of it, panel after panel; in a panel row after row, as wide as the panel.
Strided MatmulEmission::pack_y(Emitter& emitter) {
  const std::int64_t bytes =
      product_.inners * plan_.padded_columns * static_cast<std::int64_t>(size_of(y_.dtype));
  llvm::Value* memory = emitter.scratch(bytes);
  for (const PanelRun& run : plan_.panels) {
    const std::int64_t width = std::int64_t{run.vectors} * plan_.lanes;
    emitter.counted_loop(0, run.count, 1, {}, {}, [&](llvm::Value* panel, const Values& carried) {
      llvm::Value* before = emitter.builder.CreateNSWMul(panel, emitter.number(width));
      llvm::Value* column = emitter.builder.CreateNSWAdd(before, emitter.number(run.first_column));
      llvm::Value* distance = emitter.builder.CreateNSWMul(column, emitter.number(product_.inners));
      llvm::Value* to = element_address(emitter, memory, distance);
      if (plan_.transpose_y)
        pack_y_transposed(emitter, run, column, to);
      else
        pack_y_rows(emitter, run, column, to);
      return carried;
    });
  }
  return {memory, 1, 0};
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
      const std::int64_t offset = std::int64_t{vector} * plan_.lanes;
      emitter.with_lanes({product_.column, plan_.lanes, 0, nullptr}, column, mask(emitter, form, vector), {},
                         [&] {
                           emitter.bind_variable(product_.column, column, offset, level);
                           emitter.store_row(y_.dtype, element_address(emitter, line, offset),
                                             emitter.evaluate_lanes(y_.expr), nullptr);
                         });
    }
    return carried;
  });
}

/// Where y lies along k: squares of lanes × lanes are read along k and turned in registers.
void MatmulEmission::pack_y_transposed(Emitter& emitter, const PanelRun& run, llvm::Value* column,
                                       llvm::Value* to) {
  const std::int64_t lanes = plan_.lanes, rest = product_.inners % lanes;
  const std::int64_t partial = run.masked ? product_.columns % lanes : 0;
  const std::int64_t full = run.vectors - (partial != 0 ? 1 : 0);
  const auto column_of = [&](llvm::Value* vector, std::int64_t present) {
    llvm::Value* offset = emitter.builder.CreateNSWMul(vector, emitter.number(lanes));
    llvm::Value* first = emitter.builder.CreateNSWAdd(column, offset);
    llvm::Value* corner = element_address(emitter, to, offset);
    const auto square = [&](llvm::Value* k, std::int64_t depth) {
      turn_square(emitter, {first, k, corner, std::int64_t{run.vectors} * lanes, present, depth});
    };
    emitter.counted_loop(0, product_.inners - rest, lanes, {}, {},
                         [&](llvm::Value* k, const Values& carried) {
                           square(k, lanes);
                           return carried;
                         });
    if (rest != 0) square(emitter.number(product_.inners - rest), rest);
  };
  emitter.counted_loop(0, full, 1, {}, {}, [&](llvm::Value* vector, const Values& carried) {
    column_of(vector, lanes);
    return carried;
  });
  if (partial != 0) column_of(emitter.number(full), partial);
}

void MatmulEmission::turn_square(Emitter& emitter, const Square& square) {
  llvm::Constant* zero = llvm::Constant::getNullValue(llvm::FixedVectorType::get(element_, plan_.lanes));
  Values rows(plan_.lanes, zero);
  const unsigned level = emitter.depth();
  llvm::Value* mask = emitter.prefix_mask(plan_.lanes, square.depth);
  for (std::int64_t j = 0; j < square.present; ++j) {
    emitter.with_lanes({product_.inner, plan_.lanes, 0, nullptr}, square.k, mask, {}, [&] {
      emitter.bind_variable(product_.inner, square.k, 0, level);
      emitter.bind_variable(product_.column, square.column, j, level);
      rows[static_cast<std::size_t>(j)] = emitter.evaluate_lanes(y_.expr).get();
    });
  }
  rows = transposed(emitter, rows);
  llvm::Value* line = element_address(emitter, square.to,
                                      emitter.builder.CreateNSWMul(square.k, emitter.number(square.width)));
  for (std::int64_t k = 0; k < square.depth; ++k) {
    llvm::Value* row = rows[static_cast<std::size_t>(k)];
    emitter.store_row(y_.dtype, element_address(emitter, line, k * square.width), emitter.wrap(row), nullptr);
  }
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

/// Of a and b in a row, the even or the odd 128-bit quarters.
llvm::Value* every_second(llvm::IRBuilder<>& builder, llvm::Value* a, llvm::Value* b, int quarter, bool odd) {
  const int lanes = static_cast<int>(llvm::cast<llvm::FixedVectorType>(a->getType())->getNumElements());
  std::vector<int> from;
  for (int first = odd ? quarter : 0; first < 2 * lanes; first += 2 * quarter) {
    for (int e = 0; e < quarter; ++e) from.push_back(first + e);
  }
  return builder.CreateShuffleVector(a, b, from);
}

/// Quarters as elements of a square matrix, transposed.
Values turn_quarters(llvm::IRBuilder<>& builder, const Values& rows, int quarter) {
  if (rows.size() == 1) return rows;
  Values even, odd;
  for (std::size_t k = 0; k < rows.size(); k += 2) {
    even.push_back(every_second(builder, rows[k], rows[k + 1], quarter, false));
    odd.push_back(every_second(builder, rows[k], rows[k + 1], quarter, true));
  }
  even = turn_quarters(builder, even, quarter);
  odd = turn_quarters(builder, odd, quarter);
  Values result;
  for (std::size_t k = 0; k < even.size(); ++k) {
    result.push_back(even[k]);
    result.push_back(odd[k]);
  }
  return result;
}

}  // namespace

/// A square matrix, one vector a row. First within each 128 bits (4 × 4 floats or 2 × 2 doubles), then those
/// as wholes: all of it shuffles that take one instruction.
Values MatmulEmission::transposed(Emitter& emitter, const Values& rows) {
  llvm::IRBuilder<>& builder = emitter.builder;
  const int quarter = static_cast<int>(16 / size_of(y_.dtype));
  Values squares = rows;
  for (int run = 1; run < quarter; run *= 2) {
    Values next = squares;
    // Partners are `run` rows apart; what they give stands where the next round, or the end, looks for it.
    for (std::size_t group = 0; group < rows.size(); group += static_cast<std::size_t>(quarter)) {
      for (int k = 0; k < quarter / 2; ++k) {
        const std::size_t a = group + static_cast<std::size_t>(run == 1 ? 2 * k : k);
        const std::size_t b = a + static_cast<std::size_t>(run);
        const std::size_t to = group + static_cast<std::size_t>(2 * k);
        next[to] = unpacked(builder, squares[a], squares[b], quarter, run, false);
        next[to + 1] = unpacked(builder, squares[a], squares[b], quarter, run, true);
      }
    }
    squares = next;
  }
  const std::size_t count = rows.size();
  Values result(count);
  for (std::size_t k = 0; k < static_cast<std::size_t>(quarter); ++k) {
    Values column;
    for (std::size_t row = k; row < count; row += static_cast<std::size_t>(quarter))
      column.push_back(squares[row]);
    const Values turned = turn_quarters(builder, column, quarter);
    for (std::size_t m = 0; m < turned.size(); ++m)
      result[m * static_cast<std::size_t>(quarter) + k] = turned[m];
  }
  return result;
}

}  // namespace dp::codegen
