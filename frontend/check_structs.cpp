// Structs: fields of declared types, built by name.

#include "frontend/check_declarations.h"
#include "frontend/check_functions.h"
#include "frontend/check_notes.h"
#include "frontend/check_types.h"

namespace dp::checker {
namespace {

bool check_fields(Program& program, Entry& entry, typed::Struct& structure) {
  const auto& syntax = std::get<ast::StructDecl>(entry.declaration->node);
  typed::Function scratch;
  scratch.span = structure.span;
  Body body(program, entry.origin, scratch);
  bool fine = true;
  for (const ast::Parameter& each : syntax.fields) {
    auto type = check_type(body, *each.type);
    fine = fine && type;
    if (!type) continue;
    if (each.initial) {
      program.report(diagnose(diag::StructDefault, each.initial->span, each.name.text));
      fine = false;
    }
    for (const auto& known : structure.fields) {
      if (known.name != each.name.text) continue;
      program.report(diagnose(diag::DuplicateParameter, each.name.span, each.name.text));
      fine = false;
    }
    typed::FieldDeclaration field;
    field.name = each.name.text;
    field.type = std::move(*type);
    field.span = each.name.span;
    structure.fields.push_back(std::move(field));
  }
  return fine;
}

/// `Camera(rotation = …, focal = …)`
std::string form_of(const typed::Struct& declaration) {
  std::string fields;
  for (const auto& field : declaration.fields) fields += (fields.empty() ? "" : ", ") + field.name + " = …";
  return declaration.name + "(" + fields + ")";
}

}  // namespace

const typed::Struct* struct_of(Program& program, Entry& entry) {
  if (entry.progress == Progress::done) return entry.structure;
  if (entry.progress == Progress::failed) return nullptr;
  const ast::Name& name = entry.declaration->name;
  if (entry.progress == Progress::running) {
    program.report(diagnose(diag::DefinedByItself, name.span, name.text));
    entry.progress = Progress::failed;
    return nullptr;
  }
  entry.progress = Progress::running;
  auto structure = std::make_unique<typed::Struct>();
  structure->name = name.text;
  structure->doc = entry.declaration->doc;
  structure->span = entry.declaration->span;
  const bool fine = check_fields(program, entry, *structure) && entry.progress != Progress::failed;
  entry.progress = fine ? Progress::done : Progress::failed;
  entry.structure = structure.get();
  program.module.structs.push_back(std::move(structure));
  return fine ? entry.structure : nullptr;
}

Value build_struct(Body& body, Entry& entry, CallSite site) {
  const typed::Struct* declaration = struct_of(body.program, entry);
  if (!declaration) return {};
  std::vector<std::string> names;
  for (const auto& field : declaration->fields) names.push_back(field.name);
  std::unique_ptr<bool[]> required(new bool[names.size()]());
  for (Argument& each : site.arguments) {
    if (each.name) continue;
    body.report(diagnose(diag::FieldsByName, each.span, declaration->name).fix(form_of(*declaration)));
    return {};
  }
  const auto placed = place_arguments(body, site, names, {required.get(), names.size()});
  if (!placed) return {};
  typed::StructExpr node{declaration, {}};
  bool fine = true;
  for (std::size_t k = 0; k < names.size(); ++k) {
    const typed::Type& wanted = declaration->fields[k].type;
    Argument& given = *(*placed)[k];
    Value value = given.syntax ? check_expr_towards(body, *given.syntax, wanted) : evaluate(body, given);
    if (!value) {
      fine = false;
      continue;
    }
    const typed::Type found = value.type();
    const Span span = value.span();
    typed::ExprPtr field = fitted(body, std::move(value), wanted);
    if (!field) {
      body.report(
          with_origins(diagnose(diag::ArgumentType, span, site.name, text(wanted), names[k], text(found)),
                       body, {wanted, found}));
      fine = false;
      continue;
    }
    node.fields.push_back(std::move(field));
  }
  if (!fine) return {};
  return {make({typed::StructType{declaration, {}}}, site.span, std::move(node)), Open::no};
}

}  // namespace dp::checker
