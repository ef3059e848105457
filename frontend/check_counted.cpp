// `for step in 0..steps { x = … }` where the number of steps is known only when the program runs: a `while`
// that counts. It has no value, since shapes never depend on the values of tensors.

#include "frontend/check_dims.h"
#include "frontend/check_expr.h"
#include "frontend/check_functions.h"
#include "frontend/check_loops.h"
#include "frontend/check_notes.h"
#include "frontend/check_operators.h"
#include "frontend/check_range.h"

namespace dp::checker {
namespace {

typed::Type whole_number() { return tensor(typed::Scalar::i64); }

/// The limit of a range as one i64; poisoned, and told, where it is none.
Value check_limit(Body& body, const ast::Expr& expression) {
  Value value = check_expr(body, expression);
  if (!value) return {};
  settle_towards(body, value, whole_number());
  const auto* type = as_tensor(value.type());
  if (!type || !is_integer(type->scalar) || !type->shape.is_scalar()) {
    body.report(diagnose(diag::NotARange, expression.span, "a range that ends with " + text(value.type())));
    return {};
  }
  value.expr = convert(std::move(value.expr), typed::Scalar::i64);
  return value;
}

class CountedLoop {
 public:
  CountedLoop(Body& body, const ast::For& syntax, Span span) : body_(body), syntax_(syntax), span_(span) {}

  Value run(const ast::Binary& limits) {
    Value first = check_limit(body_, *limits.left), last = check_limit(body_, *limits.right);
    if (!first || !last) return {};
    const typed::VariableId begin = bind(std::move(first.expr)), end = bind(std::move(last.expr));
    typed::WhileExpr loop;
    if (!check_steps(loop, begin, end)) return {};
    outer_.statements.push_back(
        {span_, typed::ExpressionStatement{make({typed::NothingType{}}, span_, std::move(loop))}});
    return {make({typed::NothingType{}}, span_, std::move(outer_)), Open::no};
  }

 private:
  typed::VariableId variable() {
    const typed::VariableId id = body_.add_variable("", whole_number(), span_);
    body_.notes[id].parameter = body_.notes[id].read = true;
    return id;
  }

  typed::VariableId bind(typed::ExprPtr value) {
    const typed::VariableId id = variable();
    outer_.statements.push_back({span_, typed::LetStatement{id, std::move(value)}});
    return id;
  }

  Value value_of(typed::VariableId variable) { return {use(body_, variable, span_), Open::no}; }

  bool check_steps(typed::WhileExpr& loop, typed::VariableId begin, typed::VariableId end) {
    const typed::Carried counter{begin, variable(), variable(), variable()};
    CarriedNames carried(body_, rebound_names(body_, {&syntax_.body}, syntax_.binders));
    bool fine = true;
    {
      const ScopeGuard scope(body_);
      carried.enter();
      std::vector<Value> compared;
      compared.push_back(value_of(counter.begin));
      compared.push_back(value_of(end));
      loop.condition = pointwise(body_, Op::lt, std::move(compared), span_, "<").expr;
      loop.body = check_step(counter);
      fine = loop.body && carried.leave();
    }
    if (!fine) return false;
    loop.carried = carried.finish();
    loop.carried.push_back(counter);
    return true;
  }

  /// The body, between the number of the step and its successor.
  typed::ExprPtr check_step(const typed::Carried& counter) {
    const ast::Name& name = syntax_.binders.front().name;
    const typed::VariableId index = body_.bind(name.text, whole_number(), name.span, nullptr);
    body_.notes[index].parameter = true;
    typed::BlockExpr step;
    step.statements.push_back({span_, typed::LetStatement{index, use(body_, counter.begin, span_)}});
    Value value = check_block(body_, syntax_.body);
    if (!value) return nullptr;
    if (!std::holds_alternative<typed::NothingType>(value.type().node)) {
      body_.report(diagnose(diag::RangeLength, syntax_.binders.front().range->span)
                       .label(value.span(), "the loop would stack these")
                       .fix("a range over a dimension, or a body that ends in a statement"));
      return nullptr;
    }
    step.statements.push_back({span_, typed::ExpressionStatement{std::move(value.expr)}});
    Value one{make(whole_number(), span_, typed::NumberExpr{std::int64_t{1}}), Open::no};
    Value next = arithmetic(body_, ast::BinaryOp::add, value_of(counter.begin), std::move(one), span_);
    step.statements.push_back({span_, typed::LetStatement{counter.end, std::move(next.expr)}});
    return make({typed::NothingType{}}, span_, std::move(step));
  }

  Body& body_;
  const ast::For& syntax_;
  Span span_;
  typed::BlockExpr outer_;
};

}  // namespace

std::optional<Value> check_counted(Body& body, const ast::For& loop, Span span) {
  if (loop.binders.size() != 1 || !loop.binders.front().range) return std::nullopt;
  const auto* limits = std::get_if<ast::Binary>(&loop.binders.front().range->node);
  if (!limits || limits->op != ast::BinaryOp::range) return std::nullopt;
  const auto begin = try_dim(body, *limits->left), end = try_dim(body, *limits->right);
  const bool known = begin && end;
  if (known || !has_atoms(form_of(body, *limits->right) - form_of(body, *limits->left))) return std::nullopt;
  return CountedLoop(body, loop, span).run(*limits);
}

}  // namespace dp::checker
