#include "frontend/check_expr.h"

#include "frontend/check_loops.h"
#include "frontend/check_notes.h"
#include "frontend/check_operators.h"

namespace dp::checker {

using typed::Scalar;

namespace {

struct Dispatch {
  Body& body;
  Span span;

  Value operator()(const ast::IntegerLiteral& literal) const {
    return {integer(static_cast<std::int64_t>(literal.value), span), Open::integer};
  }
  Value operator()(const ast::RealLiteral& literal) const {
    return {number(literal.value, Scalar::real, span), Open::real};
  }
  Value operator()(const ast::BoolLiteral& literal) const {
    return {make(tensor(Scalar::boolean), span, typed::NumberExpr{literal.value}), Open::no};
  }
  Value operator()(const ast::StringLiteral& literal) const {
    return {make({typed::TextType{}}, span, typed::TextExpr{literal.value}), Open::no};
  }
  Value operator()(const ast::NameUse& use) const { return check_name(body, use.name, span); }
  Value operator()(const ast::Field& field) const { return check_field(body, field, span); }
  Value operator()(const ast::Index& index) const { return check_index(body, index, span); }
  Value operator()(const ast::Call& call) const { return check_call(body, call, span); }
  Value operator()(const ast::Unary& unary) const { return check_unary(body, unary, span); }
  Value operator()(const ast::Binary& binary) const { return check_binary(body, binary, span); }
  Value operator()(const ast::Pipe& pipe) const { return check_pipe(body, pipe, span); }
  Value operator()(const ast::As& reshape) const { return check_reshape(body, reshape, span); }
  Value operator()(const ast::If& conditional) const { return check_if(body, conditional, span, nullptr); }
  Value operator()(const ast::For& loop) const { return check_for(body, loop, span); }
  Value operator()(const ast::Grad& gradient) const { return check_grad(body, gradient, span); }
  Value operator()(const ast::Stack& stack) const { return check_stack(body, stack, span); }
  Value operator()(const ast::Tuple& tuple) const {
    typed::TupleType type;
    typed::TupleExpr node;
    bool fine = true;
    for (const ast::ExprPtr& each : tuple.elements) {
      Value element = check_expr(body, *each);
      if (!element) {
        fine = false;
        continue;
      }
      settle_by_itself(element);
      type.elements.push_back(element.type());
      node.elements.push_back(std::move(element.expr));
    }
    if (!fine) return {};
    return {make({std::move(type)}, span, std::move(node)), Open::no};
  }
};

}  // namespace

Value check_expr(Body& body, const ast::Expr& expression) {
  return std::visit(Dispatch{body, expression.span}, expression.node);
}

void settle_by_itself(Value& value) { value.open = Open::no; }

void settle_towards(Body& body, Value& value, const typed::Type& wanted) {
  if (!value) return;
  const auto* target = as_tensor(wanted);
  const bool takes =
      target && (is_real(target->scalar) || (is_integer(target->scalar) && value.open == Open::integer));
  if (takes)
    settle(body, value, target->scalar);
  else
    settle_by_itself(value);
}

Value check_expr_towards(Body& body, const ast::Expr& expression, const typed::Type& wanted) {
  if (const auto* conditional = std::get_if<ast::If>(&expression.node)) {
    Value value = check_if(body, *conditional, expression.span, &wanted);
    settle_towards(body, value, wanted);
    return value;
  }
  // A tuple's elements take the scalar types of the elements that are wanted.
  const auto* tuple = std::get_if<ast::Tuple>(&expression.node);
  const auto* target = std::get_if<typed::TupleType>(&wanted.node);
  if (!tuple || !target || tuple->elements.size() != target->elements.size()) {
    Value value = check_expr(body, expression);
    settle_towards(body, value, wanted);
    return value;
  }
  typed::TupleType type;
  typed::TupleExpr node;
  for (std::size_t k = 0; k < tuple->elements.size(); ++k) {
    Value element = check_expr_towards(body, *tuple->elements[k], target->elements[k]);
    if (!element) return {};
    type.elements.push_back(element.type());
    node.elements.push_back(std::move(element.expr));
  }
  return {make({std::move(type)}, expression.span, std::move(node)), Open::no};
}

}  // namespace dp::checker
