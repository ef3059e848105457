#pragma once
// Indices: what each item does with its axis, for reading `x[i, a..b, :]` and for updating it.

#include "frontend/check_value.h"

namespace dp::checker {

/// What is done with one explicit axis.
struct AxisPart {
  typed::IndexPart::Kind kind = typed::IndexPart::Kind::slice;
  Dim start = 0, length = 0;
  bool removed = false;     // a slice of one element whose axis disappears
  bool whole = true;        // the axis as it is
  typed::ExprPtr position;  // of all but slices
  Span span;
};

class Indexing {
 public:
  /// `object` has the type that is indexed, and a span for messages.
  Indexing(Body& body, const typed::Type& object, Span object_span, Span span);

  /// A part for each explicit axis, of copies for each axis of the copies; none where something is wrong,
  /// which is told.
  std::optional<std::vector<AxisPart>> read(const std::vector<ast::IndexItem>& items);
  /// The type of what the parts are.
  std::optional<typed::Type> type_of(const std::vector<AxisPart>& parts);
  /// The parts read from the object.
  Value take(Value object, std::vector<AxisPart> parts);

 private:
  std::size_t rank() const { return shape_.dims.size(); }
  std::optional<std::vector<const ast::IndexItem*>> align(const std::vector<ast::IndexItem>& items);
  std::optional<std::vector<const ast::IndexItem*>> refuse_leading(Span at);
  std::optional<AxisPart> read_item(const ast::IndexItem* item, std::size_t axis);
  std::optional<AxisPart> read_position(const ast::IndexItem& item, std::size_t axis);
  std::optional<AxisPart> read_computed(const ast::IndexItem& item, std::size_t axis);
  std::optional<AxisPart> read_slice(const ast::IndexItem& item, std::size_t axis);
  std::optional<AxisPart> read_window(const ast::IndexItem& item, std::size_t axis);
  std::optional<AxisPart> report_range(Span at, const Dim& position, std::size_t axis);
  Value sliced(Value object, const std::vector<AxisPart>& parts, typed::Type type);

  Body& body_;
  typed::Type type_;
  typed::TensorShape shape_;  // of the tensor, or of the copies
  Span object_span_, span_;
  Span gather_;  // of the integer tensor among the indices
  bool has_gather_ = false;
};

/// The parts as those of an IndexExpr or UpdateExpr.
std::vector<typed::IndexPart> index_parts(std::vector<AxisPart> parts);

}  // namespace dp::checker
