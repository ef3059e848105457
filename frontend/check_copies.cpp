#include "frontend/check_copies.h"

#include "frontend/check_dims.h"
#include "frontend/check_notes.h"
#include "frontend/check_proof.h"
#include "frontend/check_types.h"

namespace dp::checker {
namespace {

const typed::TensorShape* copies_of(const typed::Type& type) {
  if (const auto* layer = std::get_if<typed::LayerType>(&type.node)) return &layer->copies;
  if (const auto* structure = std::get_if<typed::StructType>(&type.node)) return &structure->copies;
  return nullptr;
}

/// A position known at compile time, within the axis.
typed::ExprPtr check_position(Body& body, const ast::IndexItem& item, const typed::Type& type,
                              std::size_t axis) {
  if (item.kind != ast::IndexItem::Kind::at) {
    unsupported(body, item.span, "a part of stacked structs or layers");
    return nullptr;
  }
  const Dim extent = copies_of(type)->dims.front();
  const auto position = try_dim(body, *item.begin);
  if (!position) {
    if (check_expr(body, *item.begin))
      unsupported(body, item.span, "a copy whose position is known only at run time");
    return nullptr;
  }
  const auto value = constant_size(body, *position), size = constant_size(body, extent);
  if (value && (*value < 0 || (size && *value >= *size))) {
    body.report(with_origins(diagnose(diag::IndexRange, item.span, position->text(), axis, extent.text()),
                             body, {*position, extent}));
    return nullptr;
  }
  Value result = dim_value(*position, item.span);
  return std::move(result.expr);
}

}  // namespace

std::optional<typed::Type> copy_type(const typed::Type& type) {
  const typed::TensorShape* copies = copies_of(type);
  if (!copies || copies->dims.empty() || copies->pack) return std::nullopt;
  typed::Type result = type;
  auto* layer = std::get_if<typed::LayerType>(&result.node);
  Shape& dims = layer ? layer->copies.dims : std::get<typed::StructType>(result.node).copies.dims;
  dims.erase(dims.begin());
  return result;
}

Value copy_at(Value object, typed::ExprPtr position, Span span) {
  typed::Type type = *copy_type(object.type());
  return {make(std::move(type), span, typed::CopyExpr{std::move(object.expr), std::move(position)}),
          Open::no};
}

Value index_copies(Body& body, Value object, const ast::Index& index, Span span) {
  const std::size_t rank = copies_of(object.type())->dims.size();
  if (index.items.size() > rank) {
    body.report(diagnose(diag::TooManyIndices, span, text(object.type()), counted(rank, "axis", "axes"),
                         counted(index.items.size(), "index", "indices")));
    return {};
  }
  for (std::size_t k = 0; k < index.items.size(); ++k) {
    typed::ExprPtr position = check_position(body, index.items[k], object.type(), k);
    if (!position) return {};
    object = copy_at(std::move(object), std::move(position), span);
  }
  return object;
}

Value stack_structs(Body& body, std::vector<Value> parts, Span span) {
  for (const Value& each : parts) {
    if (agree(body, each.type(), parts.front().type())) continue;
    body.report(diagnose(diag::StackMismatch, each.span(), text(parts.front().type()), text(each.type()))
                    .label(parts.front().span(), text(parts.front().type())));
    return {};
  }
  const auto type = std::get<typed::StructType>(parts.front().type().node);
  typed::BlockExpr block;
  std::vector<typed::VariableId> names;
  for (Value& each : parts) {
    names.push_back(body.add_variable("", each.type(), each.span()));
    body.notes[names.back()].definition = each.expr.get();
    block.statements.push_back({each.span(), typed::LetStatement{names.back(), std::move(each.expr)}});
  }
  typed::StructExpr node{type.declaration, {}};
  for (std::size_t k = 0; k < type.declaration->fields.size(); ++k) {
    std::vector<Value> fields;
    for (const typed::VariableId name : names) {
      typed::ExprPtr object = use(body, name, span);
      typed::Type field = field_type(object->type, k);
      fields.push_back({make(std::move(field), span, typed::FieldExpr{std::move(object), k}), Open::no});
    }
    Value stacked = stack_parts(body, std::move(fields), span);
    if (!stacked) return {};
    node.fields.push_back(std::move(stacked.expr));
  }
  typed::StructType stacked = type;
  stacked.copies.dims.insert(stacked.copies.dims.begin(), Dim(static_cast<std::int64_t>(names.size())));
  block.value = make({stacked}, span, std::move(node));
  return {make({stacked}, span, std::move(block)), Open::no};
}

}  // namespace dp::checker
