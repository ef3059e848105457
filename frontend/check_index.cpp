// `x[i, a..b, :, ..]` with positions that are known before the program runs: a slice, and then the axes that
// were indexed by one position disappear.

#include "frontend/check_copies.h"
#include "frontend/check_dims.h"
#include "frontend/check_expr.h"
#include "frontend/check_notes.h"
#include "frontend/check_proof.h"

namespace dp::checker {

using typed::TensorShape;

namespace {

using Item = ast::IndexItem;

/// What remains of one axis.
struct Part {
  Dim start = 0, length = 0;
  bool removed = false;
  bool whole = true;
  bool gathered = false;
};

std::string counted(std::size_t count, const char* one, const char* many) {
  return count == 0 ? std::string("no ") + many : std::to_string(count) + " " + (count == 1 ? one : many);
}

class Indexing {
 public:
  Indexing(Body& body, Value object, Span span) : body_(body), object_(std::move(object)), span_(span) {}

  Value run(const std::vector<Item>& items) {
    const auto aligned = align(items);
    if (!aligned) return {};
    std::vector<Part> parts;
    bool fine = true;
    for (std::size_t axis = 0; axis < rank(); ++axis) {
      const auto part = read((*aligned)[axis], axis);
      if (part) parts.push_back(*part);
      fine = fine && part;
    }
    if (!fine) return {};
    Value sliced = build(parts);
    return gather_ ? gathered(std::move(sliced), parts) : std::move(sliced);
  }

 private:
  const TensorShape& shape() const { return as_tensor(object_.type())->shape; }
  std::size_t rank() const { return shape().dims.size(); }

  /// One item, or none, for each explicit axis. With leading axes `..` in the type the items must begin with
  /// `..`.
  std::optional<std::vector<const Item*>> align(const std::vector<Item>& items) {
    std::vector<const Item*> result(rank(), nullptr);
    std::size_t before = items.size();
    for (std::size_t k = 0; k < items.size(); ++k) {
      if (items[k].kind == Item::Kind::ellipsis) before = k;
    }
    const bool has_ellipsis = before < items.size();
    const std::size_t after = has_ellipsis ? items.size() - before - 1 : 0;
    if (shape().pack && before > 0) return refuse_leading(items.front().span);
    if (before + after > rank()) {
      body_.report(
          with_origins(diagnose(diag::TooManyIndices, span_, text(object_.type()),
                                counted(rank(), "axis", "axes"), counted(before + after, "index", "indices")),
                       body_, {object_.type()}));
      return std::nullopt;
    }
    for (std::size_t k = 0; k < before; ++k) result[k] = &items[k];
    for (std::size_t k = 0; k < after; ++k) result[rank() - after + k] = &items[before + 1 + k];
    return result;
  }

  std::optional<std::vector<const Item*>> refuse_leading(Span at) {
    body_.report(diagnose(diag::IndexOfLeadingAxes, at, text(object_.type()))
                     .fix(source_text(body_, object_.span()) + "[.., " + source_text(body_, at) + "]"));
    return std::nullopt;
  }

  std::optional<Part> read(const Item* item, std::size_t axis) {
    const Dim& extent = shape().dims[axis];
    if (item == nullptr || item->kind == Item::Kind::all) return Part{0, extent};
    if (item->kind == Item::Kind::at) return read_position(*item, axis);
    return read_slice(*item, axis);
  }

  std::optional<Part> read_position(const Item& item, std::size_t axis) {
    const auto position = try_dim(body_, *item.begin);
    if (!position) return read_gather(item, axis);
    const auto value = constant_size(body_, *position);
    const auto extent = constant_size(body_, shape().dims[axis]);
    if (value && (*value < 0 || (extent && *value >= *extent)))
      return report_range(item.span, *position, axis);
    return Part{*position, 1, true, false};
  }

  /// A position that is computed: an integer tensor that is known to lie in the axis gathers along it.
  std::optional<Part> read_gather(const Item& item, std::size_t axis) {
    Value index = check_expr(body_, *item.begin);
    if (!index) return std::nullopt;
    const auto* type = as_tensor(index.type());
    if (!type || !is_integer(type->scalar)) {
      body_.report(diagnose(diag::IndexType, item.span, text(index.type())));
      return std::nullopt;
    }
    if (gather_) {
      body_.report(diagnose(diag::TwoGathers, item.span).label(gather_.span(), "the other"));
      return std::nullopt;
    }
    const Dim& extent = shape().dims[axis];
    if (!type->bound || prove_at_most(body_, *type->bound, extent) != Verdict::proven) {
      unsupported(body_, item.span, "an index that is not proven to lie below `" + extent.text() + "`");
      return std::nullopt;
    }
    settle_by_itself(index);
    gather_ = std::move(index);
    return Part{0, extent, false, true, true};
  }

  /// An end of a slice decides about a size, so `/` in it is exact as in shapes.
  std::optional<Dim> bound(const ast::ExprPtr& expression, const Dim& missing) {
    if (!expression) return missing;
    auto value = try_dim(body_, *expression, Division::exact);
    if (value) return value;
    if (try_dim(body_, *expression)) return check_dim(body_, *expression);  // says what is not exact
    if (check_expr(body_, *expression))
      unsupported(body_, expression->span, "a slice whose place is known only at run time");
    return std::nullopt;
  }

  std::optional<Part> read_slice(const Item& item, std::size_t axis) {
    const Dim& extent = shape().dims[axis];
    const auto begin = bound(item.begin, Dim(0));
    const auto end = begin ? bound(item.end, extent) : std::nullopt;
    if (!begin || !end) return std::nullopt;
    if (const auto first = constant_size(body_, *begin); first && *first < 0) {
      return report_range(item.span, *begin, axis);
    }
    if (!check_size(body_, *end - *begin, item.span)) return std::nullopt;
    const Verdict fits = prove_at_most(body_, *end, extent);
    if (fits == Verdict::refuted) return report_range(item.span, *end, axis);
    if (fits == Verdict::open) {
      body_.report(with_origins(diagnose(diag::MissingClause, item.span, at_most_text(*end, extent)), body_,
                                {*end, extent})
                       .fix("where " + at_most_text(*end, extent)));
      return std::nullopt;
    }
    return Part{*begin, *end - *begin, false, false};
  }

  std::optional<Part> report_range(Span at, const Dim& position, std::size_t axis) {
    const Dim& extent = shape().dims[axis];
    body_.report(with_origins(diagnose(diag::IndexRange, at, position.text(), axis, extent.text()), body_,
                              {position, extent})
                     .label(object_.span(), text(object_.type())));
    return std::nullopt;
  }

  Value build(const std::vector<Part>& parts) {
    typed::TensorType type = *as_tensor(object_.type());
    typed::StructuralExpr slice{Op::slice, {}, {}, {{}, {}, {}}, false};
    TensorShape kept{type.shape.pack, {}};
    bool whole = true;
    for (const Part& part : parts) {
      slice.dims[0].push_back(part.start);
      slice.dims[1].push_back(part.length);
      slice.dims[2].push_back(Dim(1));
      whole = whole && part.whole;
      if (!part.removed) kept.dims.push_back(part.length);
    }
    if (whole) return std::move(object_);
    type.shape.dims = slice.dims[1];
    slice.operands.push_back(std::move(object_.expr));
    typed::ExprPtr result = make({type}, span_, std::move(slice));
    if (kept.dims.size() == parts.size()) return {std::move(result), object_.open};
    type.shape = std::move(kept);
    return {make({type}, span_, typed::ReshapeExpr{std::move(result), false}), object_.open};
  }

  /// The axis of the integer tensor is replaced by that tensor's axes.
  Value gathered(Value sliced, const std::vector<Part>& parts) {
    int axis = 0;  // from the end, among the axes that remain
    for (std::size_t k = parts.size(); k > 0; --k) {
      if (!parts[k - 1].removed) --axis;
      if (parts[k - 1].gathered) break;
    }
    typed::TensorType type = *as_tensor(sliced.type());
    const TensorShape& index = as_tensor(gather_.type())->shape;
    const auto place = type.shape.dims.end() + axis;
    if (index.pack && (type.shape.pack || place != type.shape.dims.begin())) {
      return unsupported(body_, gather_.span(), "`x[:, i]` with leading axes `..` in `i`");
    }
    const auto next = type.shape.dims.erase(place);
    type.shape.dims.insert(next, index.dims.begin(), index.dims.end());
    type.shape.pack = type.shape.pack || index.pack;
    typed::StructuralExpr node{
        Op::gather, list(std::move(sliced.expr), std::move(gather_.expr)), {axis}, {}, false};
    return {make({std::move(type)}, span_, std::move(node)), Open::no};
  }

  Body& body_;
  Value object_;
  Span span_;
  Value gather_;  // the integer tensor among the indices, where there is one
};

}  // namespace

Value check_index(Body& body, const ast::Index& index, Span span) {
  Value object = check_expr(body, *index.object);
  if (!object) return {};
  if (!as_tensor(object.type())) {
    const bool copies = std::holds_alternative<typed::LayerType>(object.type().node) ||
                        std::holds_alternative<typed::StructType>(object.type().node);
    if (copies && copy_type(object.type())) return index_copies(body, std::move(object), index, span);
    body.report(diagnose(diag::NotIndexable, object.span(), text(object.type())));
    return {};
  }
  return Indexing(body, std::move(object), span).run(index.items);
}

}  // namespace dp::checker
