// One register tile of a matrix product: a few rows by a few vectors of columns, accumulated over k in
// registers.

#include "codegen/matmul.h"

namespace dp::codegen {
namespace {

using namespace loops;

/// More instructions than this for all of a tile's epilogue, and it becomes a loop over the tile's rows.
constexpr double most_inline_epilogue = 250;
/// Steps of k in one turn of the loop: where integer and vector instructions share ports, counting and moving
/// pointers at every step would take a tenth of the time.
constexpr std::int64_t steps_a_turn = 4;

}  // namespace

/// `number` counts tiles of rows; `column` is the panel's first. `x` begins at row 0, `y` at the panel.
void MatmulEmission::run_tile(Emitter& emitter, const TileForm& form, llvm::Value* number,
                              llvm::Value* column, const Strided& x, const Strided& y) {
  llvm::Value* row = row_of(emitter, number);
  Strided tile_x = x;
  if (x.window != nullptr) {
    tile_x = window_rows(emitter, form, row, x);
  } else {
    llvm::Value* distance = plan_.pack_x && !plan_.inner_lanes_x
                                ? emitter.builder.CreateNSWMul(number, emitter.number(tile_elements()))
                                : emitter.builder.CreateNSWMul(row, emitter.number(x.step));
    tile_x.pointer = element_address(emitter, x.pointer, distance);
  }
  const Values sums = accumulate(emitter, form, tile_x, y);
  const double code = code_size(emitter.program.loops, product_.epilogue);
  const bool is_inline = code * static_cast<double>(form.rows * form.vectors) <= most_inline_epilogue;
  if (is_inline)
    epilogue(emitter, form, row, column, sums);
  else
    epilogue_loop(emitter, form, row, column, sums);
}

Values MatmulEmission::accumulate(Emitter& emitter, const TileForm& form, const Strided& x,
                                  const Strided& y) {
  llvm::Constant* zero = llvm::Constant::getNullValue(llvm::FixedVectorType::get(element_, plan_.lanes));
  Values carried(static_cast<std::size_t>(form.rows * form.vectors), zero);
  carried.push_back(y.pointer);
  Values last = x.window == nullptr
                    ? run_steps(emitter, form, x, y, product_.inners, x.pointer, std::move(carried))
                    : run_digits(emitter, form, x, y, x.window->inner.size(), emitter.number(0), carried);
  last.pop_back();
  return last;
}

/// The fastest digits of k, that many of them, the slower ones being `offset` elements; carried are the sums
/// and the place in y.
Values MatmulEmission::run_digits(Emitter& emitter, const TileForm& form, const Strided& x, const Strided& y,
                                  std::size_t digits, llvm::Value* offset, const Values& carried) {
  const Digit& digit = x.window->inner[digits - 1];
  if (digits == 1) {
    llvm::Value* at = x.rows.empty() ? element_address(emitter, x.pointer, offset) : offset;
    return run_steps(emitter, form, x, y, digit.extent, at, carried);
  }
  return emitter.counted_loop(0, digit.extent, 1, carried, {}, [&](llvm::Value* k, const Values& current) {
    llvm::Value* distance = emitter.builder.CreateNSWMul(k, emitter.number(digit.coefficient));
    llvm::Value* next = emitter.builder.CreateNSWAdd(offset, distance);
    return run_digits(emitter, form, x, y, digits - 1, next, current);
  });
}

/// Steps of k that lie `x.inner` apart in x. `at_x` is a pointer, or what is added to the pointer of each
/// row.
Values MatmulEmission::run_steps(Emitter& emitter, const TileForm& form, const Strided& x, const Strided& y,
                                 std::int64_t count, llvm::Value* at_x, Values carried) {
  const auto moved = [&](llvm::Value* at, std::int64_t distance) {
    if (x.rows.empty()) return element_address(emitter, at, distance);
    return emitter.builder.CreateNSWAdd(at, emitter.number(distance));
  };
  const auto steps = [&](const Values& current, std::int64_t steps_now) {
    Values sums(current.begin(), current.end() - 2);
    llvm::Value* at_y = current[current.size() - 2];
    llvm::Value* at = current.back();
    for (std::int64_t k = 0; k < steps_now; ++k)
      sums = next(emitter, form, sums, x, at, k * x.inner, element_address(emitter, at_y, k * y.inner));
    sums.push_back(element_address(emitter, at_y, steps_now * y.inner));
    sums.push_back(moved(at, steps_now * x.inner));
    return sums;
  };
  carried.push_back(at_x);
  const std::int64_t rest = count % steps_a_turn;
  Values last =
      emitter.counted_loop(0, count - rest, steps_a_turn, carried, {},
                           [&](llvm::Value*, const Values& current) { return steps(current, steps_a_turn); });
  last = steps(last, rest);
  last.pop_back();
  return last;
}

/// One step of k, whose elements of x lie `distance` behind `at_x`.
Values MatmulEmission::next(Emitter& emitter, const TileForm& form, const Values& sums, const Strided& x,
                            llvm::Value* at_x, std::int64_t distance, llvm::Value* at_y) {
  std::vector<Value> y;
  for (unsigned vector = 0; vector < form.vectors; ++vector) {
    const std::int64_t offset = plan_.pack_y ? std::int64_t{vector} * plan_.lanes : offset_of(form, vector);
    llvm::Value* at = element_address(emitter, at_y, offset);
    llvm::Value* present = plan_.pack_y ? nullptr : loaded(emitter, form, vector);
    y.push_back(emitter.load_row(x_.dtype, at, plan_.lanes, present));
  }
  Values result;
  for (std::int64_t row = 0; row < form.rows; ++row) {
    llvm::Value* line = x.rows.empty()
                            ? element_address(emitter, at_x, row * x.step)
                            : element_address(emitter, x.rows[static_cast<std::size_t>(row)], at_x);
    const Value element =
        splat(emitter.load_element(x_.dtype, element_address(emitter, line, distance)), plan_.lanes);
    for (unsigned vector = 0; vector < form.vectors; ++vector) {
      result.push_back(fma(element, y[vector], emitter.wrap(sums[result.size()])).get());
    }
  }
  return result;
}

/// Where a vector of columns begins, from the panel's first column on.
std::int64_t MatmulEmission::offset_of(const TileForm& form, unsigned vector) const {
  const bool is_last = vector + 1 == form.vectors;
  return std::int64_t{vector} * plan_.lanes - (form.masked && is_last ? plan_.overlap : 0);
}

/// The lanes of a vector that are columns of y; null: all.
llvm::Value* MatmulEmission::loaded(Emitter& emitter, const TileForm& form, unsigned vector) const {
  if (!form.masked || vector + 1 != form.vectors || plan_.overlap != 0) return nullptr;
  return emitter.prefix_mask(plan_.lanes, product_.columns % plan_.lanes);
}

/// The lanes of a vector whose results count: not those that the vector before has too.
llvm::Value* MatmulEmission::mask(Emitter& emitter, const TileForm& form, unsigned vector) const {
  if (!form.masked || vector + 1 != form.vectors || plan_.overlap == 0) return loaded(emitter, form, vector);
  return emitter.builder.CreateNot(emitter.prefix_mask(plan_.lanes, plan_.overlap));
}

/// Written out, every vector straight from its register.
void MatmulEmission::epilogue(Emitter& emitter, const TileForm& form, llvm::Value* row, llvm::Value* column,
                              const Values& sums) {
  const unsigned level = emitter.depth();
  std::size_t next = 0;
  for (std::int64_t k = 0; k < form.rows; ++k) {
    Scope around;
    around.stored = stored_;
    emitter.with_scope(std::move(around), [&] {
      bind_row(emitter, row, k, level);
      for (unsigned vector = 0; vector < form.vectors; ++vector) {
        epilogue_vector(emitter, form, vector, column, level, sums[next++]);
      }
    });
  }
}

/// Through a copy of the tile in memory, row by row.
void MatmulEmission::epilogue_loop(Emitter& emitter, const TileForm& form, llvm::Value* row,
                                   llvm::Value* column, const Values& sums) {
  const std::int64_t width = std::int64_t{form.vectors} * plan_.lanes;
  llvm::Value* copy = emitter.stack(element_, form.rows * width);
  for (std::size_t k = 0; k < sums.size(); ++k) {
    llvm::Value* at = element_address(emitter, copy, static_cast<std::int64_t>(k) * plan_.lanes);
    emitter.store_row(x_.dtype, at, emitter.wrap(sums[k]), nullptr);
  }
  const unsigned level = emitter.depth();
  emitter.counted_loop(0, form.rows, 1, {}, stored_, [&](llvm::Value* k, const Values& carried) {
    bind_row(emitter, emitter.builder.CreateNSWAdd(row, k), 0, emitter.depth());
    llvm::Value* line =
        element_address(emitter, copy, emitter.builder.CreateNSWMul(k, emitter.number(width)));
    for (unsigned vector = 0; vector < form.vectors; ++vector) {
      llvm::Value* at = element_address(emitter, line, std::int64_t{vector} * plan_.lanes);
      epilogue_vector(emitter, form, vector, column, level,
                      emitter.load_row(x_.dtype, at, plan_.lanes, nullptr).get());
    }
    return carried;
  });
}

void MatmulEmission::epilogue_vector(Emitter& emitter, const TileForm& form, unsigned vector,
                                     llvm::Value* column, unsigned level, llvm::Value* sum) {
  const Lanes lanes{product_.column, plan_.lanes, product_.columns, &product_.epilogue};
  emitter.with_lanes(lanes, column, mask(emitter, form, vector), stored_, [&] {
    bind_column(emitter, column, offset_of(form, vector), level);
    emitter.bind_value(product_.accumulator, sum);
    emitter.emit(product_.epilogue);
  });
}

}  // namespace dp::codegen
