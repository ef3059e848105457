#include "frontend/typed.h"

#include <fmt/format.h>

#include "frontend/typed_text.h"
#include "support/assert.h"

namespace dp::typed {
namespace {

std::string tensor_text(const TensorType& type) {
  std::string result(name(type.scalar));
  if (type.bound) result += "<" + type.bound->text() + ">";
  return result + text(type.shape);
}

std::string layer_text(const LayerType& type) {
  std::string result = type.declaration->name;
  if (!type.arguments.empty()) {
    result += "(";
    for (std::size_t k = 0; k < type.arguments.size(); ++k)
      result += (k ? ", " : "") + text(type.arguments[k]);
    result += ")";
  }
  return result + text(type.copies);
}

std::string list_text(const std::vector<Type>& types) {
  std::string result = "(";
  for (std::size_t k = 0; k < types.size(); ++k) result += (k ? ", " : "") + text(types[k]);
  return result + (types.size() == 1 ? ",)" : ")");
}

template <class Pointers>
auto find_by_name(const Pointers& list, std::string_view name) -> decltype(list.front().get()) {
  for (const auto& each : list) {
    if (each->name == name) return each.get();
  }
  return nullptr;
}

}  // namespace

std::string_view name(Scalar scalar) {
  switch (scalar) {
    case Scalar::real: return "real";
    case Scalar::f32: return "f32";
    case Scalar::f64: return "f64";
    case Scalar::bf16: return "bf16";
    case Scalar::i32: return "i32";
    case Scalar::i64: return "i64";
    case Scalar::boolean: return "bool";
    case Scalar::key: return "key";
  }
  DP_ASSERT(false, "a scalar of no kind");
  return {};
}

std::string text(const TensorShape& shape) {
  if (shape.is_scalar()) return "";
  std::string result = shape.pack ? "[.." : "[";
  for (std::size_t k = 0; k < shape.dims.size(); ++k) {
    result += (k > 0 || shape.pack ? ", " : "") + shape.dims[k].text();
  }
  return result + "]";
}

std::string text(const LayerArgument& argument) {
  if (const auto* dim = std::get_if<Dim>(&argument)) return dim->text();
  if (const auto* number = std::get_if<double>(&argument)) return fmt::format("{}", *number);
  if (const auto* passed = std::get_if<PassedArgument>(&argument)) return passed->name;
  return std::get<const Function*>(argument)->name;
}

std::string text(const Type& type) {
  if (const auto* tensor = std::get_if<TensorType>(&type.node)) return tensor_text(*tensor);
  if (const auto* tuple = std::get_if<TupleType>(&type.node)) return list_text(tuple->elements);
  if (const auto* layer = std::get_if<LayerType>(&type.node)) return layer_text(*layer);
  if (const auto* structure = std::get_if<StructType>(&type.node)) {
    return structure->declaration->name + text(structure->copies);
  }
  if (const auto* function = std::get_if<FunctionType>(&type.node)) {
    std::string parameters = list_text(function->parameters);
    if (function->parameters.size() == 1) parameters.erase(parameters.size() - 2, 1);
    return "fn" + parameters + " -> " + text(*function->result);
  }
  return std::holds_alternative<TextType>(type.node) ? "text" : "nothing";
}

const Function* Module::find_function(std::string_view name) const { return find_by_name(functions, name); }
const Train* Module::find_train(std::string_view name) const { return find_by_name(trains, name); }

}  // namespace dp::typed
