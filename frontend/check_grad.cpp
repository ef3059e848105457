// `grad s wrt x`, `vjp y wrt x with dy`, `jvp y wrt x along dx`.

#include "frontend/check_grad.h"

#include "frontend/check_jacobian.h"
#include "frontend/check_expr.h"
#include "frontend/check_functions.h"
#include "frontend/check_notes.h"
#include "frontend/check_proof.h"
#include "frontend/check_reach.h"

namespace dp::checker {
namespace {

std::optional<Path> report_no_path(Body& body, Span span) {
  body.report(diagnose(diag::WrtNotAPath, span));
  return std::nullopt;
}

/// A typed path of fields as its variable and positions.
std::optional<Path> path_of(Body& body, const Value& value, Span span) {
  if (!value) return std::nullopt;
  Path result{{0, {}, span, {}}, value.type()};
  const typed::Expr* at = value.expr.get();
  while (true) {
    if (const auto* field = std::get_if<typed::FieldExpr>(&at->node)) {
      result.place.path.insert(result.place.path.begin(), field->field);
      at = field->object.get();
      continue;
    }
    const auto* copy = std::get_if<typed::CopyExpr>(&at->node);
    if (!copy) break;
    const auto* position = std::get_if<typed::DimExpr>(&copy->position->node);
    if (!position) return report_no_path(body, span);
    result.place.copies.insert(result.place.copies.begin(), position->value);
    at = copy->object.get();
  }
  const auto* variable = std::get_if<typed::VariableExpr>(&at->node);
  if (!variable) return report_no_path(body, span);
  result.place.variable = variable->variable;
  return result;
}

std::vector<const ast::Expr*> parts_of(const ast::Expr& wrt) {
  const auto* tuple = std::get_if<ast::Tuple>(&wrt.node);
  if (!tuple) return {&wrt};
  std::vector<const ast::Expr*> result;
  for (const ast::ExprPtr& each : tuple->elements) result.push_back(each.get());
  return result;
}

class Gradient {
 public:
  Gradient(Body& body, const ast::Grad& syntax, Span span) : body_(body), syntax_(syntax), span_(span) {}

  Value run() {
    const bool paths_fine = read_paths();
    Value of = check_expr(body_, *syntax_.of);
    if (!of || !paths_fine || !check_of(of)) return {};
    for (const Path& each : paths_) {
      if (!check_dependence(*of.expr, each)) return {};
    }
    const auto type = result_type(of);
    if (!type) return {};
    typed::Type result = *type;
    typed::GradExpr node{kind(), std::move(of.expr), {}, is_tuple(), nullptr};
    if (syntax_.with) {
      node.with = check_with(syntax_.kind == ast::GradKind::vjp ? node.of->type : wrt_type());
      if (!node.with) return {};
    }
    for (Path& each : paths_) {
      body_.function.variables[each.place.variable].marked = true;
      node.wrt.push_back(std::move(each.place));
    }
    return {make(std::move(result), span_, std::move(node)), Open::no};
  }

 private:
  typed::GradKind kind() const {
    if (syntax_.kind == ast::GradKind::grad) return typed::GradKind::grad;
    if (syntax_.kind == ast::GradKind::jacobian) return typed::GradKind::jacobian;
    if (syntax_.kind == ast::GradKind::hessian) return typed::GradKind::hessian;
    return syntax_.kind == ast::GradKind::vjp ? typed::GradKind::vjp : typed::GradKind::jvp;
  }
  bool of_one_number() const {
    return syntax_.kind == ast::GradKind::grad || syntax_.kind == ast::GradKind::hessian;
  }

  std::optional<typed::Type> result_type(const Value& of) {
    if (kind() == typed::GradKind::jvp) return of.type();
    if (kind() == typed::GradKind::jacobian)
      return jacobian_type(body_, of.type(), wrt_type(), syntax_.of->span);
    if (kind() == typed::GradKind::hessian) return hessian_type(body_, wrt_type(), syntax_.wrt->span);
    return wrt_type();
  }
  bool is_tuple() const { return std::holds_alternative<ast::Tuple>(syntax_.wrt->node); }

  typed::Type wrt_type() const {
    if (!is_tuple()) return paths_.front().type;
    typed::TupleType result;
    for (const Path& each : paths_) result.elements.push_back(each.type);
    return {std::move(result)};
  }

  bool read_paths() {
    bool fine = true;
    for (const ast::Expr* each : parts_of(*syntax_.wrt)) {
      auto path = check_path(body_, *each);
      if (path && !holds_reals(path->type)) {
        body_.report(
            diagnose(diag::GradientOfIntegers, each->span, source_text(body_, each->span), text(path->type)));
        path.reset();
      }
      fine = fine && path;
      if (path) paths_.push_back(std::move(*path));
    }
    return fine && !paths_.empty();
  }

  bool check_of(Value& of) {
    if (of.open != Open::no) settle(body_, of, typed::Scalar::real);
    const auto* leaf = as_tensor(of.type());
    const bool one_real = leaf && is_real(leaf->scalar) && leaf->shape.is_scalar();
    if (of_one_number() && !one_real) {
      auto diagnostic = diagnose(diag::GradientOfTensor, syntax_.of->span, text(of.type()));
      if (leaf && is_real(leaf->scalar)) {
        const bool second = syntax_.kind == ast::GradKind::hessian;
        diagnostic.fixes.push_back((second ? "hessian sum(" : "grad sum(") +
                                   source_text(body_, syntax_.of->span) +
                                   (second ? ") wrt …" : ") wrt …, or vjp … with …"));
      }
      body_.report(std::move(diagnostic));
      return false;
    }
    if (holds_reals(of.type())) return true;
    body_.report(diagnose(diag::GradientOfTensor, syntax_.of->span, text(of.type())));
    return false;
  }

  bool check_dependence(const typed::Expr& of, const Path& path) {
    const Reach found = reach(body_, of, path.place);
    const std::string name = source_text(body_, path.place.span);
    if (found == Reach::discrete) {
      body_.report(
          diagnose(diag::GradientThroughInteger, syntax_.of->span, source_text(body_, syntax_.of->span)));
      return false;
    }
    if (found == Reach::none) body_.report(diagnose(diag::GradientIsZero, path.place.span, name));
    return true;
  }

  typed::ExprPtr check_with(const typed::Type& wanted) {
    Value value = check_expr_towards(body_, *syntax_.with, wanted);
    if (!value) return nullptr;
    const typed::Type found = value.type();
    typed::ExprPtr result = fitted(body_, std::move(value), wanted);
    if (!result) {
      const bool forward = syntax_.kind == ast::GradKind::jvp;
      body_.report(with_origins(diagnose(diag::CotangentType, syntax_.with->span, forward ? "along" : "with",
                                         text(wanted), text(found)),
                                body_, {wanted, found}));
    }
    return result;
  }

  Body& body_;
  const ast::Grad& syntax_;
  Span span_;
  std::vector<Path> paths_;
};

}  // namespace

namespace {

/// `net.blocks[3]`: an index that leads to one of several copies, not into a tensor.
bool is_copy(Body& body, const ast::Expr& expression) {
  const auto* index = std::get_if<ast::Index>(&expression.node);
  if (!index) return false;
  const auto* name = std::get_if<ast::NameUse>(&index->object->node);
  const auto* field = std::get_if<ast::Field>(&index->object->node);
  if (!name && !field) return false;
  const Value object = check_expr(body, *index->object);
  return object && !as_tensor(object.type());
}

}  // namespace

std::optional<Path> check_path(Body& body, const ast::Expr& expression) {
  const bool is_path = std::holds_alternative<ast::NameUse>(expression.node) ||
                       std::holds_alternative<ast::Field>(expression.node) || is_copy(body, expression);
  if (!is_path) return report_no_path(body, expression.span);
  return path_of(body, check_expr(body, expression), expression.span);
}

Value check_grad(Body& body, const ast::Grad& gradient, Span span) {
  return Gradient(body, gradient, span).run();
}

}  // namespace dp::checker
