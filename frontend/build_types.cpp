// Front-end types as leaves: what tensors a value consists of, in which order, under which paths.

#include <functional>

#include "frontend/builder.h"
#include "support/assert.h"

namespace dp {
namespace {

std::string extend(const std::string& path, const std::string& part) {
  return path.empty() ? part : path + "." + part;
}

const std::vector<typed::FieldDeclaration>* fields_of(const typed::Type& type) {
  if (auto* layer = std::get_if<typed::LayerType>(&type.node)) return &layer->declaration->fields;
  if (auto* structure = std::get_if<typed::StructType>(&type.node)) return &structure->declaration->fields;
  return nullptr;
}

const typed::TensorShape& copies_of(const typed::Type& type) {
  if (auto* layer = std::get_if<typed::LayerType>(&type.node)) return layer->copies;
  return std::get<typed::StructType>(type.node).copies;
}

}  // namespace

Dtype Builder::dtype(typed::Scalar scalar, const Frame& frame) {
  switch (scalar) {
    case typed::Scalar::real: return frame.real;
    case typed::Scalar::f32:
    case typed::Scalar::bf16: return Dtype::f32;
    case typed::Scalar::f64: return Dtype::f64;
    case typed::Scalar::i32: return Dtype::i32;
    case typed::Scalar::i64: return Dtype::i64;
    case typed::Scalar::boolean: return Dtype::boolean;
    case typed::Scalar::key: return Dtype::key;
  }
  DP_ASSERT(false, "unknown scalar type");
}

Shape Builder::resolve(const typed::TensorShape& shape, const Frame& frame) {
  Shape out;
  if (shape.pack) out = frame.pack;
  for (const Dim& dim : shape.dims) out.push_back(resolve(dim, frame));
  return out;
}

Type Builder::resolve(const typed::TensorType& type, const Frame& frame) {
  return {dtype(type.scalar, frame), resolve(type.shape, frame)};
}

void Builder::enter_layer(const typed::LayerType& layer, const Frame& frame, Frame& inner) {
  inner.layer_arguments.clear();
  for (std::size_t k = 0; k < layer.arguments.size(); ++k) {
    const std::string& name = layer.declaration->arguments[k];
    typed::LayerArgument argument = layer.arguments[k];
    if (auto* passed = std::get_if<typed::PassedArgument>(&argument))
      for (const auto& [outer_name, value] : frame.layer_arguments)
        if (outer_name == passed->name) {
          argument = value;
          break;
        }
    if (auto* dim = std::get_if<Dim>(&argument)) {
      argument = resolve(*dim, frame);
      inner.dims.insert_or_assign(name, resolve(*dim, frame));
    }
    inner.layer_arguments.emplace_back(name, std::move(argument));
  }
}

Frame Builder::field_frame(const typed::LayerType& layer, const Frame& frame) {
  Frame inner;
  inner.real = frame.real;
  inner.dims = frame.dims;
  enter_layer(layer, frame, inner);
  return inner;
}

void Builder::leaves(const typed::Type& type, const Frame& frame, const std::string& path,
                     const Shape& copies, std::vector<Leaf>& out) {
  if (auto* tensor = std::get_if<typed::TensorType>(&type.node)) {
    Type leaf = resolve(*tensor, frame);
    leaf.shape.insert(leaf.shape.begin(), copies.begin(), copies.end());
    std::optional<Dim> bound;
    if (tensor->bound) bound = resolve(*tensor->bound, frame);
    out.push_back({path, std::move(leaf), std::move(bound)});
    return;
  }
  if (auto* tuple = std::get_if<typed::TupleType>(&type.node)) {
    for (std::size_t k = 0; k < tuple->elements.size(); ++k)
      leaves(tuple->elements[k], frame, extend(path, std::to_string(k)), copies, out);
    return;
  }
  const auto* fields = fields_of(type);
  if (!fields) return;  // functions and texts have no leaves
  Shape inner_copies = copies;
  for (const Dim& dim : resolve(copies_of(type), frame)) inner_copies.push_back(dim);
  auto* layer = std::get_if<typed::LayerType>(&type.node);
  const Frame inner = layer ? field_frame(*layer, frame) : frame;
  for (const auto& field : *fields) leaves(field.type, inner, extend(path, field.name), inner_copies, out);
}

Value Builder::tree_of(const typed::Type& type, const std::function<Id()>& next) {
  if (std::holds_alternative<typed::TensorType>(type.node)) return Value::tensor(next());
  Value::Parts parts;
  if (auto* tuple = std::get_if<typed::TupleType>(&type.node))
    for (const auto& element : tuple->elements) parts.push_back(tree_of(element, next));
  if (const auto* fields = fields_of(type))
    for (const auto& field : *fields) parts.push_back(tree_of(field.type, next));
  return Value::tree(std::move(parts));
}

Value Builder::inputs_of(const typed::Type& type, const std::string& name, const Frame& frame) {
  std::vector<Leaf> all;
  leaves(type, frame, name, {}, all);
  std::size_t at = 0;
  return tree_of(type, [&] {
    const Leaf& leaf = all[at++];
    return graph.input(leaf.path, leaf.type);
  });
}

std::vector<Leaf> leaves(const typed::Module& module, const typed::Type& type, const BuildOptions& options) {
  const Builder builder(module, options);
  std::vector<Leaf> out;
  Builder::leaves(type, builder.root_frame(), "", {}, out);
  return out;
}

}  // namespace dp
