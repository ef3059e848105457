#include "ir/infer.h"

#include <algorithm>

#include "ir/infer_rules.h"
#include "support/assert.h"

namespace dp {
namespace {

using shape_rules::Site;

Inference leaf(const Site& site) {
  if (site.op == Op::dim_value) {
    return site.dims("dim").size() == 1 ? Inference(Type{Dtype::i64, {}})
                                        : Inference::failure("has one dimension");
  }
  const Shape& shape = site.dims("shape");
  std::string error = shape_rules::axes_error({site.integer("axis")}, shape.size(), true);
  return error.empty() ? Inference(Type{Dtype::i64, shape}) : Inference::failure(std::move(error));
}

/// The operands x, then a cotangent for each; behind them, where there are any, a tangent for each.
Inference custom(const Site& site) {
  const auto count = static_cast<std::size_t>(site.integer("count"));
  const std::size_t given = site.operands.size();
  if (given != 1 + 2 * count && given != 1 + 3 * count)
    return Inference::failure("takes a cotangent for each of its operands, and perhaps a tangent");
  for (std::size_t k = 1; k <= count; ++k) {
    if (site.operand(k) != site.operand(k + count))
      return Inference::failure("has cotangents of other types");
    if (given > 1 + 2 * count && site.operand(k + 2 * count) != site.operand(0))
      return Inference::failure("has tangents of other types");
  }
  return site.operand(0);
}

Inference level(const Site& site) {
  if (site.op == Op::seed) return Type{site.get<Dtype>("dtype"), site.dims("shape")};
  if (site.operands.empty()) return Inference::failure("takes the value that it stands for");
  const Type& y = site.operand(0);
  if (site.op == Op::mark || site.op == Op::stop) return y;
  if (site.op == Op::custom) return custom(site);
  const Type &x = site.operand(1), &direction = site.operand(2);
  if (!is_real(y.dtype) || !is_real(x.dtype)) return Inference::failure("differentiates reals only");
  const bool reverse = site.op == Op::vjp;
  if (direction != (reverse ? y : x)) {
    return Inference::failure(reverse ? "takes a cotangent of the type of its first operand"
                                      : "takes a tangent of the type of its second operand");
  }
  return reverse ? x : y;
}

Inference effect(const Site& site) {
  if (site.op == Op::print) {
    const bool has_condition = !site.operands.empty() && site.operand(0) == Type{Dtype::boolean, {}};
    return has_condition ? Inference(Type{Dtype::boolean, {}})
                         : Inference::failure("takes first whether it is taken, a scalar bool");
  }
  if (site.op == Op::assert_) {
    if (site.operand(0).dtype != Dtype::boolean) return Inference::failure("takes a bool");
    return site.operand(0);
  }
  const Type &checked = site.operand(0), &taken = site.operand(1);
  const bool of_reals = site.op == Op::check_range;
  if (of_reals ? !is_real(checked.dtype) : !is_integer(checked.dtype))
    return Inference::failure(of_reals ? "takes reals" : "takes integers");
  if (taken.dtype != Dtype::boolean || taken.shape != checked.shape)
    return Inference::failure("takes a bool for each of its elements");
  return taken;
}

std::string constant_error(const Node& node) {
  const Literal& literal = std::get<Literal>(node.attributes[0].value);
  if (std::holds_alternative<std::vector<double>>(literal.elements) != is_real(node.type.dtype)) {
    return "holds elements of another kind than its type";
  }
  const std::size_t count =
      std::visit([](const auto& elements) { return elements.size(); }, literal.elements);
  if (count == 1 || element_count(node.type.shape) == Dim(static_cast<std::int64_t>(count))) return "";
  return fmt::format("holds {} elements for shape {}", count, text(node.type.shape));
}

}  // namespace

std::size_t attribute_kind(std::string_view name) {
  using Value = AttributeValue;
  if (name == "name" || name == "message") return Value(std::string()).index();
  if (name == "dtype") return Value(Dtype::f32).index();
  if (name == "value") return Value(Literal()).index();
  if (name == "axis" || name == "exponent" || name == "id") return Value(std::int64_t{0}).index();
  if (name == "descending" || name == "lower" || name == "transposed") return Value(std::int64_t{0}).index();
  if (name == "slot" || name == "count" || name == "carries" || name == "stacked" || name == "conditional")
    return Value(std::int64_t{0}).index();
  if (name == "body") return Value(LoopBody()).index();
  const bool dims = name == "start" || name == "low" || name == "shape" || name == "dim";
  return dims ? Value(Shape()).index() : Value(std::vector<std::int64_t>()).index();
}

std::string attribute_error(Op op, const Attributes& attributes) {
  const std::vector<std::string_view>& names = info(op).attributes;
  for (std::size_t k = 0; k < std::max(names.size(), attributes.size()); ++k) {
    if (k >= attributes.size()) return fmt::format("lacks the attribute `{}`", names[k]);
    if (k >= names.size() || names[k] != attributes[k].name) {
      return fmt::format("has an attribute out of place, `{}`", attributes[k].name);
    }
    if (attributes[k].value.index() != attribute_kind(names[k])) {
      return fmt::format("has a value of another kind in `{}`", names[k]);
    }
  }
  return "";
}

Inference infer(Op op, std::span<const Type* const> operands, const Attributes& attributes) {
  const OpInfo& row = info(op);
  if (row.arity >= 0 && operands.size() != static_cast<std::size_t>(row.arity)) {
    return Inference::failure(fmt::format("takes {} operands, not {}", row.arity, operands.size()));
  }
  if (std::string error = attribute_error(op, attributes); !error.empty()) {
    return Inference::failure(std::move(error));
  }
  DP_ASSERT(op != Op::input && op != Op::constant, "the type of `{}` is given, not inferred", row.name);
  const Site site{op, operands, attributes};
  switch (row.form) {
    case Form::eval:
    case Form::point: return shape_rules::pointwise(site);
    case Form::leaf: return leaf(site);
    case Form::level: return level(site);
    case Form::move: return shape_rules::move(site);
    case Form::reduce: return shape_rules::reduce(site);
    case Form::contract: return shape_rules::contract(site);
    case Form::binder:
    case Form::loop: return shape_rules::loop(site);
    case Form::effect: return effect(site);
    case Form::call: return shape_rules::call(site);
  }
  return Inference::failure("has no shape rule");
}

std::string type_error(const Graph& graph, const Node& node) {
  if (node.op == Op::input || node.op == Op::constant) {
    if (!node.operands.empty()) return "takes no operands";
    if (std::string error = attribute_error(node.op, node.attributes); !error.empty()) return error;
    return node.op == Op::constant ? constant_error(node) : "";
  }
  std::vector<const Type*> types;
  for (const Id operand : node.operands) types.push_back(&graph[operand].type);
  const Inference inferred = infer(node.op, types, node.attributes);
  if (!inferred.type) return inferred.reason;
  if (*inferred.type == node.type) return "";
  return fmt::format("gives {}, not {}", text(*inferred.type), text(node.type));
}

}  // namespace dp
