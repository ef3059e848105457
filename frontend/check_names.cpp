// Names and fields: what a name means here, from the innermost scope outwards, and then in the file and the
// library.

#include <fmt/format.h>

#include "frontend/check_declarations.h"
#include "frontend/check_dims.h"
#include "frontend/check_expr.h"
#include "frontend/check_function_values.h"
#include "frontend/check_intrinsics.h"
#include "frontend/check_layers.h"
#include "frontend/check_notes.h"
#include "frontend/check_types.h"

namespace dp::checker {
namespace {

/// The variable of that name in a block that has ended.
const typed::Variable* ended_variable(const Body& body, const std::string& name) {
  for (std::size_t id = body.function.variables.size(); id-- > 0;) {
    const typed::Variable& each = body.function.variables[id];
    if (each.name == name && !body.notes[id].poisoned) return &each;
  }
  return nullptr;
}

void report_unknown(Body& body, const std::string& name, Span span) {
  std::vector<std::string> names = body.program.known_names(body.origin);
  for (const auto& scope : body.scopes) {
    for (const auto& [known, id] : scope) {
      if (!body.notes[id].poisoned) names.push_back(known);
    }
  }
  for (const auto& [known, origin] : body.dims) names.push_back(known);
  if (body.layer) {
    for (const auto& field : body.layer->typed->fields) names.push_back(field.name);
  }
  add_intrinsic_names(names);
  auto diagnostic = diagnose(diag::UnknownName, span, name);
  if (const typed::Variable* gone = ended_variable(body, name)) {
    diagnostic.labels.push_back({gone->span, "bound in a block that has ended"});
    diagnostic.fixes.push_back("bind `" + name + "` before that block");
  } else if (const auto near = did_you_mean(name, names); !near.empty()) {
    diagnostic.fixes.push_back("did you mean `" + std::string(near) + "`?");
  }
  body.report(std::move(diagnostic));
  // Told once: whoever reads the name again stays silent.
  const typed::VariableId unknown = body.add_variable(name, {typed::NothingType{}}, span);
  body.notes[unknown].poisoned = true;
  body.scopes.front().emplace(name, unknown);
}

std::string_view kind_of(const ast::Decl& declaration) {
  struct Kinds {
    std::string_view operator()(const ast::Function&) const { return "function"; }
    std::string_view operator()(const ast::DimDecl&) const { return "dimension"; }
    std::string_view operator()(const ast::ConstDecl&) const { return "constant"; }
    std::string_view operator()(const ast::StructDecl&) const { return "struct"; }
    std::string_view operator()(const ast::LayerDecl&) const { return "layer"; }
    std::string_view operator()(const ast::AdjointDecl&) const { return "adjoint"; }
    std::string_view operator()(const ast::DataDecl&) const { return "data set"; }
    std::string_view operator()(const ast::TrainDecl&) const { return "training block"; }
    std::string_view operator()(const ast::OptimizerDecl&) const { return "optimizer"; }
    std::string_view operator()(const ast::TestDecl&) const { return "test"; }
    std::string_view operator()(const ast::ImportDecl&) const { return "file"; }
    std::string_view operator()(const ast::PrecisionDecl&) const { return "precision"; }
  };
  return std::visit(Kinds{}, declaration.node);
}

Value declared_value(Body& body, Entry& entry, const std::string& name, Span span) {
  const ast::Decl& declaration = *entry.declaration;
  if (std::holds_alternative<ast::DimDecl>(declaration.node))
    return dim_value(Dim::name(body.program.dim_name(entry.origin, name)), span);
  if (!std::holds_alternative<ast::ConstDecl>(declaration.node)) {
    body.report(diagnose(diag::NotAValue, span, name, std::string(kind_of(declaration))));
    return {};
  }
  const typed::Constant* constant = constant_of(body.program, entry);
  if (constant == nullptr) return {};
  const Open open = entry.open_real ? Open::real : entry.open_integer ? Open::integer : Open::no;
  if (open == Open::no) return {make(constant->type, span, typed::ConstantExpr{constant}), open};
  // Nothing but literals and dimensions: it takes the type that this place asks for, as if it were written
  // here.
  typed::ExprPtr value = copy_closed(*constant->value);
  value->span = span;
  return {std::move(value), open};
}

Value unknown_field(Body& body, const Value& object, const ast::Name& field) {
  auto diagnostic = diagnose(diag::UnknownField, field.span, text(object.type()), field.text);
  std::vector<std::string> names;
  if (const auto* fields = fields_of(object.type())) {
    for (const auto& each : *fields) names.push_back(each.name);
  }
  if (const auto near = did_you_mean(field.text, names); !near.empty()) {
    diagnostic.fixes.push_back("did you mean `" + std::string(near) + "`?");
  }
  Entry* entry = body.program.find(body.origin, field.text);
  const bool is_function =
      is_intrinsic(field.text) || (entry && std::holds_alternative<ast::Function>(entry->declaration->node));
  if (as_tensor(object.type()) && is_function)
    diagnostic.fixes.push_back(field.text + "(" + source_text(body, object.span()) + ")");
  body.report(std::move(diagnostic));
  return {};
}

Value transposed(Body& body, Value object, const ast::Name& field, Span span) {
  const typed::TensorType type = *as_tensor(object.type());
  const std::size_t rank = type.shape.dims.size();
  if (rank < 2) {
    body.report(diagnose(diag::TransposeRank, field.span, text(object.type())));
    return {};
  }
  typed::TensorType result = type;
  std::swap(result.shape.dims[rank - 1], result.shape.dims[rank - 2]);
  typed::StructuralExpr node{Op::transpose, list(std::move(object.expr)), {}, {}, false};
  for (std::size_t k = 0; k < rank; ++k) node.axes.push_back(static_cast<int>(k) - static_cast<int>(rank));
  std::swap(node.axes[rank - 1], node.axes[rank - 2]);
  return {make({result}, span, std::move(node)), object.open};
}

}  // namespace

Value dim_value(Dim dim, Span span) {
  return {make(tensor(typed::Scalar::i64), span, typed::DimExpr{std::move(dim)}), Open::integer};
}

Value check_name(Body& body, const std::string& name, Span span) {
  if (const auto variable = body.find_variable(name)) {
    if (std::holds_alternative<typed::FunctionType>(body.function.variables[*variable].type.node)) {
      body.notes[*variable].read = true;
      body.report(diagnose(diag::NotAValue, span, name, "function"));
      return {};
    }
    if (!body.notes[*variable].poisoned) return {use(body, *variable, span), Open::no};
    body.notes[*variable].read = true;
    return {};
  }
  if (layer_function_named(body, name)) {
    body.report(diagnose(diag::NotAValue, span, name, "function"));
    return {};
  }
  if (Value own = check_layer_name(body, name, span)) return own;
  if (body.dims.contains(name)) return dim_value(Dim::name(name), span);
  if (Entry* entry = body.program.find(body.origin, name)) return declared_value(body, *entry, name, span);
  if (is_intrinsic(name))
    body.report(diagnose(diag::NotAValue, span, name, "function"));
  else
    report_unknown(body, name, span);
  return {};
}

Value field_of(Body& body, Value object, const ast::Name& field, Span span) {
  if (as_tensor(object.type())) {
    if (field.text == "T") return transposed(body, std::move(object), field, span);
    return unknown_field(body, object, field);
  }
  const auto* fields = fields_of(object.type());
  if (fields == nullptr) return unknown_field(body, object, field);
  for (std::size_t k = 0; k < fields->size(); ++k) {
    if ((*fields)[k].name != field.text) continue;
    typed::Type type = field_type(object.type(), k);
    return {make(std::move(type), span, typed::FieldExpr{std::move(object.expr), k}), Open::no};
  }
  return unknown_field(body, object, field);
}

ModuleName module_name(Body& body, const ast::Field& field) {
  const auto* module = std::get_if<ast::NameUse>(&field.object->node);
  if (!module || body.find_variable(module->name)) return {};
  const Entry* entry = body.program.find(body.origin, module->name);
  if (!entry || !entry->module) return {};
  return {true, body.program.find_in(body.origin, module->name, field.field.text)};
}

Value report_unknown_in(Body& body, const ast::Field& field) {
  const std::string& module = std::get<ast::NameUse>(field.object->node).name;
  std::vector<std::string> names;
  for (const auto& [name, entry] : body.program.names_of(*body.program.find(body.origin, module)->module))
    names.push_back(name);
  auto diagnostic = diagnose(diag::UnknownName, field.field.span, module + "." + field.field.text);
  if (const auto near = did_you_mean(field.field.text, names); !near.empty())
    diagnostic.fixes.push_back("did you mean `" + module + "." + std::string(near) + "`?");
  body.report(std::move(diagnostic));
  return {};
}

Value check_field(Body& body, const ast::Field& field, Span span) {
  if (const ModuleName named = module_name(body, field); named.of_module)
    return named.entry ? declared_value(body, *named.entry, field.field.text, span)
                       : report_unknown_in(body, field);
  Value object = check_expr(body, *field.object);
  if (!object) return {};
  return field_of(body, std::move(object), field.field, span);
}

}  // namespace dp::checker
