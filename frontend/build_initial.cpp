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

namespace {

/// In a path that is drawn from, a number of one of the copies that are stacked there: `net.blocks[#].fc.w`.
constexpr char copy_mark = '\1';

/// `[#]`, `[#, #]`
std::string copies_mark(std::size_t rank) {
  std::string result = "[";
  for (std::size_t k = 0; k < rank; ++k) result += std::string(k ? ", " : "") + copy_mark;
  return result + "]";
}

/// The name of the leaf that holds all copies.
std::string without_copies(const std::string& path) {
  std::string result;
  for (std::size_t k = 0; k < path.size(); ++k) {
    const bool opens = path[k] == '[' && k + 1 < path.size() && path[k + 1] == copy_mark;
    if (opens)
      k = path.find(']', k);
    else
      result += path[k];
  }
  return result;
}

/// The path of the copy at this position of all axes: `net.blocks[3].fc.w`.
std::string path_of_copy(const std::string& path, std::int64_t position,
                         const std::vector<std::int64_t>& extents) {
  std::vector<std::int64_t> numbers(extents.size());
  for (std::size_t k = extents.size(); k-- > 0; position /= extents[k]) numbers[k] = position % extents[k];
  std::string result;
  std::size_t next = 0;
  for (const char c : path) result += c == copy_mark ? std::to_string(numbers.at(next++)) : std::string(1, c);
  return result;
}

/// A value repeated along the axes of stacked copies in front of it.
Id behind_copies(Builder& builder, Id value, const Shape& full, std::size_t copies) {
  std::vector<std::int64_t> axes;
  for (std::size_t k = copies; k < full.size(); ++k) axes.push_back(static_cast<std::int64_t>(k));
  return builder.spread(value, full, axes);
}

bool is_drawn(Initial initial) {
  return initial == Initial::normal || initial == Initial::uniform || initial == Initial::glorot ||
         initial == Initial::he || initial == Initial::orthogonal;
}

/// Every copy draws for itself, by its own path, so that what it draws does not depend on how many there are.
Id initial_copies(Builder& builder, const typed::FieldDeclaration& declaration, const std::string& path,
                  Id seed, const Type& type, const Shape& copies, Frame& frame) {
  const auto extents = constants(copies);
  if (copies.empty() || !is_drawn(declaration.initial) || !extents || element_count(copies) == Dim(0))
    return initial_leaf(builder, declaration, path, seed, type, copies, frame);
  Graph& graph = builder.graph;
  Shape one{Dim(1)}, full = copies;
  one.insert(one.end(), type.shape.begin(), type.shape.end());
  full.insert(full.end(), type.shape.begin(), type.shape.end());
  std::vector<Id> rows;
  for (std::int64_t k = 0; k < *element_count(copies).constant(); ++k) {
    const Id row = initial_leaf(builder, declaration, path_of_copy(path, k, *extents), seed, type, {}, frame);
    rows.push_back(graph.add(Op::reshape, {row}, {{"shape", one}}));
  }
  const Id all = graph.add(Op::concat, rows, {{"axis", std::int64_t{0}}});
  return graph.add(Op::reshape, {all}, {{"shape", full}});
}

}  // namespace

void Builder::initial_values(const typed::Type& type, const typed::FieldDeclaration& declaration,
                             const std::string& path, Id seed, const Shape& copies, Frame& frame,
                             std::vector<Orthogonal>& orthogonal) {
  if (auto* tensor_type = std::get_if<typed::TensorType>(&type.node)) {
    if (declaration.initial == Initial::orthogonal)
      orthogonal.push_back({graph.outputs.size(), copies.size()});
    graph.outputs.push_back(
        {without_copies(path),
         initial_copies(*this, declaration, path, seed, resolve(*tensor_type, frame), copies, frame)});
    return;
  }
  auto* layer = std::get_if<typed::LayerType>(&type.node);
  if (!layer && !declaration.value) fail(diagnose(diag::NoInitialValue, declaration.span, path));
  if (!layer) {
    std::vector<Leaf> all;
    leaves(type, frame, without_copies(path), copies, all);
    const std::vector<Id> values = leaf_ids(evaluate(*declaration.value, frame));
    for (std::size_t k = 0; k < all.size(); ++k)
      graph.outputs.push_back(
          {all[k].path, behind_copies(*this, values.at(k), all[k].type.shape, copies.size())});
    return;
  }
  Shape inner_copies = copies;
  for (const Dim& dim : resolve(layer->copies, frame)) inner_copies.push_back(dim);
  Frame inner = field_frame(*layer, frame);
  const std::string place = path + (layer->copies.is_scalar() ? "" : copies_mark(layer->copies.dims.size()));
  for (const auto& field : layer->declaration->fields)
    initial_values(field.type, field, place.empty() ? field.name : place + "." + field.name, seed,
                   inner_copies, inner, orthogonal);
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
