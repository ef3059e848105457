// Windows of an image as an operand of a matrix product. As x they are read where they lie: each row of a
// tile has a pointer, and the loop over k is one loop for each digit of k. As y they are packed panel by
// panel: vectors of columns in a few pieces, each from one line of the image; or turned from runs along k; or
// gathered. All that depends on a column is computed before the loops over k, which only add.

#include "codegen/matmul.h"

namespace dp::codegen {
namespace {

using namespace loops;

constexpr std::int64_t most_pieces = 4;

}  // namespace

/// The places of consecutive values of a variable: its first digits by division, the others by counting.
Values MatmulEmission::offsets(Emitter& emitter, const std::vector<Digit>& digits, llvm::Value* first,
                               std::int64_t count) const {
  llvm::IRBuilder<>& builder = emitter.builder;
  Values present;
  llvm::Value* offset = emitter.number(0);
  for (std::size_t k = 0; k < digits.size(); ++k) {
    llvm::Value* digit = builder.CreateUDiv(first, emitter.number(digits[k].divisor));
    if (k + 1 < digits.size()) digit = builder.CreateURem(digit, emitter.number(digits[k].extent));
    present.push_back(digit);
    llvm::Value* part = builder.CreateNSWMul(digit, emitter.number(digits[k].coefficient));
    offset = builder.CreateNSWAdd(offset, part);
  }
  Values all{offset};
  while (static_cast<std::int64_t>(all.size()) < count) {
    llvm::Value* moves = builder.getTrue();
    Values wraps;
    for (std::size_t k = 0; k + 1 < digits.size(); ++k) {
      llvm::Value* next = builder.CreateNSWAdd(present[k], emitter.number(1));
      llvm::Value* is_last = builder.CreateICmpEQ(next, emitter.number(digits[k].extent));
      llvm::Value* wrapped = builder.CreateSelect(is_last, emitter.number(0), next);
      present[k] = builder.CreateSelect(moves, wrapped, present[k]);
      wraps.push_back(is_last);
      moves = builder.CreateAnd(moves, is_last);
    }
    llvm::Value* step = emitter.number(digits.empty() ? 0 : digits.back().coefficient);
    for (std::size_t k = wraps.size(); k-- > 0;) {
      llvm::Value* back = emitter.number(-(digits[k].extent - 1) * digits[k].coefficient);
      llvm::Value* beyond = builder.CreateNSWAdd(step, back);
      step = builder.CreateSelect(wraps[k], beyond, emitter.number(digits[k].coefficient));
    }
    all.push_back(builder.CreateNSWAdd(all.back(), step));
  }
  return all;
}

/// x at the rows of a tile.
Strided MatmulEmission::window_rows(Emitter& emitter, const TileForm& form, llvm::Value* row,
                                    const Strided& x) const {
  const Window& window = *x.window;
  Strided tile{x.pointer, 0, window.inner.front().coefficient, x.window};
  if (window.is_bent()) {
    for (llvm::Value* offset : offsets(emitter, window.along, row, form.rows))
      tile.rows.push_back(element_address(emitter, x.pointer, offset));
  } else if (!window.along.empty()) {
    tile.step = window.along.front().coefficient;
    tile.pointer = element_address(emitter, x.pointer, offsets(emitter, window.along, row, 1).front());
  }
  return tile;
}

void MatmulEmission::each_run(Emitter& emitter, std::size_t digits, llvm::Value* offset, llvm::Value* first,
                              const std::function<void(llvm::Value*, llvm::Value*)>& body) const {
  if (digits == 1) return body(offset, first);
  const Digit& digit = y_.window->inner[digits - 1];
  emitter.counted_loop(0, digit.extent, 1, {}, {}, [&](llvm::Value* k, const Values& carried) {
    llvm::Value* distance = emitter.builder.CreateNSWMul(k, emitter.number(digit.coefficient));
    llvm::Value* before = emitter.builder.CreateNSWMul(k, emitter.number(digit.divisor));
    each_run(emitter, digits - 1, emitter.builder.CreateNSWAdd(offset, distance),
             emitter.builder.CreateNSWAdd(first, before), body);
    return carried;
  });
}

void MatmulEmission::pack_y_window(Emitter& emitter, const PanelRun& run, llvm::Value* column,
                                   llvm::Value* to) {
  const Window& window = *y_.window;
  const std::int64_t lanes = plan_.lanes, width = std::int64_t{run.vectors} * lanes;
  const bool is_partial = run.masked && plan_.overlap == 0;
  llvm::Value* pointer = emitter.address(window.buffer, window.base);
  emitter.counted_loop(0, run.vectors, 1, {}, {}, [&](llvm::Value* vector, const Values& none) {
    llvm::Value* offset = emitter.builder.CreateNSWMul(vector, emitter.number(lanes));
    llvm::Value* first = emitter.builder.CreateNSWAdd(column, offset);
    if (run.masked && !is_partial) first = smaller(emitter, first, product_.columns - lanes);
    Columns columns{first, element_address(emitter, to, offset), nullptr, width};
    if (is_partial) {
      llvm::Value* left = emitter.builder.CreateNSWSub(emitter.number(product_.columns), first);
      columns.present = emitter.prefix_mask(plan_.lanes, left);
    }
    if (piece_count() <= most_pieces)
      pack_pieces(emitter, columns, pointer);
    else if (window.inner.front().coefficient == 1 && !is_partial)
      pack_squares(emitter, columns, pointer);
    else
      pack_scattered(emitter, columns, pointer);
    return none;
  });
}

/// In how many pieces a vector of columns lies at most; more than `most_pieces` where its elements do not lie
/// in a row.
std::int64_t MatmulEmission::piece_count() const {
  const std::vector<Digit>& along = y_.window->along;
  const std::int64_t lanes = plan_.lanes;
  if (along.empty() || along.front().coefficient != 1) return most_pieces + 1;
  if (along.size() == 1) return 1;
  const std::int64_t line = along.front().extent;
  return plan_.overlap == 0 && line % lanes == 0 ? 1 : (lanes - 2) / line + 2;
}

/// Each piece's pointer is that of lane 0, wherever that would be.
std::vector<MatmulEmission::Piece> MatmulEmission::pieces(Emitter& emitter, const Columns& columns,
                                                          llvm::Value* pointer) const {
  llvm::IRBuilder<>& builder = emitter.builder;
  const std::vector<Digit>& along = y_.window->along;
  const auto place = [&](llvm::Value* column) {
    return element_address(emitter, pointer, offsets(emitter, along, column, 1).front());
  };
  std::vector<Piece> all{{place(columns.first), columns.present}};
  const std::int64_t count = piece_count(), line = along.front().extent;
  if (count == 1) return all;
  const auto below = [&](llvm::Value* lane) {
    llvm::Value* bound =
        builder.CreateBinaryIntrinsic(llvm::Intrinsic::smin, lane, emitter.number(plan_.lanes));
    llvm::Value* mask = emitter.prefix_mask(plan_.lanes, bound);
    return mask != nullptr
               ? mask
               : llvm::ConstantInt::getTrue(llvm::FixedVectorType::get(builder.getInt1Ty(), plan_.lanes));
  };
  llvm::Value* done = builder.CreateURem(columns.first, emitter.number(line));
  llvm::Value* end = builder.CreateNSWSub(emitter.number(line), done);
  llvm::Value* covered = below(end);
  const auto limited = [&](llvm::Value* mask) {
    return columns.present == nullptr ? mask : builder.CreateAnd(mask, columns.present);
  };
  all.front().mask = limited(covered);
  for (std::int64_t k = 1; k < count; ++k) {
    llvm::Value* begin = place(builder.CreateNSWAdd(columns.first, end));
    llvm::Value* lane_zero = element_address(emitter, begin, builder.CreateNeg(end));
    end = builder.CreateNSWAdd(end, emitter.number(line));
    llvm::Value* mask = below(end);
    all.push_back({lane_zero, limited(builder.CreateAnd(mask, builder.CreateNot(covered)))});
    covered = mask;
  }
  return all;
}

void MatmulEmission::pack_lines(Emitter& emitter, const Columns& columns,
                                const std::function<llvm::Value*(llvm::Value*)>& read) {
  const Digit& fastest = y_.window->inner.front();
  each_run(emitter, y_.window->inner.size(), emitter.number(0), emitter.number(0),
           [&](llvm::Value* offset, llvm::Value* first) {
             emitter.counted_loop(0, fastest.extent, 1, {}, {}, [&](llvm::Value* k, const Values& none) {
               llvm::IRBuilder<>& builder = emitter.builder;
               llvm::Value* step = builder.CreateNSWMul(k, emitter.number(fastest.coefficient));
               llvm::Value* line =
                   builder.CreateNSWMul(builder.CreateNSWAdd(first, k), emitter.number(columns.width));
               llvm::Value* elements = read(builder.CreateNSWAdd(offset, step));
               emitter.store_row(y_.dtype, element_address(emitter, columns.to, line), emitter.wrap(elements),
                                 nullptr);
               return none;
             });
           });
}

void MatmulEmission::pack_pieces(Emitter& emitter, const Columns& columns, llvm::Value* pointer) {
  const std::vector<Piece> all = pieces(emitter, columns, pointer);
  llvm::Type* row = llvm::FixedVectorType::get(element_, plan_.lanes);
  const llvm::Align align(size_of(y_.dtype));
  pack_lines(emitter, columns, [&](llvm::Value* offset) {
    llvm::Value* elements = llvm::Constant::getNullValue(row);
    for (const Piece& piece : all) {
      llvm::Value* at = element_address(emitter, piece.pointer, offset);
      elements = piece.mask == nullptr ? emitter.builder.CreateAlignedLoad(row, at, align)
                                       : static_cast<llvm::Value*>(emitter.builder.CreateMaskedLoad(
                                             row, at, align, piece.mask, elements));
    }
    return elements;
  });
}

void MatmulEmission::pack_squares(Emitter& emitter, const Columns& columns, llvm::Value* pointer) {
  const auto quarter = static_cast<unsigned>(16 / size_of(y_.dtype));
  Values starts;
  for (llvm::Value* offset : offsets(emitter, y_.window->along, columns.first, plan_.lanes))
    starts.push_back(element_address(emitter, pointer, offset));
  each_run(emitter, y_.window->inner.size(), emitter.number(0), emitter.number(0),
           [&](llvm::Value* offset, llvm::Value* first) {
             const auto read = [&](unsigned column, llvm::Value* k, std::int64_t behind, llvm::Value* mask) {
               llvm::Value* run = element_address(emitter, starts[column], offset);
               llvm::Value* at = element_address(emitter, element_address(emitter, run, k), behind);
               return emitter.load_row(y_.dtype, at, quarter, mask).get();
             };
             llvm::Value* line = emitter.builder.CreateNSWMul(first, emitter.number(columns.width));
             turn_squares(emitter, {read, columns.width}, y_.window->inner.front().extent,
                          element_address(emitter, columns.to, line));
           });
}

void MatmulEmission::pack_scattered(Emitter& emitter, const Columns& columns, llvm::Value* pointer) {
  llvm::IRBuilder<>& builder = emitter.builder;
  llvm::Type* row = llvm::FixedVectorType::get(element_, plan_.lanes);
  llvm::Value* places = llvm::PoisonValue::get(llvm::FixedVectorType::get(builder.getInt64Ty(), plan_.lanes));
  const Values each = offsets(emitter, y_.window->along, columns.first, plan_.lanes);
  for (std::size_t lane = 0; lane < each.size(); ++lane)
    places = builder.CreateInsertElement(places, each[lane], static_cast<std::uint64_t>(lane));
  pack_lines(emitter, columns, [&](llvm::Value* offset) {
    llvm::Value* addresses = builder.CreateGEP(element_, element_address(emitter, pointer, offset), places);
    llvm::Value* mask = columns.present;
    if (mask == nullptr)
      mask = llvm::ConstantInt::getTrue(llvm::FixedVectorType::get(builder.getInt1Ty(), plan_.lanes));
    return builder.CreateMaskedGather(row, addresses, llvm::Align(size_of(y_.dtype)), mask,
                                      llvm::Constant::getNullValue(row));
  });
}

}  // namespace dp::codegen
