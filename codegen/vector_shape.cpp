#include "codegen/vector_shape.h"

#include <algorithm>
#include <bit>

namespace dp::codegen {
namespace {

using namespace loops;

/// Above this size a loop body is emitted once, with masks, rather than once for full and once for partial
/// vectors.
constexpr double largest_repeated_code = 24;
/// Below this size two registers' worth at a time hide latencies better than one.
constexpr double largest_doubled_code = 24;
constexpr std::int64_t longest_short_reduction = 16;

bool has_long_reduction(const Body& body) {
  return std::ranges::any_of(body, [](const Stmt& statement) {
    const auto* reduce = std::get_if<Reduce>(&statement.node);
    return reduce != nullptr && !is_short_reduction(*reduce);
  });
}

unsigned power_of_two_above(std::int64_t count) {
  return static_cast<unsigned>(std::bit_ceil(static_cast<std::uint64_t>(count)));
}

}  // namespace

bool is_short_reduction(const Reduce& reduce) {
  return reduce.outer_extent == 1 && reduce.inner_extent <= longest_short_reduction;
}

VectorShape vector_shape(const Target& target, std::int64_t extent, std::size_t bytes, unsigned registers,
                         double code) {
  const unsigned native = target.lanes(bytes);
  VectorShape shape;
  shape.lanes = native * registers;
  while (shape.lanes > native && shape.lanes > extent) shape.lanes /= 2;
  if (shape.lanes > extent) shape.lanes = power_of_two_above(extent);
  const std::int64_t rest = extent % shape.lanes;
  shape.masked = rest != 0 && (extent < shape.lanes || code > largest_repeated_code);
  shape.end = shape.masked ? extent : extent - rest;
  shape.rest_lanes = shape.masked || rest == 0 ? 0 : power_of_two_above(rest);
  return shape;
}

VectorShape vector_shape(const Program& program, const For& loop) {
  const double code = code_size(program.loops, loop.body);
  const unsigned registers = has_long_reduction(loop.body) ? 4 : code <= largest_doubled_code ? 2 : 1;
  return vector_shape(program.target, loop.extent, widest_real(program.loops, loop.body), registers, code);
}

bool can_have_lanes(const Program& program, const Body& body) {
  return std::ranges::all_of(body, [&](const Stmt& statement) {
    if (const auto* branch = std::get_if<If>(&statement.node)) return can_have_lanes(program, branch->then);
    if (const auto* reduce = std::get_if<Reduce>(&statement.node)) {
      return reduce->order != ReduceOrder::lanes || is_short_reduction(*reduce);
    }
    return std::holds_alternative<Let>(statement.node) || std::holds_alternative<Store>(statement.node) ||
           std::holds_alternative<Check>(statement.node);
  });
}

}  // namespace dp::codegen
