#include "frontend/check_layers.h"

#include <algorithm>

#include "frontend/check_arguments.h"
#include "frontend/check_dims.h"
#include "frontend/check_function_values.h"
#include "frontend/check_notes.h"
#include "frontend/check_proof.h"
#include "frontend/check_types.h"

namespace dp::checker {

using typed::ArgumentKind;

namespace {

void make_functions(Program& program, LayerRecord& layer) {
  for (const ast::Function& syntax : layer.syntax->functions) {
    FunctionRecord& record = program.functions.emplace_back();
    record.syntax = &syntax;
    record.typed = layer.typed->functions.emplace_back(std::make_unique<typed::Function>()).get();
    record.typed->span = layer.typed->span;
    record.typed->is_library = layer.origin == Origin::library;
    record.layer = &layer;
    record.origin = layer.origin;
    layer.functions.push_back(&record);
  }
}

/// One argument of a layer, read as the kind that it is.
std::optional<typed::LayerArgument> read_argument(Body& body, const ast::Expr& expression, ArgumentKind kind,
                                                  const std::string& layer, const std::string& name) {
  if (kind == ArgumentKind::dimension) {
    const auto dim = check_dim(body, expression);
    if (!dim || !check_size(body, *dim, expression.span)) return std::nullopt;
    return *dim;
  }
  const auto* passed = std::get_if<ast::NameUse>(&expression.node);
  if (passed && body.layer) {
    const auto& names = body.layer->typed->arguments;
    const auto found = std::find(names.begin(), names.end(), passed->name);
    if (found != names.end()) return typed::PassedArgument{passed->name};
  }
  if (kind == ArgumentKind::function) {
    const typed::Function* function = layer_function(body, expression, layer, name);
    return function ? std::optional<typed::LayerArgument>(function) : std::nullopt;
  }
  Value value = check_expr(body, expression);
  if (!value) return std::nullopt;
  const auto* number = std::get_if<typed::NumberExpr>(&value.expr->node);
  const bool is_bool = number && std::holds_alternative<bool>(number->value);
  if (!number || is_bool != (kind == ArgumentKind::boolean)) {
    body.report(diagnose(diag::LayerArgument, expression.span, name, layer,
                         kind == ArgumentKind::boolean ? "true or false" : "a number"));
    return std::nullopt;
  }
  return std::visit([](auto each) { return static_cast<double>(each); }, number->value);
}

bool check_defaults(Program& program, LayerRecord& layer) {
  typed::Function scratch;
  scratch.span = layer.typed->span;
  Body body(program, layer.origin, scratch);
  bool fine = true;
  for (std::size_t k = 0; k < layer.syntax->arguments.size(); ++k) {
    const ast::Parameter& each = layer.syntax->arguments[k];
    layer.typed->argument_defaults.emplace_back();
    if (!each.initial) continue;
    layer.typed->argument_defaults.back() =
        read_argument(body, *each.initial, layer.typed->argument_kinds[k], layer.typed->name, each.name.text);
    fine = fine && layer.typed->argument_defaults.back();
  }
  return fine;
}

bool check_arguments(Program& program, LayerRecord& layer) {
  for (const ast::Parameter& each : layer.syntax->arguments) {
    auto& names = layer.typed->arguments;
    if (std::find(names.begin(), names.end(), each.name.text) != names.end()) {
      program.report(diagnose(diag::DuplicateParameter, each.name.span, each.name.text));
      return false;
    }
    names.push_back(each.name.text);
  }
  layer.typed->argument_kinds = argument_kinds(program, layer);
  return check_defaults(program, layer);
}

bool check_field(Body& body, LayerRecord& layer, const ast::LayerField& syntax) {
  typed::FieldDeclaration field;
  field.name = syntax.field.name.text;
  field.span = syntax.field.name.span;
  field.state = syntax.state;
  for (const auto& known : layer.typed->fields) {
    if (known.name != field.name) continue;
    body.report(diagnose(diag::DuplicateParameter, field.span, field.name));
    return false;
  }
  auto type = check_type(body, *syntax.field.type);
  if (!type) return false;
  if (syntax.state) {
    unsupported(body, field.span, "`state`");
    return false;
  }
  field.type = std::move(*type);
  const bool fine = check_initial(body, syntax.field.initial.get(), field);
  layer.typed->fields.push_back(std::move(field));
  return fine;
}

/// Functions of one name, and functions named like a field.
bool check_function_names(Program& program, const LayerRecord& layer) {
  bool fine = true;
  const auto& functions = layer.syntax->functions;
  for (std::size_t k = 0; k < functions.size(); ++k) {
    const ast::Name& name = functions[k].name;
    const auto begin = functions.begin(), end = begin + static_cast<std::ptrdiff_t>(k);
    const bool again =
        std::any_of(begin, end, [&](const ast::Function& each) { return each.name.text == name.text; });
    const auto& fields = layer.typed->fields;
    const bool field =
        std::any_of(fields.begin(), fields.end(), [&](const auto& each) { return each.name == name.text; });
    if (!again && !field) continue;
    const Span place = name.text.empty() ? functions[k].span : name.span;
    program.report(diagnose(diag::DuplicateParameter, place, name.text.empty() ? "fn" : name.text));
    fine = false;
  }
  return fine;
}

bool check_fields(Program& program, LayerRecord& layer) {
  typed::Function scratch;
  scratch.span = layer.typed->span;
  Body body(program, layer.origin, scratch);
  body.layer = &layer;
  enter_layer_arguments(body, layer);
  bool fine = true;
  for (const ast::LayerField& each : layer.syntax->fields) fine = check_field(body, layer, each) && fine;
  return check_function_names(program, layer) && fine;
}

}  // namespace

LayerRecord* layer_of(Program& program, Entry& entry) {
  if (entry.layer == nullptr) {
    LayerRecord& record = program.layers.emplace_back();
    auto typed = std::make_unique<typed::Layer>();
    typed->name = entry.declaration->name.text;
    typed->doc = entry.declaration->doc;
    typed->span = entry.declaration->span;
    record.syntax = &std::get<ast::LayerDecl>(entry.declaration->node);
    record.typed = typed.get();
    record.origin = entry.origin;
    program.layer_records.emplace(typed.get(), &record);
    program.module.layers.push_back(std::move(typed));
    entry.layer = &record;
    make_functions(program, record);
  }
  LayerRecord& layer = *entry.layer;
  if (layer.arguments == Progress::running) {
    program.report(diagnose(diag::DefinedByItself, layer.syntax->name.span, layer.typed->name));
    layer.arguments = Progress::failed;
  }
  if (layer.arguments == Progress::untouched) {
    layer.arguments = Progress::running;
    const bool fine = check_arguments(program, layer) && layer.arguments != Progress::failed;
    layer.arguments = fine ? Progress::done : Progress::failed;
  }
  return layer.arguments == Progress::done ? &layer : nullptr;
}

bool need_fields(Program& program, LayerRecord& layer) {
  if (layer.fields == Progress::running) {
    program.report(diagnose(diag::DefinedByItself, layer.syntax->name.span, layer.typed->name));
    layer.fields = Progress::failed;
  }
  if (layer.fields == Progress::untouched) {
    layer.fields = Progress::running;
    const bool fine = check_fields(program, layer) && layer.fields != Progress::failed;
    layer.fields = fine ? Progress::done : Progress::failed;
  }
  return layer.fields == Progress::done;
}

std::optional<typed::Type> layer_type(Body& body, Entry& entry, const ast::NamedType& named,
                                      typed::TensorShape copies, Span span) {
  LayerRecord* layer = layer_of(body.program, entry);
  if (!layer || !need_fields(body.program, *layer)) return std::nullopt;
  CallSite site{layer->typed->name, span, named.name.span, {}};
  for (const ast::Argument& each : named.arguments) {
    site.arguments.push_back({each.name ? &*each.name : nullptr, each.value.get(), {}, each.value->span});
  }
  const typed::Layer& declaration = *layer->typed;
  std::unique_ptr<bool[]> optional(new bool[declaration.arguments.size()]);
  for (std::size_t k = 0; k < declaration.arguments.size(); ++k) {
    optional[k] = declaration.argument_defaults[k].has_value();
  }
  const auto placed =
      place_arguments(body, site, declaration.arguments, {optional.get(), declaration.arguments.size()});
  if (!placed) return std::nullopt;
  typed::LayerType result{&declaration, {}, std::move(copies)};
  for (std::size_t k = 0; k < placed->size(); ++k) {
    auto argument = (*placed)[k] ? read_argument(body, *(*placed)[k]->syntax, declaration.argument_kinds[k],
                                                 declaration.name, declaration.arguments[k])
                                 : declaration.argument_defaults[k];
    if (!argument) return std::nullopt;
    result.arguments.push_back(std::move(*argument));
  }
  return typed::Type{std::move(result)};
}

void pass_arguments(typed::LayerType& nested, const typed::LayerType& outer) {
  for (typed::LayerArgument& argument : nested.arguments) {
    const auto* passed = std::get_if<typed::PassedArgument>(&argument);
    if (!passed) continue;
    const auto& names = outer.declaration->arguments;
    const auto found = std::find(names.begin(), names.end(), passed->name);
    if (found != names.end()) argument = outer.arguments[static_cast<std::size_t>(found - names.begin())];
  }
}

typed::Type own_type(const LayerRecord& layer) {
  typed::LayerType result{layer.typed, {}, {}};
  for (std::size_t k = 0; k < layer.typed->arguments.size(); ++k) {
    const std::string& name = layer.typed->arguments[k];
    if (layer.typed->argument_kinds[k] == ArgumentKind::dimension)
      result.arguments.push_back(Dim::name(name));
    else
      result.arguments.push_back(typed::PassedArgument{name});
  }
  return {std::move(result)};
}

void enter_layer_arguments(Body& body, LayerRecord& layer) {
  for (std::size_t k = 0; k < layer.typed->arguments.size(); ++k) {
    if (layer.typed->argument_kinds[k] != ArgumentKind::dimension) continue;
    const bool only = layer.typed->arguments.size() == 1;
    body.dims.emplace(layer.typed->arguments[k],
                      DimOrigin{layer.syntax->arguments[k].name.span,
                                (only ? "the argument of " : "an argument of ") + layer.typed->name});
  }
}

FunctionRecord* method_of(Program&, LayerRecord* layer, const std::string& name) {
  if (layer == nullptr) return nullptr;
  for (FunctionRecord* each : layer->functions) {
    if (each->syntax->name.text == name) return each;
  }
  return nullptr;
}

Value check_layer_name(Body& body, const std::string& name, Span span) {
  if (!body.layer) return {};
  const typed::Layer& layer = *body.layer->typed;
  for (std::size_t k = 0; body.has_self && k < layer.fields.size(); ++k) {
    if (layer.fields[k].name != name) continue;
    Value self{use(body, 0, span), Open::no};
    return field_of(body, std::move(self), {name, span}, span);
  }
  for (std::size_t k = 0; k < layer.arguments.size(); ++k) {
    if (layer.arguments[k] != name || layer.argument_kinds[k] == ArgumentKind::dimension) continue;
    const bool is_bool = layer.argument_kinds[k] == ArgumentKind::boolean;
    const typed::Type type = tensor(is_bool ? typed::Scalar::boolean : typed::Scalar::real);
    return {make(type, span, typed::ArgumentExpr{k}), is_bool ? Open::no : Open::real};
  }
  return {};
}

}  // namespace dp::checker
