// Initial values as a graph of the seed. Each leaf draws from (seed, path, element), so that adding a layer
// changes no other layer's draws.

#include <cmath>

#include "frontend/builder.h"
#include "frontend/draws.h"
#include "support/assert.h"

namespace dp {
namespace {

using Initial = typed::FieldDeclaration::Initial;

/// FNV-1a, 64 bits (Fowler, Noll, Vo): a path as the number that its key is folded with.
std::int64_t hash_of(const std::string& path) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (unsigned char byte : path) hash = (hash ^ byte) * 0x100000001b3u;
  return static_cast<std::int64_t>(hash);
}

/// The standard deviation of `glorot` and `he`: fan_out is the last axis, fan_in the product of the others (1
/// for a vector). Source: Glorot & Bengio 2010; He et al. 2015.
Id deviation(Graph& graph, const Shape& shape, Initial kind, Dtype dtype) {
  const Dim fan_out = shape.empty() ? Dim(1) : shape.back();
  const Dim fan_in = shape.empty() ? Dim(1) : element_count(Shape(shape.begin(), shape.end() - 1));
  const Dim fans = kind == Initial::glorot ? fan_in + fan_out : fan_in;
  const Type scalar{dtype, {}};
  const auto real = [&](double value) {
    return graph.add(Op::constant, {}, {{"value", Literal{std::vector<double>{value}}}}, scalar);
  };
  const Id size =
      graph.add(Op::convert, {graph.add(Op::dim_value, {}, {{"dim", Shape{fans}}})}, {{"dtype", dtype}});
  return graph.add(Op::sqrt, {graph.add(Op::div, {real(2.0), size})});
}

}  // namespace

/// One tensor leaf; `shape` is that of one layer, `copies` the leading axes of stacked layers.
static Id initial_leaf(Builder& builder, const typed::FieldDeclaration& declaration, const std::string& path,
                       Id seed, const Type& type, const Shape& copies, Frame& frame) {
  Graph& graph = builder.graph;
  Shape full = copies;
  full.insert(full.end(), type.shape.begin(), type.shape.end());
  const auto argument = [&](std::size_t k) {
    return builder.convert(builder.tensor(*declaration.arguments.at(k), frame), type.dtype);
  };
  const auto key = [&] {
    const Id path_number = builder.splat_integer(hash_of(path), {Dtype::i64, {}});
    return graph.add(Op::fold_key, {graph.add(Op::make_key, {seed}), path_number});
  };
  const auto scaled = [&](Id draw, Id factor) { return builder.point(Op::mul, {draw, factor}); };
  switch (declaration.initial) {
    case Initial::zeros: return builder.splat(0.0, {type.dtype, full});
    case Initial::ones: return builder.splat(1.0, {type.dtype, full});
    case Initial::normal: return scaled(draw_normal(graph, key(), full, type.dtype), argument(0));
    case Initial::uniform: {
      const Id low = argument(0), width = builder.point(Op::sub, {argument(1), low});
      return builder.point(Op::add, {scaled(draw_uniform(graph, key(), full, type.dtype), width), low});
    }
    case Initial::glorot:
    case Initial::he:
      return scaled(draw_normal(graph, key(), full, type.dtype),
                    deviation(graph, type.shape, declaration.initial, type.dtype));
    case Initial::orthogonal:
      return draw_normal(graph, key(), full, type.dtype);  // made orthonormal behind the graph
    case Initial::value: {
      const Id value = builder.tensor(*declaration.value, frame);
      if (graph[value].type.shape == full) return value;
      std::vector<std::int64_t> axes;
      for (std::size_t k = copies.size(); k < full.size() && graph[value].type.rank() > 0; ++k)
        axes.push_back(static_cast<std::int64_t>(k));
      return builder.spread(value, full, axes);
    }
    case Initial::none: Builder::fail(diagnose(diag::NoInitialValue, declaration.span, path));
  }
  DP_ASSERT(false, "unknown kind of initial value");
}

void Builder::initial_values(const typed::Type& type, const typed::FieldDeclaration& declaration,
                             const std::string& path, Id seed, const Shape& copies, Frame& frame,
                             std::vector<Orthogonal>& orthogonal) {
  if (auto* tensor_type = std::get_if<typed::TensorType>(&type.node)) {
    if (declaration.initial == Initial::orthogonal)
      orthogonal.push_back({graph.outputs.size(), copies.size()});
    graph.outputs.push_back(
        {path, initial_leaf(*this, declaration, path, seed, resolve(*tensor_type, frame), copies, frame)});
    return;
  }
  auto* layer = std::get_if<typed::LayerType>(&type.node);
  if (!layer) fail(diagnose(diag::NoInitialValue, declaration.span, path));
  Shape inner_copies = copies;
  for (const Dim& dim : resolve(layer->copies, frame)) inner_copies.push_back(dim);
  Frame inner = field_frame(*layer, frame);
  for (const auto& field : layer->declaration->fields)
    initial_values(field.type, field, path.empty() ? field.name : path + "." + field.name, seed, inner_copies,
                   inner, orthogonal);
}

Result<InitialGraph> build_initial(const typed::Module& module, const typed::Type& type,
                                   const std::string& name, const BuildOptions& options) {
  return guarded<InitialGraph>([&] {
    Builder builder(module, options);
    builder.graph.name = "initial";
    Frame frame = builder.root_frame();
    const Id seed = builder.graph.input("seed", {Dtype::i64, {}});
    typed::FieldDeclaration none;
    InitialGraph initial;
    builder.initial_values(type, none, name, seed, {}, frame, initial.orthogonal);
    initial.graph = std::move(builder.graph);
    return initial;
  });
}

}  // namespace dp
