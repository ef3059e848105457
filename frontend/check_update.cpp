// `x[i] = e`, `x[i, a..b] += e`: the name means a new value from here on, with that part changed.

#include <functional>

#include "frontend/check_broadcast.h"
#include "frontend/check_expr.h"
#include "frontend/check_index.h"
#include "frontend/check_loops.h"
#include "frontend/check_notes.h"
#include "frontend/check_operators.h"
#include "frontend/check_proof.h"

namespace dp::checker {

using Statements = std::vector<typed::Statement>;

namespace {

ast::BinaryOp operator_of(ast::AssignOp op) {
  switch (op) {
    case ast::AssignOp::add: return ast::BinaryOp::add;
    case ast::AssignOp::subtract: return ast::BinaryOp::subtract;
    case ast::AssignOp::multiply: return ast::BinaryOp::multiply;
    default: return ast::BinaryOp::divide;
  }
}

class Update {
 public:
  /// `value` gives what is put there, in the type that is asked for.
  using GiveValue = std::function<Value(const typed::Type* wanted)>;
  Update(Body& body, const ast::Target& target, ast::AssignOp op, Span span, Statements& statements)
      : body_(body), target_(target), op_(op), span_(span), statements_(statements) {}

  bool run(const GiveValue& give) {
    Value object = check_name(body_, target_.name.text, target_.name.span);
    const auto* type = object ? as_tensor(object.type()) : nullptr;
    if (object && (!type || type->shape.is_scalar()))
      body_.report(diagnose(diag::NotIndexable, target_.name.span, text(object.type())));
    if (!type || type->shape.is_scalar()) {
      give(nullptr);
      return false;
    }
    Indexing indexing(body_, object.type(), target_.name.span, target_.span);
    auto parts = indexing.read(target_.items);
    const auto wanted = parts ? indexing.type_of(*parts) : std::nullopt;
    if (!wanted) {
      give(nullptr);
      return false;
    }
    for (AxisPart& part : *parts) name_position(part);
    Value value = give(&*wanted);
    if (value && op_ != ast::AssignOp::bind) value = combined(std::move(value), indexing, *parts);
    typed::ExprPtr fitting = fit(std::move(value), *wanted);
    if (!fitting) return false;
    finish(std::move(object), std::move(*parts), std::move(fitting));
    return true;
  }

 private:
  /// A position is computed once, though an update that adds reads and writes there.
  void name_position(AxisPart& part) {
    if (!part.position || std::holds_alternative<typed::DimExpr>(part.position->node)) return;
    const typed::VariableId id = body_.add_variable("", part.position->type, part.span);
    body_.notes[id].definition = part.position.get();
    statements_.push_back({part.span, typed::LetStatement{id, std::move(part.position)}});
    part.position = use(body_, id, part.span);
  }

  Value combined(Value value, Indexing& indexing, const std::vector<AxisPart>& parts) {
    std::vector<AxisPart> again;
    for (const AxisPart& part : parts) {
      typed::ExprPtr position;
      if (part.position) {
        const auto* variable = std::get_if<typed::VariableExpr>(&part.position->node);
        position = variable ? use(body_, variable->variable, part.span) : copy_closed(*part.position);
      }
      again.push_back(
          {part.kind, part.start, part.length, part.removed, part.whole, std::move(position), part.span});
    }
    Value old = indexing.take(check_name(body_, target_.name.text, target_.name.span), std::move(again));
    return arithmetic(body_, operator_of(op_), std::move(old), std::move(value), span_);
  }

  typed::ExprPtr fit(Value value, const typed::Type& wanted) {
    if (!value) return nullptr;
    settle_towards(body_, value, wanted);
    const auto *part = as_tensor(wanted), *found = as_tensor(value.type());
    if (!found || found->scalar != part->scalar) return refuse(value, wanted);
    if (agree(body_, found->shape, part->shape) || found->shape.is_scalar()) return std::move(value.expr);
    if (found->shape.dims.size() >= part->shape.dims.size()) return refuse(value, wanted);
    std::vector<Value> both;
    both.push_back({make(wanted, target_.span, typed::TupleExpr{}), Open::no});
    both.push_back(std::move(value));
    const auto shape = common_shape(body_, both, both[1].span(), "=");
    if (!shape) return nullptr;
    if (!agree(body_, *shape, part->shape)) return refuse(both[1], wanted);
    return spread(body_, std::move(both[1].expr), part->shape);
  }

  typed::ExprPtr refuse(const Value& value, const typed::Type& wanted) {
    body_.report(with_origins(
        diagnose(diag::UpdateType, value.span(), target_.name.text, text(wanted), text(value.type()))
            .label(target_.span, text(wanted)),
        body_, {wanted, value.type()}));
    return nullptr;
  }

  void finish(Value object, std::vector<AxisPart> parts, typed::ExprPtr value) {
    typed::Type type = object.type();
    std::get<typed::TensorType>(type.node).bound.reset();
    typed::UpdateExpr node{std::move(object.expr), index_parts(std::move(parts)), std::move(value)};
    typed::ExprPtr updated = make(type, span_, std::move(node));
    const typed::VariableId id =
        body_.assign(target_.name.text, std::move(type), target_.name.span, updated.get());
    statements_.push_back({span_, typed::LetStatement{id, std::move(updated)}});
  }

  Body& body_;
  const ast::Target& target_;
  ast::AssignOp op_;
  Span span_;
  Statements& statements_;
};

}  // namespace

void check_update(Body& body, const ast::Bind& bind, Span span, Statements& statements) {
  Update(body, bind.target, bind.op, span, statements).run([&](const typed::Type* wanted) {
    return wanted ? check_expr_towards(body, *bind.value, *wanted) : check_expr(body, *bind.value);
  });
}

void update_part(Body& body, const ast::Target& target, Value value, Span span, Statements& statements) {
  Update(body, target, ast::AssignOp::bind, span, statements).run([&](const typed::Type*) {
    return std::move(value);
  });
}

}  // namespace dp::checker
