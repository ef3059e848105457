// `x[i, a..b, :, ..]`. What is known before the program runs is a slice, and then the axes that were indexed
// by one position disappear; positions that are computed stand in an IndexExpr.

#include "frontend/check_index.h"

#include <algorithm>

#include "frontend/check_copies.h"
#include "frontend/check_dims.h"
#include "frontend/check_expr.h"
#include "frontend/check_notes.h"
#include "frontend/check_proof.h"
#include "frontend/check_range.h"

namespace dp::checker {

using Item = ast::IndexItem;
using typed::TensorShape;
using Kind = typed::IndexPart::Kind;

namespace {

/// The shape that is indexed: a tensor's, or that of a struct's or layer's copies.
const TensorShape* indexed_shape(const typed::Type& type) {
  if (const auto* leaf = as_tensor(type)) return &leaf->shape;
  if (const auto* layer = std::get_if<typed::LayerType>(&type.node)) return &layer->copies;
  if (const auto* each = std::get_if<typed::StructType>(&type.node)) return &each->copies;
  return nullptr;
}

typed::Type with_shape(typed::Type type, TensorShape shape) {
  if (auto* leaf = std::get_if<typed::TensorType>(&type.node)) leaf->shape = std::move(shape);
  if (auto* layer = std::get_if<typed::LayerType>(&type.node)) layer->copies = std::move(shape);
  if (auto* each = std::get_if<typed::StructType>(&type.node)) each->copies = std::move(shape);
  return type;
}

}  // namespace

Indexing::Indexing(Body& body, const typed::Type& object, Span object_span, Span span)
    : body_(body), type_(object), shape_(*indexed_shape(object)), object_span_(object_span), span_(span) {}

std::optional<std::vector<AxisPart>> Indexing::read(const std::vector<Item>& items) {
  const auto aligned = align(items);
  if (!aligned) return std::nullopt;
  std::vector<AxisPart> parts;
  bool fine = true;
  for (std::size_t axis = 0; axis < rank(); ++axis) {
    auto part = read_item((*aligned)[axis], axis);
    fine = fine && part;
    if (part) parts.push_back(std::move(*part));
  }
  return fine ? std::optional(std::move(parts)) : std::nullopt;
}

/// One item, or none, for each explicit axis. With leading axes `..` in the type the items must begin with
/// `..`.
std::optional<std::vector<const Item*>> Indexing::align(const std::vector<Item>& items) {
  std::vector<const Item*> result(rank(), nullptr);
  std::size_t before = items.size();
  for (std::size_t k = 0; k < items.size(); ++k) {
    if (items[k].kind != Item::Kind::ellipsis) continue;
    if (before < items.size()) {
      body_.report(diagnose(diag::IndexType, items[k].span, "a second `..`"));
      return std::nullopt;
    }
    before = k;
  }
  const bool has_ellipsis = before < items.size();
  const std::size_t after = has_ellipsis ? items.size() - before - 1 : 0;
  if (shape_.pack && before > 0) return refuse_leading(items.front().span);
  if (before + after > rank()) {
    const Span extra = has_ellipsis ? items.back().span : items[rank()].span;
    body_.report(
        with_origins(diagnose(diag::TooManyIndices, extra, text(type_), counted(rank(), "axis", "axes"),
                              counted(before + after, "index", "indices"))
                         .label(object_span_, text(type_)),
                     body_, {type_}));
    return std::nullopt;
  }
  for (std::size_t k = 0; k < before; ++k) result[k] = &items[k];
  for (std::size_t k = 0; k < after; ++k) result[rank() - after + k] = &items[before + 1 + k];
  return result;
}

std::optional<std::vector<const Item*>> Indexing::refuse_leading(Span at) {
  body_.report(diagnose(diag::IndexOfLeadingAxes, at, text(type_))
                   .fix(source_text(body_, object_span_) + "[.., " + source_text(body_, at) + "]"));
  return std::nullopt;
}

std::optional<AxisPart> Indexing::read_item(const Item* item, std::size_t axis) {
  const Dim& extent = shape_.dims[axis];
  if (item == nullptr || item->kind == Item::Kind::all)
    return AxisPart{Kind::slice, 0, extent, false, true, nullptr, span_};
  return item->kind == Item::Kind::at ? read_position(*item, axis) : read_slice(*item, axis);
}

std::optional<AxisPart> Indexing::read_position(const Item& item, std::size_t axis) {
  const auto position = try_dim(body_, *item.begin);
  if (!position) return read_computed(item, axis);
  const Dim& extent = shape_.dims[axis];
  const Verdict low = prove_at_most(body_, Dim(0), *position);
  const Verdict high = prove_at_most(body_, *position + Dim(1), extent);
  if (low == Verdict::refuted || high == Verdict::refuted) return report_range(item.span, *position, axis);
  if (low == Verdict::proven && high == Verdict::proven)
    return AxisPart{Kind::slice, *position, 1, true, false, nullptr, item.span};
  return AxisPart{Kind::at, 0, 0, true, false, dim_value(*position, item.span).expr, item.span};
}

/// A position that is computed: a number, or an integer tensor that gathers along the axis.
std::optional<AxisPart> Indexing::read_computed(const Item& item, std::size_t axis) {
  Value index = check_expr(body_, *item.begin);
  if (!index) return std::nullopt;
  settle_by_itself(index);
  const auto* type = as_tensor(index.type());
  if (!type || !is_integer(type->scalar)) {
    body_.report(diagnose(diag::IndexType, item.span, text(index.type())));
    return std::nullopt;
  }
  if (type->shape.is_scalar()) {
    note_position(body_, *item.begin, shape_.dims[axis]);
    return AxisPart{Kind::at, 0, 0, true, false, std::move(index.expr), item.span};
  }
  if (has_gather_) {
    body_.report(diagnose(diag::TwoGathers, item.span).label(gather_, "the other"));
    return std::nullopt;
  }
  has_gather_ = true;
  gather_ = item.span;
  return AxisPart{Kind::gather, 0, shape_.dims[axis], false, false, std::move(index.expr), item.span};
}

std::optional<AxisPart> Indexing::read_slice(const Item& item, std::size_t axis) {
  const Dim& extent = shape_.dims[axis];
  // An end of a slice decides about a size, so `/` in it is exact as in shapes.
  const auto limit = [&](const ast::ExprPtr& expression, const Dim& missing) {
    return expression ? try_dim(body_, *expression, Division::exact) : std::optional(missing);
  };
  const auto begin = limit(item.begin, Dim(0)), end = limit(item.end, extent);
  if (!begin && try_dim(body_, *item.begin)) return inexact(*item.begin);
  if (!end && try_dim(body_, *item.end)) return inexact(*item.end);
  if (!begin || !end) return read_window(item, axis);
  if (const auto first = constant_size(body_, *begin); first && *first < 0)
    return report_range(item.span, *begin, axis);
  if (!check_size(body_, *end - *begin, item.span)) return std::nullopt;
  const Verdict fits = prove_at_most(body_, *end, extent);
  if (fits == Verdict::refuted) return report_range(item.span, *end, axis);
  if (fits == Verdict::open) {
    body_.report(with_origins(diagnose(diag::MissingClause, item.span, at_most_text(*end, extent)), body_,
                              {*end, extent})
                     .fix("where " + at_most_text(*end, extent)));
    assume_at_most(body_, *end, extent);  // one missing clause is one mistake
    return std::nullopt;
  }
  const bool whole = *begin == Dim(0) && *end == extent;
  return AxisPart{Kind::slice, *begin, *end - *begin, false, whole, nullptr, item.span};
}

/// Says what is not exact.
std::optional<AxisPart> Indexing::inexact(const ast::Expr& expression) {
  check_dim(body_, expression);
  return std::nullopt;
}

/// A slice that begins where the program says when it runs; its length is known.
std::optional<AxisPart> Indexing::read_window(const Item& item, std::size_t axis) {
  const auto fine = [&](const ast::ExprPtr& each) { return !each || check_expr(body_, *each); };
  Value begin = item.begin ? check_expr(body_, *item.begin) : dim_value(Dim(0), item.span);
  if (!begin || !fine(item.end)) return std::nullopt;
  settle_towards(body_, begin, tensor(typed::Scalar::i64));
  const auto* type = as_tensor(begin.type());
  if (!type || !is_integer(type->scalar) || !type->shape.is_scalar()) {
    body_.report(diagnose(diag::IndexType, begin.span(), text(begin.type())));
    return std::nullopt;
  }
  const Dim first = item.begin ? form_of(body_, *item.begin) : Dim(0);
  const Dim length = (item.end ? form_of(body_, *item.end) : shape_.dims[axis]) - first;
  if (has_atoms(length)) {
    body_.report(diagnose(diag::SliceLength, item.span));
    return std::nullopt;
  }
  if (!check_size(body_, length, item.span)) return std::nullopt;
  if (prove_at_most(body_, length, shape_.dims[axis]) == Verdict::refuted)
    return report_range(item.span, length, axis);
  return AxisPart{Kind::window, 0, length, false, false, std::move(begin.expr), item.span};
}

std::optional<AxisPart> Indexing::report_range(Span at, const Dim& position, std::size_t axis) {
  const Dim& extent = shape_.dims[axis];
  body_.report(with_origins(diagnose(diag::IndexRange, at, position.text(), axis, extent.text()), body_,
                            {position, extent})
                   .label(object_span_, text(type_)));
  return std::nullopt;
}

std::optional<typed::Type> Indexing::type_of(const std::vector<AxisPart>& parts) {
  TensorShape kept{shape_.pack, {}};
  for (const AxisPart& part : parts) {
    if (part.removed) continue;
    if (part.kind != Kind::gather) {
      kept.dims.push_back(part.length);
      continue;
    }
    const TensorShape& index = as_tensor(part.position->type)->shape;
    if (index.pack && (kept.pack || !kept.dims.empty())) {
      body_.report(diagnose(diag::PackNotFirst, part.span).label(part.span, text(part.position->type)));
      return std::nullopt;
    }
    kept.pack = kept.pack || index.pack;
    kept.dims.insert(kept.dims.end(), index.dims.begin(), index.dims.end());
  }
  if (kept.dims.size() > 8) {
    body_.report(diagnose(diag::RankLimit, span_, kept.dims.size()));
    return std::nullopt;
  }
  return with_shape(type_, std::move(kept));
}

Value Indexing::take(Value object, std::vector<AxisPart> parts) {
  auto type = type_of(parts);
  if (!type) return {};
  const auto is_whole = [](const AxisPart& part) { return part.whole; };
  const auto is_slice = [](const AxisPart& part) { return part.kind == Kind::slice; };
  if (std::all_of(parts.begin(), parts.end(), is_whole)) return object;
  if (as_tensor(type_) && std::all_of(parts.begin(), parts.end(), is_slice))
    return sliced(std::move(object), parts, std::move(*type));
  const Open open = has_gather_ ? Open::no : object.open;
  typed::IndexExpr node{std::move(object.expr), index_parts(std::move(parts))};
  return {make(std::move(*type), span_, std::move(node)), open};
}

Value Indexing::sliced(Value object, const std::vector<AxisPart>& parts, typed::Type type) {
  typed::StructuralExpr slice{Op::slice, {}, {}, {{}, {}, {}}, false};
  bool removes = false;
  for (const AxisPart& part : parts) {
    slice.dims[0].push_back(part.start);
    slice.dims[1].push_back(part.length);
    slice.dims[2].push_back(Dim(1));
    removes = removes || part.removed;
  }
  typed::Type all = with_shape(type_, {shape_.pack, slice.dims[1]});
  slice.operands.push_back(std::move(object.expr));
  typed::ExprPtr result = make(std::move(all), span_, std::move(slice));
  if (removes) result = make(std::move(type), span_, typed::ReshapeExpr{std::move(result), false});
  return {std::move(result), object.open};
}

std::vector<typed::IndexPart> index_parts(std::vector<AxisPart> parts) {
  std::vector<typed::IndexPart> result;
  for (AxisPart& part : parts) {
    const bool fixed = part.kind == Kind::slice && part.removed;
    typed::IndexPart each{fixed ? Kind::at : part.kind, part.start, part.length, std::move(part.position)};
    if (fixed) each.position = dim_value(part.start, part.span).expr;
    result.push_back(std::move(each));
  }
  return result;
}

/// `net.blocks[3]`: a copy whose position is known, which a gradient may be taken with respect to.
static bool is_copy(Body& body, const typed::Type& object, const ast::Index& index) {
  const auto is_known = [&](const Item& item) {
    return item.kind == Item::Kind::at && try_dim(body, *item.begin).has_value();
  };
  return copy_type(object).has_value() && std::ranges::all_of(index.items, is_known);
}

/// `pair[1]`: an element of a tuple.
static Value tuple_element(Body& body, Value object, const ast::Index& index, Span span) {
  const auto elements = std::get<typed::TupleType>(object.type().node).elements;
  const Item& item = index.items.front();
  const bool single = index.items.size() == 1 && item.kind == Item::Kind::at;
  const auto position = single ? try_dim(body, *item.begin) : std::nullopt;
  const auto number = position ? constant_size(body, *position) : std::nullopt;
  if (!number) {
    body.report(diagnose(diag::NotIndexable, object.span(), text(object.type()))
                    .fix("take it apart: `(a, b) = …`, or write the number of the element"));
    return {};
  }
  if (*number < 0 || *number >= static_cast<std::int64_t>(elements.size())) {
    body.report(diagnose(diag::IndexRange, item.span, position->text(), std::size_t{0},
                         std::to_string(elements.size()))
                    .label(object.span(), text(object.type())));
    return {};
  }
  const auto at = static_cast<std::size_t>(*number);
  return {make(elements[at], span, typed::ItemExpr{std::move(object.expr), at}), Open::no};
}

Value check_index(Body& body, const ast::Index& index, Span span) {
  Value object = check_expr(body, *index.object);
  if (!object) return {};
  if (std::holds_alternative<typed::TupleType>(object.type().node)) {
    settle_by_itself(object);
    return tuple_element(body, std::move(object), index, span);
  }
  const TensorShape* shape = indexed_shape(object.type());
  if (!shape || (!as_tensor(object.type()) && shape->is_scalar())) {
    body.report(diagnose(diag::NotIndexable, object.span(), text(object.type())));
    return {};
  }
  if (is_copy(body, object.type(), index)) return index_copies(body, std::move(object), index, span);
  Indexing indexing(body, object.type(), object.span(), span);
  auto parts = indexing.read(index.items);
  return parts ? indexing.take(std::move(object), std::move(*parts)) : Value{};
}

}  // namespace dp::checker
