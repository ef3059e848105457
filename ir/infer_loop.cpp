// The types of bound variables, of what binds them, and of closed loops.

#include <algorithm>

#include "ir/infer_rules.h"

namespace dp::shape_rules {
namespace {

/// Empty, or why the operands behind the first are not one index for each of the axes.
std::string indices_error(const Site& site, const Axes& axes, std::size_t rank) {
  if (site.operands.size() != axes.size() + 1) return "takes one index for each of its axes";
  for (const Type* index : site.operands.subspan(1))
    if (!is_integer(index->dtype) || index->rank() != 0) return "takes scalar integers as indices";
  return axes_error(axes, rank, true);
}

Inference at(const Site& site) {
  if (site.operands.empty()) return Inference::failure("takes a tensor and its indices");
  const Type& x = site.operand(0);
  const Axes& axes = site.integers("axes");
  if (std::string error = indices_error(site, axes, x.rank()); !error.empty())
    return Inference::failure(std::move(error));
  return Type{x.dtype, without_axes(x.shape, axes)};
}

Inference put(const Site& site) {
  if (site.operands.empty()) return Inference::failure("takes a part and its indices");
  const Type& part = site.operand(0);
  const Axes& axes = site.integers("axes");
  const Shape& shape = site.dims("shape");
  if (std::string error = indices_error(site, axes, shape.size()); !error.empty())
    return Inference::failure(std::move(error));
  if (part.shape != without_axes(shape, axes))
    return Inference::failure(fmt::format("cannot put {} into {}", text(part.shape), text(shape)));
  return Type{part.dtype, shape};
}

Inference carried(const Site& site, std::size_t carries, std::size_t stacked) {
  if (site.operands.size() < 2 * carries + stacked)
    return Inference::failure("takes an initial and a next value for each slot, and what is stacked");
  for (std::size_t k = 0; k < carries; ++k) {
    if (site.operand(k) != site.operand(carries + k))
      return Inference::failure(fmt::format("carries {} in slot {}, then {}", text(site.operand(k)), k,
                                            text(site.operand(carries + k))));
  }
  const bool goes_on = carries > 0 && site.operand(0) == Type{Dtype::boolean, {}};
  if (site.integer("conditional") != 0 && !goes_on)
    return Inference::failure("carries in its first slot whether to go on, a scalar bool");
  return Type{Dtype::i64, {}};
}

/// What a step reads and leaves must fit its body.
Inference closed(const Site& site, std::size_t carries, std::size_t stacked) {
  const Graph& body = *site.get<LoopBody>("body").graph;
  if (site.operands.size() < carries || body.inputs.size() != site.operands.size() + 1 ||
      body.outputs.size() != carries + stacked)
    return Inference::failure("has operands and results that do not match its body");
  if (body[body.inputs[0]].type != Type{Dtype::i64, {}})
    return Inference::failure("has a body whose first input is not the number of the step");
  for (std::size_t k = 0; k < site.operands.size(); ++k) {
    if (body[body.inputs[k + 1]].type != site.operand(k))
      return Inference::failure(fmt::format("gives {} as input {} of its body, which is {}",
                                            text(site.operand(k)), k + 1,
                                            text(body[body.inputs[k + 1]].type)));
  }
  for (std::size_t k = 0; k < carries; ++k) {
    if (body[body.outputs[k].node].type != site.operand(k))
      return Inference::failure(fmt::format("carries {} in slot {}, then {}", text(site.operand(k)), k,
                                            text(body[body.outputs[k].node].type)));
  }
  const bool goes_on = carries > 0 && site.operand(0) == Type{Dtype::boolean, {}};
  if (site.integer("conditional") != 0 && !goes_on)
    return Inference::failure("carries in its first slot whether to go on, a scalar bool");
  return Type{Dtype::i64, {}};
}

Inference steps(const Site& site) {
  if (site.dims("dim").size() != 1) return Inference::failure("has one extent");
  const std::int64_t carries = site.integer("carries"), stacked = site.integer("stacked");
  if (carries < 0 || stacked < 0) return Inference::failure("counts what it carries and stacks");
  const auto c = static_cast<std::size_t>(carries), s = static_cast<std::size_t>(stacked);
  return site.op == Op::scan ? carried(site, c, s) : closed(site, c, s);
}

}  // namespace

Inference loop(const Site& site) {
  switch (site.op) {
    case Op::index:
      return site.dims("dim").size() == 1 ? Inference(Type{Dtype::i64, {}})
                                          : Inference::failure("has one extent");
    case Op::carry: return site.operand(0);
    case Op::for_: {
      const Shape& extent = site.dims("dim");
      if (extent.size() != 1) return Inference::failure("has one extent");
      Type type = site.operand(0);
      type.shape.insert(type.shape.begin(), extent[0]);
      return type;
    }
    case Op::at: return at(site);
    case Op::put: return put(site);
    case Op::result: return Type{site.get<Dtype>("dtype"), site.dims("shape")};
    default: return steps(site);
  }
}

}  // namespace dp::shape_rules

namespace dp {

std::optional<Type> result_type(const Node& loop, const Graph& graph, std::int64_t slot) {
  if (loop.op != Op::scan && loop.op != Op::loop) return std::nullopt;
  const std::int64_t carries = loop.integer("carries"), stacked = loop.integer("stacked");
  if (slot < 0 || slot >= carries + stacked) return std::nullopt;
  const auto at = static_cast<std::size_t>(slot);
  if (slot < carries) return graph[loop.operands[at]].type;
  Type type = loop.op == Op::scan ? graph[loop.operands[at + static_cast<std::size_t>(carries)]].type
                                  : loop.body()[loop.body().outputs[at].node].type;
  type.shape.insert(type.shape.begin(), loop.dims("dim").at(0));
  return type;
}

}  // namespace dp
