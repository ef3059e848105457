#include "frontend/check_types.h"

#include <array>
#include <unordered_map>

#include "frontend/check_declarations.h"
#include "frontend/check_dims.h"
#include "frontend/check_intrinsics.h"
#include "frontend/check_layers.h"
#include "frontend/check_notes.h"
#include "frontend/check_proof.h"
#include "frontend/typed_text.h"

namespace dp::checker {

using typed::Scalar;

namespace {

std::optional<Scalar> scalar_of(std::string_view text) {
  constexpr std::array all{Scalar::real, Scalar::f32, Scalar::f64,     Scalar::bf16,
                           Scalar::i32,  Scalar::i64, Scalar::boolean, Scalar::key};
  for (const Scalar each : all) {
    if (typed::name(each) == text) return each;
  }
  return std::nullopt;
}

bool check_sizes(Body& body, const ast::NamedType& named, const typed::TensorShape& shape) {
  // Of a signature the clauses are known only in the end: it checks its sizes itself.
  if (body.binds_dims || !named.dims) return true;
  bool fine = true;
  for (std::size_t k = 0; k < shape.dims.size(); ++k) {
    fine = check_size(body, shape.dims[k], named.dims->dims[k]->span) && fine;
  }
  return fine;
}

std::optional<typed::Type> tensor_type(Body& body, const ast::NamedType& named, Scalar scalar, Span span) {
  typed::TensorType result{scalar, std::nullopt, {}};
  if (named.bound) {
    if (!is_integer(scalar)) {
      body.report(diagnose(diag::BadTypeForm, span, std::string(typed::name(scalar)), "bound in `< >`"));
      return std::nullopt;
    }
    result.bound = check_dim(body, *named.bound);
    if (!result.bound) return std::nullopt;
  }
  if (named.has_arguments) {
    body.report(diagnose(diag::BadTypeForm, span, std::string(typed::name(scalar)), "arguments"));
    return std::nullopt;
  }
  if (named.dims) {
    const auto shape = check_shape(body, *named.dims);
    if (!shape || !check_sizes(body, named, *shape)) return std::nullopt;
    result.shape = *shape;
  }
  return typed::Type{result};
}

/// What other languages call a type, in this one.
std::string_view foreign_type(const std::string& name) {
  static const std::unordered_map<std::string_view, std::string_view> types{
      {"float", "real"},   {"double", "f64"},     {"float32", "f32"},    {"float64", "f64"},
      {"int", "i64"},      {"int32", "i32"},      {"int64", "i64"},      {"usize", "i64"},
      {"boolean", "bool"}, {"tensor", "real[n]"}, {"Tensor", "real[n]"}, {"array", "real[n]"}};
  const auto found = types.find(name);
  return found == types.end() ? std::string_view() : found->second;
}

void report_unknown(Body& body, const ast::NamedType& named) {
  std::vector<std::string> names{"real", "f32", "f64", "i32", "i64", "bool", "key"};
  const auto add = [&names](const Names& table) {
    for (const auto& [name, entry] : table) {
      const auto& node = entry.declaration->node;
      const bool is_type =
          std::holds_alternative<ast::LayerDecl>(node) || std::holds_alternative<ast::StructDecl>(node);
      if (is_type) names.push_back(name);
    }
  };
  add(body.program.library);
  if (body.origin != Origin::library) add(body.program.names_of(body.origin));
  auto diagnostic = diagnose(diag::UnknownType, named.name.span, named.name.text);
  if (const std::string_view ours = foreign_type(named.name.text); !ours.empty()) {
    diagnostic.fixes.emplace_back(ours);
  } else if (const auto near = did_you_mean(named.name.text, names); !near.empty()) {
    diagnostic.fixes.push_back("did you mean `" + std::string(near) + "`?");
  }
  body.report(std::move(diagnostic));
}

std::optional<typed::Type> named_type(Body& body, const ast::NamedType& named, Span span) {
  const auto scalar = named.module ? std::nullopt : scalar_of(named.name.text);
  if (scalar) return tensor_type(body, named, *scalar, span);
  Entry* entry = named.module ? body.program.find_in(body.origin, named.module->text, named.name.text)
                              : body.program.find(body.origin, named.name.text);
  const bool is_layer = entry && std::holds_alternative<ast::LayerDecl>(entry->declaration->node);
  const bool is_struct = entry && std::holds_alternative<ast::StructDecl>(entry->declaration->node);
  if (named.module && !entry) {
    body.report(diagnose(diag::UnknownName, join(named.module->span, named.name.span),
                         named.module->text + "." + named.name.text));
    return std::nullopt;
  }
  if (!is_layer && !is_struct) {
    if (is_later_layer(named.name.text))
      unsupported(body, named.name.span, "`" + named.name.text + "`");
    else
      report_unknown(body, named);
    return std::nullopt;
  }
  typed::TensorShape copies;
  if (named.dims) {
    const auto shape = check_shape(body, *named.dims);
    if (!shape) return std::nullopt;
    copies = *shape;
  }
  if (is_layer) return layer_type(body, *entry, named, std::move(copies), span);
  const typed::Struct* declaration = struct_of(body.program, *entry);
  if (declaration == nullptr) return std::nullopt;
  return typed::Type{typed::StructType{declaration, std::move(copies)}};
}

std::optional<typed::Type> tuple_type(Body& body, const ast::TupleType& tuple) {
  typed::TupleType result;
  for (const ast::TypePtr& each : tuple.elements) {
    auto element = check_type(body, *each);
    if (!element) return std::nullopt;
    result.elements.push_back(std::move(*element));
  }
  return typed::Type{std::move(result)};
}

}  // namespace

std::optional<typed::Type> check_type(Body& body, const ast::TypeExpr& type) {
  if (const auto* named = std::get_if<ast::NamedType>(&type.node)) return named_type(body, *named, type.span);
  if (const auto* tuple = std::get_if<ast::TupleType>(&type.node)) return tuple_type(body, *tuple);
  body.report(diagnose(diag::FunctionTypeHere, type.span));
  return std::nullopt;
}

Dim element_count(const typed::TensorShape& shape) {
  const Dim explicit_count = dp::element_count(shape.dims);
  return shape.pack ? Dim::name(typed::pack_count) * explicit_count : explicit_count;
}

namespace {

/// The callee's names, and `..` as a count, in the caller's terms.
DimBindings bindings_of(const typed::Instance& instance) {
  DimBindings result = instance.dims;
  if (instance.pack) result.insert_or_assign(typed::pack_count, element_count(*instance.pack));
  return result;
}

}  // namespace

Dim substitute(const Dim& dim, const typed::Instance& instance) {
  if (dim.is_constant()) return dim;
  if (const auto name = dim.as_name()) {  // the common case, without building anything
    const auto found = instance.dims.find(*name);
    if (found != instance.dims.end()) return found->second;
  }
  return dim.substitute(bindings_of(instance));
}

typed::TensorShape substitute(const typed::TensorShape& shape, const typed::Instance& instance) {
  typed::TensorShape result;
  if (shape.pack && instance.pack)
    result = *instance.pack;
  else
    result.pack = shape.pack;
  for (const Dim& dim : shape.dims) result.dims.push_back(substitute(dim, instance));
  return result;
}

namespace {

typed::Type substituted(const typed::TensorType& type, const typed::Instance& instance) {
  typed::TensorType result{type.scalar, std::nullopt, substitute(type.shape, instance)};
  if (type.scalar == Scalar::real) result.scalar = instance.real;
  if (type.bound) result.bound = substitute(*type.bound, instance);
  return {result};
}

typed::Type substituted(const typed::LayerType& type, const typed::Instance& instance) {
  typed::LayerType result{type.declaration, type.arguments, substitute(type.copies, instance)};
  for (auto& argument : result.arguments) {
    if (const auto* dim = std::get_if<Dim>(&argument)) argument = substitute(*dim, instance);
  }
  return {result};
}

}  // namespace

typed::Type substitute(const typed::Type& type, const typed::Instance& instance) {
  if (const auto* leaf = as_tensor(type)) return substituted(*leaf, instance);
  if (const auto* layer = std::get_if<typed::LayerType>(&type.node)) return substituted(*layer, instance);
  if (const auto* structure = std::get_if<typed::StructType>(&type.node)) {
    return {typed::StructType{structure->declaration, substitute(structure->copies, instance)}};
  }
  if (const auto* tuple = std::get_if<typed::TupleType>(&type.node)) {
    typed::TupleType result;
    for (const typed::Type& each : tuple->elements) result.elements.push_back(substitute(each, instance));
    return {std::move(result)};
  }
  if (const auto* function = std::get_if<typed::FunctionType>(&type.node)) {
    typed::FunctionType result;
    for (const typed::Type& each : function->parameters)
      result.parameters.push_back(substitute(each, instance));
    result.result = std::make_shared<typed::Type>(substitute(*function->result, instance));
    return {std::move(result)};
  }
  return type;
}

const std::vector<typed::FieldDeclaration>* fields_of(const typed::Type& type) {
  if (const auto* layer = std::get_if<typed::LayerType>(&type.node)) return &layer->declaration->fields;
  if (const auto* structure = std::get_if<typed::StructType>(&type.node))
    return &structure->declaration->fields;
  return nullptr;
}

typed::Type with_axes(typed::Type type, const typed::TensorShape& axes) {
  const auto prepend = [&axes](typed::TensorShape& shape) {
    shape.dims.insert(shape.dims.begin(), axes.dims.begin(), axes.dims.end());
    shape.pack = shape.pack || axes.pack;
  };
  if (auto* leaf = std::get_if<typed::TensorType>(&type.node)) prepend(leaf->shape);
  if (auto* nested = std::get_if<typed::LayerType>(&type.node)) prepend(nested->copies);
  if (auto* nested = std::get_if<typed::StructType>(&type.node)) prepend(nested->copies);
  if (auto* tuple = std::get_if<typed::TupleType>(&type.node)) {
    for (typed::Type& each : tuple->elements) each = with_axes(std::move(each), axes);
  }
  return type;
}

typed::Type field_type(const typed::Type& object, std::size_t field) {
  const typed::Type& declared = (*fields_of(object))[field].type;
  const auto* layer = std::get_if<typed::LayerType>(&object.node);
  typed::Instance instance;
  if (layer != nullptr) {
    for (std::size_t k = 0; k < layer->arguments.size(); ++k) {
      const auto* dim = std::get_if<Dim>(&layer->arguments[k]);
      if (dim) instance.dims.insert_or_assign(layer->declaration->arguments[k], *dim);
    }
  }
  typed::Type result = substitute(declared, instance);
  const typed::TensorShape& copies = layer ? layer->copies : std::get<typed::StructType>(object.node).copies;
  if (auto* nested = std::get_if<typed::LayerType>(&result.node); nested && layer) {
    pass_arguments(*nested, *layer);
  }
  return copies.is_scalar() ? result : with_axes(std::move(result), copies);
}

}  // namespace dp::checker
