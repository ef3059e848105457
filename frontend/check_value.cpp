#include "frontend/check_value.h"

#include <limits>

#include "support/assert.h"

namespace dp::checker {

using typed::Scalar;

typed::Type tensor(Scalar scalar, typed::TensorShape shape) {
  return {typed::TensorType{scalar, std::nullopt, std::move(shape)}};
}

const typed::TensorType* as_tensor(const typed::Type& type) {
  return std::get_if<typed::TensorType>(&type.node);
}

typed::TensorType& tensor_of(typed::Expr& expression) {
  auto* result = std::get_if<typed::TensorType>(&expression.type.node);
  DP_ASSERT(result != nullptr, "a tensor is expected, not {}", typed::text(expression.type));
  return *result;
}

bool is_real(Scalar scalar) {
  return scalar == Scalar::real || scalar == Scalar::f32 || scalar == Scalar::f64 || scalar == Scalar::bf16;
}

bool is_integer(Scalar scalar) { return scalar == Scalar::i32 || scalar == Scalar::i64; }

bool holds_reals(const typed::Type& type) {
  if (const auto* leaf = as_tensor(type)) return is_real(leaf->scalar);
  const auto any_field = [](const auto& fields) {
    for (const typed::FieldDeclaration& field : fields) {
      if (holds_reals(field.type)) return true;
    }
    return false;
  };
  if (const auto* layer = std::get_if<typed::LayerType>(&type.node))
    return any_field(layer->declaration->fields);
  if (const auto* structure = std::get_if<typed::StructType>(&type.node))
    return any_field(structure->declaration->fields);
  if (const auto* tuple = std::get_if<typed::TupleType>(&type.node)) {
    for (const typed::Type& each : tuple->elements) {
      if (holds_reals(each)) return true;
    }
  }
  return false;
}

typed::ExprPtr point(Op op, typed::Type type, Span span, std::vector<typed::ExprPtr> operands) {
  return make(std::move(type), span, typed::PointExpr{op, std::move(operands)});
}

typed::ExprPtr number(double value, Scalar scalar, Span span) {
  return make(tensor(scalar), span, typed::NumberExpr{value});
}

typed::ExprPtr integer(std::int64_t value, Span span) {
  return make(tensor(Scalar::i64), span, typed::NumberExpr{value});
}

typed::ExprPtr convert(typed::ExprPtr value, Scalar scalar) {
  if (as_tensor(value->type)->scalar == scalar) return value;
  const Span span = value->span;
  typed::Type type = tensor(scalar, as_tensor(value->type)->shape);
  return make(std::move(type), span, typed::ConvertExpr{std::move(value)});
}

typed::ExprPtr use(Body& body, typed::VariableId variable, Span span) {
  body.notes[variable].read = true;
  return make(body.function.variables[variable].type, span, typed::VariableExpr{variable});
}

namespace {

/// Retypes a tree of literals, dimensions and arithmetic on them, in place.
class Settler {
 public:
  Settler(Body& body, Scalar scalar) : body_(body), scalar_(scalar) {}

  void run(typed::Expr& expression) {
    if (as_tensor(expression.type)->scalar == scalar_) return;
    std::visit([&](auto& node) { settle(expression, node); }, expression.node);
    tensor_of(expression).scalar = scalar_;
    tensor_of(expression).bound.reset();
  }

 private:
  void settle(typed::Expr& expression, typed::NumberExpr& node) {
    const auto* whole = std::get_if<std::int64_t>(&node.value);
    if (whole == nullptr) return;
    check_range(*whole, expression.span);
    if (is_real(scalar_)) node.value = static_cast<double>(*whole);
  }
  void settle(typed::Expr& expression, typed::NumbersExpr& node) {
    const auto* wholes = std::get_if<1>(&node.values);
    if (wholes == nullptr) return;
    for (std::int64_t each : *wholes) check_range(each, expression.span);
    if (is_real(scalar_)) node.values = std::vector<double>(wholes->begin(), wholes->end());
  }
  void settle(typed::Expr&, typed::PointExpr& node) {
    const std::size_t first = node.op == Op::select ? 1 : 0;  // the condition stays a bool
    for (std::size_t k = first; k < node.operands.size(); ++k) run(*node.operands[k]);
    if (node.op == Op::floor_div && is_real(scalar_)) node.op = Op::div;
  }
  void settle(typed::Expr&, typed::StructuralExpr& node) {
    for (typed::ExprPtr& operand : node.operands) run(*operand);
  }
  void settle(typed::Expr&, typed::ReshapeExpr& node) { run(*node.value); }
  void settle(typed::Expr&, typed::BroadcastExpr& node) { run(*node.value); }
  void settle(typed::Expr&, typed::ForExpr& node) { run(*node.body); }
  void settle(typed::Expr&, typed::IndexExpr& node) { run(*node.object); }
  void settle(typed::Expr&, typed::IfExpr& node) {
    for (auto& [condition, value] : node.branches) run(*value);
    run(*node.otherwise);
  }
  /// What has a scalar type of its own, as a dimension or a constant: a conversion.
  template <class Node>
  void settle(typed::Expr& expression, Node&) {
    auto inner = std::make_unique<typed::Expr>(std::move(expression));
    expression.type = inner->type;
    expression.span = inner->span;
    expression.node = typed::ConvertExpr{std::move(inner)};
  }

  void check_range(std::int64_t value, Span span) {
    using Limits = std::numeric_limits<std::int32_t>;
    if (scalar_ != Scalar::i32 || (value >= Limits::min() && value <= Limits::max())) return;
    body_.report(diagnose(diag::NumberRange, span, std::to_string(value), "i32"));
  }

  Body& body_;
  Scalar scalar_;
};

}  // namespace

void settle(Body& body, Value& value, Scalar scalar) {
  if (value.open == Open::no) return;
  value.open = Open::no;
  Settler(body, scalar).run(*value.expr);
}

namespace {

std::vector<typed::ExprPtr> copies(const std::vector<typed::ExprPtr>& expressions) {
  std::vector<typed::ExprPtr> result;
  for (const typed::ExprPtr& each : expressions) result.push_back(copy_closed(*each));
  return result;
}

struct Copier {
  const typed::Expr& from;

  typed::ExprPtr again(auto node) const { return make(from.type, from.span, std::move(node)); }

  typed::ExprPtr operator()(const typed::NumberExpr& node) const { return again(node); }
  typed::ExprPtr operator()(const typed::NumbersExpr& node) const { return again(node); }
  typed::ExprPtr operator()(const typed::DimExpr& node) const { return again(node); }
  typed::ExprPtr operator()(const typed::ArgumentExpr& node) const { return again(node); }
  typed::ExprPtr operator()(const typed::ConstantExpr& node) const { return again(node); }
  typed::ExprPtr operator()(const typed::ConvertExpr& node) const {
    return again(typed::ConvertExpr{copy_closed(*node.value)});
  }
  typed::ExprPtr operator()(const typed::BroadcastExpr& node) const {
    return again(typed::BroadcastExpr{copy_closed(*node.value), node.axes});
  }
  typed::ExprPtr operator()(const typed::ReshapeExpr& node) const {
    return again(typed::ReshapeExpr{copy_closed(*node.value), node.checked});
  }
  typed::ExprPtr operator()(const typed::PointExpr& node) const {
    return again(typed::PointExpr{node.op, copies(node.operands), node.exponent});
  }
  typed::ExprPtr operator()(const typed::StructuralExpr& node) const {
    return again(typed::StructuralExpr{node.op, copies(node.operands), node.axes, node.dims, node.all_axes});
  }
  template <class Node>
  typed::ExprPtr operator()(const Node&) const {
    DP_ASSERT(false, "a closed expression is expected");
    return nullptr;
  }
};

}  // namespace

typed::ExprPtr copy_closed(const typed::Expr& expression) {
  return std::visit(Copier{expression}, expression.node);
}

std::optional<std::int64_t> literal_integer(const typed::Expr& expression) {
  const auto* number = std::get_if<typed::NumberExpr>(&expression.node);
  if (number == nullptr || !std::holds_alternative<std::int64_t>(number->value)) return std::nullopt;
  return std::get<std::int64_t>(number->value);
}

}  // namespace dp::checker
