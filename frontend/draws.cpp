#include "frontend/draws.h"

namespace dp {
namespace {

Id integers(Graph& graph, std::int64_t value, Dtype dtype, const Shape& shape) {
  return graph.add(Op::constant, {}, {{"value", Literal{std::vector<std::int64_t>{value}}}}, {dtype, shape});
}

Id reals(Graph& graph, double value, Dtype dtype, const Shape& shape) {
  return graph.add(Op::constant, {}, {{"value", Literal{std::vector<double>{value}}}}, {dtype, shape});
}

/// `count` independent words of 32 bits for each element, as tensors of the given shape.
std::vector<Id> words(Graph& graph, Id key, std::int64_t count, const Shape& shape) {
  Shape all{Dim(count)};
  all.insert(all.end(), shape.begin(), shape.end());
  const Id bits = graph.add(Op::random_bits, {key}, {{"shape", all}});
  std::vector<Id> out;
  for (std::int64_t k = 0; k < count; ++k) {
    Shape start(all.size(), Dim(0)), part = all;
    start[0] = Dim(k);
    part[0] = Dim(1);
    const std::vector<std::int64_t> stride(all.size(), 1);
    const Id slice = graph.add(Op::slice, {bits}, {{"shape", part}, {"start", start}, {"stride", stride}});
    out.push_back(graph.add(Op::reshape, {slice}, {{"shape", shape}}));
  }
  return out;
}

/// Words without their lowest bits, as whole numbers of the floating type: `kept` bits of them.
Id whole_number(Graph& graph, Id word, std::int64_t kept, Dtype dtype, const Shape& shape) {
  const Id shifted = graph.add(Op::shift_right, {word, integers(graph, 32 - kept, Dtype::i32, shape)});
  return graph.add(Op::convert, {shifted}, {{"dtype", dtype}});
}

Id uniform_of(Graph& graph, std::span<const Id> word, const Shape& shape, Dtype dtype) {
  const auto real = [&](double value) { return reals(graph, value, dtype, shape); };
  if (dtype == Dtype::f32) {
    const Id cell = whole_number(graph, word[0], 23, dtype, shape);
    return graph.add(Op::mul, {graph.add(Op::add, {cell, real(0.5)}), real(0x1p-23)});
  }
  const Id high = graph.add(Op::mul, {whole_number(graph, word[0], 26, dtype, shape), real(0x1p26)});
  const Id cell = graph.add(Op::add, {high, whole_number(graph, word[1], 26, dtype, shape)});
  return graph.add(Op::mul, {graph.add(Op::add, {cell, real(0.5)}), real(0x1p-52)});
}

std::int64_t words_for(Dtype dtype) { return dtype == Dtype::f32 ? 1 : 2; }

}  // namespace

Id draw_uniform(Graph& graph, Id key, const Shape& shape, Dtype dtype) {
  return uniform_of(graph, words(graph, key, words_for(dtype), shape), shape, dtype);
}

Id draw_normal(Graph& graph, Id key, const Shape& shape, Dtype dtype) {
  const auto count = static_cast<std::size_t>(words_for(dtype));
  const std::vector<Id> all = words(graph, key, 2 * static_cast<std::int64_t>(count), shape);
  const Id u = uniform_of(graph, std::span(all).first(count), shape, dtype);
  const Id v = uniform_of(graph, std::span(all).last(count), shape, dtype);
  const auto real = [&](double value) { return reals(graph, value, dtype, shape); };
  const Id radius = graph.add(Op::sqrt, {graph.add(Op::mul, {real(-2.0), graph.add(Op::log, {u})})});
  const double turn = dtype == Dtype::f32 ? static_cast<float>(6.283185307179586) : 6.283185307179586;
  return graph.add(Op::mul, {radius, graph.add(Op::cos, {graph.add(Op::mul, {real(turn), v})})});
}

}  // namespace dp
