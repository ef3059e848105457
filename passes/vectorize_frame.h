#pragma once
// The working state of `vectorize`: values with loops as their leading axes, and the frames in which they are
// made: the graph itself, and one body for every scan around a value. The rules by form are functions over a
// frame, each family in a file of its own.

#include <map>
#include <optional>
#include <set>
#include <span>

#include "passes/expression.h"
#include "passes/vectorize_facts.h"

namespace dp::vectorizer {

using Loops = std::vector<std::int64_t>;

/// A value at all steps of its parallel loops: axis k of the tensor is the index of loops[k]. The axes behind
/// them are those of the value at one step, its *part*.
struct Batched {
  Expression value;
  Loops loops;

  std::size_t depth() const { return loops.size(); }
  std::size_t rank() const { return value.shape().size() - depth(); }
  Dtype dtype() const { return value.type().dtype; }
  Shape part() const {
    return {value.shape().begin() + static_cast<std::ptrdiff_t>(depth()), value.shape().end()};
  }
};

/// What has become of a scan: the closed loop, and its slot for each result of the scan.
struct ClosedScan {
  Id loop = no_id;
  std::vector<std::int64_t> slots;
  std::vector<Loops> loops;  // of each result
  std::size_t carries = 0;   // of the scan
  bool has_effects = false;
};

struct Frame {
  const Graph& source;
  LoopFacts& facts;
  Graph& target;
  Frame* outer = nullptr;
  std::int64_t scan = -1;              // the loop whose steps are made here; −1: none
  std::optional<Batched> active = {};  // inside conditional scans: the lanes that have not stopped
  Batched step = {};                   // the number of the step
  std::vector<Batched> carried = {};
  std::vector<Id> read = {};  // nodes of the outer target, each an input here behind those above
  std::map<Id, Batched> values = {};
  std::map<Id, Id> imported = {};
  std::map<Id, ClosedScan> closed = {};
  std::set<Id> acting = {};  // the old nodes that print or check here; others of their loops only compute
  std::map<Id, Id> effects = {};

  /// What the old node has become, made here or further out.
  Batched value(Id old);
  /// A value of the frame outside, as this frame reads it.
  Batched read_in(const Batched& outside);
  /// Whether all scans whose variables the old node depends on are this frame or around it.
  bool has_in_scope(Id old) const;
  Shape extents(const Loops& loops) const;

 private:
  Id import_node(Id outside);
};

// ---- the axes of batched values (vectorize_frame.cpp)
/// All loops of the values: in the order of a value that has them all, else ascending.
Loops joined(std::span<const Batched> values);
Loops without(const Loops& loops, const Loops& others);
Loops shared(const Loops& loops, const Loops& others);
Loops concatenated(const Loops& loops, const Loops& others);
/// x with exactly these loops, repeated along those that it does not depend on.
Batched aligned(const Frame& frame, const Batched& x, const Loops& loops);
/// The axes of x's tensor that are these loops, or these axes of its part.
Axes axes_of_loops(const Batched& x, const Loops& loops);
Axes axes_of_part(const Batched& x, const Axes& part);
Axes shifted(const Axes& axes, std::size_t by);
/// x stacked along a loop, which becomes the first axis of its part.
Batched closed_over(const Frame& frame, const Batched& x, std::int64_t loop);
/// A number as a tensor of i64, known now or later.
Expression number(Graph& graph, const Dim& value, const Shape& shape);
Batched zeros(const Frame& frame, Dtype dtype, const Loops& loops, const Shape& part);

// ---- the walk (vectorize.cpp)
/// The old nodes, ascending, that are in scope, and these effects of theirs, made in the frame.
void compute(Frame& frame, const std::vector<Id>& nodes, std::span<const Id> effects);

// ---- rules by form
Batched emit_pointwise(Frame& frame, const Node& node);
Batched emit_move(Frame& frame, const Node& node);
Batched emit_reduce(Frame& frame, const Node& node);
Batched emit_dot(Frame& frame, const Node& node);
Batched emit_call(Frame& frame, const Node& node);
Batched emit_at(Frame& frame, const Node& node);
Batched emit_put(Frame& frame, const Node& node);
Batched emit_scan(Frame& frame, Id id);
Batched emit_result(Frame& frame, const Node& node);
/// The node of the target that checks the same for all lanes.
Id emit_effect(Frame& frame, const Node& node);

// ---- positions (vectorize_index.cpp)
/// A position of an axis of a part; `inside`: known to be one.
struct Place {
  std::int64_t axis;
  Batched index;
  bool inside;
};
/// x's part at the places; their axes give way to those of the index, which has some only where there is one
/// place.
Batched read_at(Frame& frame, const Batched& x, const std::vector<Place>& places);
/// The base with parts added (or set) at the places, for each value of the loops in `summed`.
Batched write_at(Frame& frame, Op op, const Batched& base, const std::vector<Place>& places,
                 const Batched& parts, const Loops& summed);
/// x reduced over those of its loops, by reduce_sum or reduce_any.
Batched reduced_over(const Frame& frame, Op op, const Batched& x, const Loops& loops);

/// A reduction over loops of a `put`, made without its operand; nothing where `node` is none.
std::optional<Batched> sum_of_puts(Frame& frame, const Node& node);

/// Parts laid along an axis of that extent where a sum of two indices is.
struct Overlap {
  Affine position;
  Dim extent;
};
/// The parts, products of matrices, summed over these pairs of loops, which become the first axes of their
/// part; nothing where they are no such product (passes/vectorize_overlaps.cpp).
std::optional<Batched> sum_of_overlaps(const Frame& frame, const Batched& parts,
                                       const std::vector<Overlap>& overlaps);

/// The sum of x over the axes as a product of matrices, where x is a product of factors that do not all
/// depend on every axis; nothing where it is not.
std::optional<Expression> sum_of_products(const Expression& x, const Axes& summed);

}  // namespace dp::vectorizer
