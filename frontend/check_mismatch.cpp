// What is said of an argument that does not fit its parameter. Where a layer multiplies the argument by `@`
// and only the inner dimension differs, that is what is wrong, and the layer's declaration is what to change.

#include <fmt/format.h>

#include "frontend/check_calls.h"
#include "frontend/check_notes.h"
#include "frontend/check_proof.h"
#include "frontend/typed_text.h"

namespace dp::checker {
namespace {

/// Whether an expression multiplies the name by `@` from the left.
bool multiplies(const ast::Expr& expression, const std::string& name) {
  const auto* binary = std::get_if<ast::Binary>(&expression.node);
  if (binary == nullptr) return false;
  const auto* left = std::get_if<ast::NameUse>(&binary->left->node);
  if (binary->op == ast::BinaryOp::matmul && left && left->name == name) return true;
  return multiplies(*binary->left, name) || multiplies(*binary->right, name);
}

bool multiplies(const ast::Block& block, const std::string& name) {
  for (const ast::Stmt& statement : block.statements) {
    if (const auto* value = std::get_if<ast::ExprStmt>(&statement.node);
        value && multiplies(*value->value, name))
      return true;
    if (const auto* bind = std::get_if<ast::Bind>(&statement.node); bind && multiplies(*bind->value, name))
      return true;
  }
  return false;
}

/// The field's declaration with the argument that would fit: `fc2: Linear(hidden, classes)`.
std::string mended_declaration(const typed::Type& parameter, const typed::Type& actual, const Value& self) {
  const auto* field = self ? std::get_if<typed::FieldExpr>(&self.expr->node) : nullptr;
  const auto* layer = self ? std::get_if<typed::LayerType>(&self.type().node) : nullptr;
  if (!field || !layer) return "";
  const auto name = as_tensor(parameter)->shape.dims.back().as_name();
  typed::LayerType mended = *layer;
  for (std::size_t k = 0; k < mended.arguments.size(); ++k) {
    if (!name || layer->declaration->arguments[k] != *name) continue;
    mended.arguments[k] = as_tensor(actual)->shape.dims.back();
    const auto* object = std::get_if<typed::LayerType>(&field->object->type.node);
    if (object == nullptr) return "";
    return object->declaration->fields[field->field].name + ": " + text(typed::Type{mended});
  }
  return "";
}

void report_inner(Body& body, const Mismatch& mismatch) {
  const Value& argument = mismatch.argument;
  auto diagnostic = diagnose(diag::InnerDimensions, mismatch.site.callee)
                        .under("takes " + text(mismatch.wanted))
                        .label(argument.span(), "gives " + text(argument.type()));
  diagnostic = with_origins(std::move(diagnostic), body, {argument.type()});
  const typed::Function& callee = *mismatch.function.typed;
  const typed::Type& declared = callee.variables[callee.parameters[mismatch.parameter]].type;
  std::string fix = mended_declaration(declared, argument.type(), *mismatch.self);
  if (!fix.empty()) diagnostic.fixes.push_back(std::move(fix));
  body.report(std::move(diagnostic));
}

void add_conversion(Body& body, Diagnostic& diagnostic, const typed::Type& wanted, const Value& argument) {
  const auto* target = as_tensor(wanted);
  const auto* own = as_tensor(argument.type());
  if (!target || !own) return;
  if (target->bound && is_integer(own->scalar)) {
    diagnostic.notes.push_back(fmt::format("its values must be known to lie below {}: declare them as {}",
                                           target->bound->text(), text(wanted)));
    return;
  }
  if (target->scalar == own->scalar || target->scalar == typed::Scalar::key ||
      own->scalar == typed::Scalar::key)
    return;
  if (target->scalar == typed::Scalar::boolean) return;
  diagnostic.fixes.push_back(
      fmt::format("{}({})", typed::name(target->scalar), source_text(body, argument.span())));
}

/// Names of one size are no one dimension: where only they differ, `as` says that they are meant to be.
void add_renaming(Body& body, Diagnostic& diagnostic, const typed::Type& wanted, const Value& argument) {
  const auto* target = as_tensor(wanted);
  const auto* own = as_tensor(argument.type());
  if (!target || !own || target->scalar != own->scalar || target->shape.pack || own->shape.pack) return;
  const Shape &to = target->shape.dims, &from = own->shape.dims;
  if (to.size() != from.size() || to.empty()) return;
  for (std::size_t k = 0; k < to.size(); ++k) {
    const auto size = constant_size(body, to[k]);
    if (!agree(body, from[k], to[k]) && (!size || size != constant_size(body, from[k]))) return;
  }
  diagnostic.fixes.push_back(operand_text(body, argument.span()) + " as " + text(to));
}

}  // namespace

void report_mismatch(Body& body, const Mismatch& mismatch) {
  const typed::Function& callee = *mismatch.function.typed;
  const std::string& name = callee.variables[callee.parameters[mismatch.parameter]].name;
  const bool inner =
      mismatch.last_axis_only && mismatch.self && multiplies(mismatch.function.syntax->body, name);
  if (inner) return report_inner(body, mismatch);
  const Value& argument = mismatch.argument;
  auto diagnostic = diagnose(diag::ArgumentType, argument.span(), mismatch.site.name, text(mismatch.wanted),
                             name, text(argument.type()));
  diagnostic.notes = mismatch.reasons;
  diagnostic = with_origins(std::move(diagnostic), body, {argument.type(), mismatch.wanted});
  add_conversion(body, diagnostic, mismatch.wanted, argument);
  add_renaming(body, diagnostic, mismatch.wanted, argument);
  body.report(std::move(diagnostic));
}

}  // namespace dp::checker
