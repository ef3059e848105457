#include <algorithm>
#include <bit>
#include <numeric>

#include "codegen/combine.h"

namespace dp::codegen {
namespace {

using namespace loops;

constexpr std::int64_t lane_count =
    64;  // of the language's order of sums, whatever the machine's vectors are
constexpr std::int64_t block_length = 256;

/// Emits one reduction; the order of every sum is that of docs/language.md, "The order of sums".
class ReduceEmission {
 public:
  ReduceEmission(Emitter& emitter, const Reduce& reduce)
      : emitter_(emitter), reduce_(reduce), reductions_(emitter, reduce), stored_(stored_in(reduce.body)) {}

  /// 64 lanes over the inner extent, vectors of them side by side, then the tree.
  void in_lanes() {
    const auto width = static_cast<unsigned>(
        std::bit_ceil(static_cast<std::uint64_t>(std::min(lane_count, reduce_.inner_extent))));
    const Values states = emitter_.counted_loop(0, reduce_.outer_extent, 1, reductions_.identity(width),
                                                stored_, [&](llvm::Value* outer, const Values& carried) {
                                                  emitter_.bind_variable(reduce_.outer, outer);
                                                  return row(outer, carried, width);
                                                });
    reductions_.bind(extracted(tree(states, width)));
  }

  /// Within vector lanes: each element is a vector, and the lanes of the order are a few of those.
  void written_out() {
    std::vector<Values> lanes;
    for (std::int64_t k = 0; k < reduce_.inner_extent; ++k) {
      emitter_.counted_loop(k, k + 1, 1, {}, stored_, [&](llvm::Value* inner, const Values&) {
        emitter_.bind_variable(reduce_.outer, emitter_.number(0));
        emitter_.bind_variable(reduce_.inner, inner);
        emitter_.emit(reduce_.body);
        lanes.push_back(reductions_.next(reductions_.identity(emitter_.lanes()->count), inner));
        return Values{};
      });
    }
    for (std::size_t width = lane_count / 2; width >= 1; width /= 2) {
      for (std::size_t lane = 0; lane + width < lanes.size() && lane < width; ++lane) {
        lanes[lane] = reductions_.merged(lanes[lane], lanes[lane + width]);
      }
    }
    reductions_.bind(lanes[0]);
  }

  /// In order, all at once or in blocks whose results are combined in order.
  void in_order() {
    DP_ASSERT(reduce_.inner_extent == 1, "a reduction in order has an inner extent of {}",
              reduce_.inner_extent);
    const Values identity = reductions_.identity(emitter_.lanes() ? emitter_.lanes()->count : 0);
    const std::int64_t count = reduce_.outer_extent;
    if (reduce_.order == ReduceOrder::sequential) {
      reductions_.bind(run(emitter_.number(0), emitter_.number(count), identity));
      return;
    }
    reductions_.bind(emitter_.counted_loop(
        0, count, block_length, identity, stored_, [&](llvm::Value* begin, const Values& totals) {
          return reductions_.merged(totals, run(begin, block_end(begin, count), identity));
        }));
  }

  void empty() { reductions_.bind_empty(emitter_.lanes() ? emitter_.lanes()->count : 0); }

 private:
  Values run(llvm::Value* begin, llvm::Value* end, const Values& initial) {
    return emitter_.counted_loop(begin, end, 1, initial, stored_,
                                 [&](llvm::Value* outer, const Values& states) {
                                   emitter_.bind_variable(reduce_.outer, outer);
                                   emitter_.bind_variable(reduce_.inner, emitter_.number(0));
                                   emitter_.emit(reduce_.body);
                                   return reductions_.next(states, outer);
                                 });
  }

  llvm::Value* block_end(llvm::Value* begin, std::int64_t count) {
    if (count <= block_length) return emitter_.number(count);
    llvm::Value* end = emitter_.builder.CreateAdd(begin, emitter_.number(block_length));
    llvm::Value* is_inside = emitter_.builder.CreateICmpSLT(end, emitter_.number(count));
    return emitter_.builder.CreateSelect(is_inside, end, emitter_.number(count));
  }

  /// One run over the inner extent: full rounds of all lanes, then the rest.
  Values row(llvm::Value* outer, const Values& carried, unsigned width) {
    const std::int64_t rest = reduce_.inner_extent % width;
    const std::int64_t full = reduce_.inner_extent - rest;
    Values states = emitter_.counted_loop(0, full, width, carried, stored_,
                                          [&](llvm::Value* inner, const Values& current) {
                                            return step(outer, inner, current, width, nullptr);
                                          });
    if (rest == 0) return states;
    const auto lanes =
        std::min(width, std::max(4U, static_cast<unsigned>(std::bit_ceil(static_cast<std::uint64_t>(rest)))));
    const Values low = first_lanes(states, width, lanes);
    const Values next = step(outer, emitter_.number(full), low, lanes, emitter_.prefix_mask(lanes, rest));
    return with_first_lanes(states, next, width, lanes);
  }

  Values step(llvm::Value* outer, llvm::Value* inner, const Values& states, unsigned lanes,
              llvm::Value* mask) {
    Values next;
    emitter_.with_lanes({reduce_.inner, lanes, reduce_.inner_extent, &reduce_.body}, inner, mask, stored_,
                        [&] {
                          emitter_.emit(reduce_.body);
                          next = reductions_.next(states, positions(outer, inner));
                        });
    if (mask == nullptr) return next;
    for (std::size_t k = 0; k < next.size(); ++k)
      next[k] = emitter_.builder.CreateSelect(mask, next[k], states[k]);
    return next;
  }

  llvm::Value* positions(llvm::Value* outer, llvm::Value* inner) {
    llvm::IRBuilder<>& builder = emitter_.builder;
    llvm::Value* row = builder.CreateMul(outer, emitter_.number(reduce_.inner_extent));
    llvm::Value* first = builder.CreateVectorSplat(emitter_.lanes()->count, builder.CreateAdd(row, inner));
    return builder.CreateAdd(first, emitter_.lane_numbers(builder.getInt64Ty(), 1));
  }

  llvm::Value* shuffled(llvm::Value* a, llvm::Value* b, const std::vector<int>& lanes) {
    return emitter_.builder.CreateShuffleVector(a, b, lanes);
  }
  static std::vector<int> range(int begin, int end) {
    std::vector<int> lanes(static_cast<std::size_t>(end - begin));
    std::iota(lanes.begin(), lanes.end(), begin);
    return lanes;
  }

  Values first_lanes(const Values& states, unsigned width, unsigned lanes) {
    if (lanes == width) return states;
    Values low;
    for (llvm::Value* state : states)
      low.push_back(shuffled(state, state, range(0, static_cast<int>(lanes))));
    return low;
  }

  Values with_first_lanes(const Values& states, const Values& low, unsigned width, unsigned lanes) {
    if (lanes == width) return low;
    std::vector<int> widen(width, llvm::PoisonMaskElem);
    std::iota(widen.begin(), widen.begin() + static_cast<std::ptrdiff_t>(lanes), 0);
    std::vector<int> blend = range(0, static_cast<int>(width));
    std::iota(blend.begin(), blend.begin() + static_cast<std::ptrdiff_t>(lanes), static_cast<int>(width));
    Values result;
    for (std::size_t k = 0; k < states.size(); ++k) {
      result.push_back(shuffled(states[k], shuffled(low[k], low[k], widen), blend));
    }
    return result;
  }

  Values tree(Values states, unsigned width) {
    for (int half = static_cast<int>(width / 2); half >= 1; half /= 2) {
      Values low, high;
      for (llvm::Value* state : states) {
        low.push_back(shuffled(state, state, range(0, half)));
        high.push_back(shuffled(state, state, range(half, 2 * half)));
      }
      states = reductions_.merged(low, high);
    }
    return states;
  }

  Values extracted(const Values& states) {
    Values scalars;
    for (llvm::Value* state : states)
      scalars.push_back(emitter_.builder.CreateExtractElement(state, std::uint64_t{0}));
    return scalars;
  }

  Emitter& emitter_;
  const Reduce& reduce_;
  Reductions reductions_;
  BufferSet stored_;
};

}  // namespace

void Emitter::emit_reduce(const Reduce& reduce) {
  ReduceEmission emission(*this, reduce);
  if (reduce.outer_extent == 0 || reduce.inner_extent == 0) {
    emission.empty();
  } else if (reduce.order != ReduceOrder::lanes) {
    emission.in_order();
  } else if (lanes_) {
    emission.written_out();
  } else {
    emission.in_lanes();
  }
}

}  // namespace dp::codegen
