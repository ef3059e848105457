#pragma once
// How many lanes a vector loop takes at a time, and what it does with the rest. Vectors wider than a register
// are several registers' worth of independent work: LLVM splits them, and the latency of one hides behind the
// others.

#include "codegen/program.h"

namespace dp::codegen {

struct VectorShape {
  unsigned lanes = 1;       // of the main loop
  std::int64_t end = 0;     // elements that the main loop covers
  bool masked = false;      // the main loop covers all, its last block masked
  unsigned rest_lanes = 0;  // of one masked block behind it; 0: nothing is left
};

/// Lanes of a loop of `extent` iterations whose widest real has `bytes`, doing `registers` registers' worth
/// at a time. `code`: the size of the body; of a large one there is a single copy.
VectorShape vector_shape(const Target& target, std::int64_t extent, std::size_t bytes, unsigned registers,
                         double code);
VectorShape vector_shape(const Program& program, const loops::For& loop);

/// Whether the iterations of a vector loop can be lanes: no prints, and inner reductions short or in an order
/// that lanes can follow side by side.
bool can_have_lanes(const Program& program, const loops::Body& body);

/// A reduction in 64 lanes that is short enough to stand, written out, in each lane of a vector loop.
bool is_short_reduction(const loops::Reduce& reduce);

}  // namespace dp::codegen
