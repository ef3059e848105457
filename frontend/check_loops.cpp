// `for` and `while`: binders and their ranges, what is carried, and what the loop's value is.

#include "frontend/check_loops.h"

#include <algorithm>

#include "frontend/check_dims.h"
#include "frontend/check_expr.h"
#include "frontend/check_functions.h"
#include "frontend/check_notes.h"
#include "frontend/check_proof.h"
#include "frontend/check_range.h"

namespace dp::checker {
namespace {

/// A binder on its way: what is written of its range, checked outside of the loop.
struct Binding {
  const ast::Binder* syntax;
  std::optional<Dim> extent;
  typed::ExprPtr first, over;
  typed::VariableId variable = 0;
};

/// The type of a part along the first axis; none where there is no first axis.
std::optional<typed::Type> part_type(typed::Type type) {
  const auto drop = [](typed::TensorShape& shape) {
    if (shape.pack || shape.dims.empty()) return false;
    shape.dims.erase(shape.dims.begin());
    return true;
  };
  if (auto* leaf = std::get_if<typed::TensorType>(&type.node))
    return drop(leaf->shape) ? std::optional(type) : std::nullopt;
  if (auto* layer = std::get_if<typed::LayerType>(&type.node))
    return drop(layer->copies) ? std::optional(type) : std::nullopt;
  if (auto* each = std::get_if<typed::StructType>(&type.node))
    return drop(each->copies) ? std::optional(type) : std::nullopt;
  return std::nullopt;
}

Dim first_extent(const typed::Type& type) {
  if (const auto* leaf = as_tensor(type)) return leaf->shape.dims.front();
  if (const auto* layer = std::get_if<typed::LayerType>(&type.node)) return layer->copies.dims.front();
  return std::get<typed::StructType>(type.node).copies.dims.front();
}

bool read_limits(Body& body, const ast::Binary& limits, Span span, Binding& binding) {
  const auto begin = try_dim(body, *limits.left), end = try_dim(body, *limits.right);
  const Dim length =
      begin && end ? *end - *begin : form_of(body, *limits.right) - form_of(body, *limits.left);
  if (has_atoms(length)) {
    const bool sides = check_expr(body, *limits.left) && check_expr(body, *limits.right);
    if (sides) body.report(diagnose(diag::RangeLength, span).fix("a dimension as its end"));
    return false;
  }
  if (!check_size(body, length, span)) return false;
  binding.extent = length;
  if (begin && *begin == Dim(0)) return true;
  Value first = check_expr(body, *limits.left);
  if (!first) return false;
  settle_towards(body, first, tensor(typed::Scalar::i64));
  const auto* type = as_tensor(first.type());
  if (!type || !is_integer(type->scalar) || !type->shape.is_scalar()) {
    body.report(
        diagnose(diag::NotARange, limits.left->span, "a range that begins with " + text(first.type())));
    return false;
  }
  binding.first = convert(std::move(first.expr), typed::Scalar::i64);
  return true;
}

bool read_range(Body& body, Binding& binding) {
  const ast::Expr* range = binding.syntax->range.get();
  if (!range) return true;
  const auto* limits = std::get_if<ast::Binary>(&range->node);
  if (limits && limits->op == ast::BinaryOp::range) return read_limits(body, *limits, range->span, binding);
  Value over = check_expr(body, *range);
  if (!over) return false;
  settle_by_itself(over);
  if (!part_type(over.type())) {
    auto diagnostic = diagnose(diag::NotARange, range->span, text(over.type()));
    const auto* type = as_tensor(over.type());
    if (type && is_integer(type->scalar)) diagnostic.fixes.push_back("0.." + operand_text(body, range->span));
    body.report(std::move(diagnostic));
    return false;
  }
  binding.extent = first_extent(over.type());
  binding.over = std::move(over.expr);
  return true;
}

std::optional<std::vector<Binding>> read_binders(Body& body, const ast::For& loop) {
  std::vector<Binding> result;
  bool fine = true;
  for (const ast::Binder& each : loop.binders) {
    Binding binding{&each, {}, nullptr, nullptr};
    fine = read_range(body, binding) && fine;
    for (const Binding& other : result) {
      if (other.syntax->name.text != each.name.text) continue;
      body.report(diagnose(diag::RepeatedBinder, each.name.span, each.name.text)
                      .label(other.syntax->name.span, "the other"));
      fine = false;
    }
    result.push_back(std::move(binding));
  }
  return fine ? std::optional(std::move(result)) : std::nullopt;
}

/// In the scope of the loop.
void bind(Body& body, Binding& binding) {
  const ast::Name& name = binding.syntax->name;
  typed::TensorType number{typed::Scalar::i64, {}, {}};
  if (!binding.first) number.bound = binding.extent;
  typed::Type type = binding.over ? *part_type(binding.over->type) : typed::Type{number};
  binding.variable = body.bind(name.text, std::move(type), name.span, binding.over.get());
  body.notes[binding.variable].parameter = true;
  if (binding.over) return;
  IndexRange range{name.text, name.span, binding.extent.has_value(), binding.extent, {}, {}, false};
  body.ranges.emplace(binding.variable, std::move(range));
}

/// The type of the values of all steps. Null, and told, where there is none.
std::optional<typed::Type> stacked(Body& body, const typed::Type& type, const Shape& extents, Span span) {
  const auto add = [&](typed::TensorShape& shape) {
    if (shape.pack) {
      body.report(diagnose(diag::PackNotFirst, span).label(span, text(type)));
      return false;
    }
    shape.dims.insert(shape.dims.begin(), extents.begin(), extents.end());
    if (shape.dims.size() > 8) body.report(diagnose(diag::RankLimit, span, shape.dims.size()));
    return shape.dims.size() <= 8;
  };
  typed::Type result = type;
  bool fine = true;
  if (std::holds_alternative<typed::NothingType>(type.node)) return result;
  if (auto* leaf = std::get_if<typed::TensorType>(&result.node)) {
    fine = add(leaf->shape);
  } else if (auto* layer = std::get_if<typed::LayerType>(&result.node)) {
    fine = add(layer->copies);
  } else if (auto* each = std::get_if<typed::StructType>(&result.node)) {
    fine = add(each->copies);
  } else if (auto* tuple = std::get_if<typed::TupleType>(&result.node)) {
    for (typed::Type& element : tuple->elements) {
      auto part = stacked(body, element, extents, span);
      fine = fine && part;
      if (part) element = std::move(*part);
    }
  } else {
    body.report(diagnose(diag::NotStackable, span, text(type)));
    fine = false;
  }
  return fine ? std::optional(std::move(result)) : std::nullopt;
}

class Loop {
 public:
  Loop(Body& body, const ast::For& syntax, Span span) : body_(body), syntax_(syntax), span_(span) {}

  Value run(const CheckInside& inside) {
    auto binders = read_binders(body_, syntax_);
    if (!binders) return {};
    binders_ = std::move(*binders);
    CarriedNames carried(body_, rebound_names(body_, {&syntax_.body}, syntax_.binders));
    Value value;
    bool fine = true;
    {
      const ScopeGuard scope(body_);
      carried.enter();
      for (Binding& each : binders_) bind(body_, each);
      for (Binding& each : binders_) guess(each, carried.names());
      value = inside(body_);
      fine = carried.leave();
    }
    fine = value && fine && settle();
    return fine ? finished(std::move(value), carried) : Value{};
  }

 private:
  void guess(const Binding& binding, const std::vector<std::string>& rebound) {
    if (!binding.extent) guess_range(body_, binding.variable, syntax_, rebound);
  }

  bool settle() {
    std::vector<typed::VariableId> indices;
    for (const Binding& each : binders_) {
      if (!each.over) indices.push_back(each.variable);
    }
    if (!settle_ranges(body_, indices)) return false;
    for (Binding& each : binders_) {
      if (!each.extent) each.extent = body_.ranges.at(each.variable).extent;
    }
    return true;
  }

  Value finished(Value value, CarriedNames& carried) {
    Shape extents;
    for (const Binding& each : binders_) extents.push_back(*each.extent);
    auto type = stacked(body_, value.type(), extents, value.span());
    if (!type) return {};
    const Open open = carried.names().empty() ? value.open : Open::no;
    typed::ForExpr node;
    for (Binding& each : binders_)
      node.binders.push_back({each.variable, *each.extent, std::move(each.first), std::move(each.over)});
    node.body = std::move(value.expr);
    node.carried = carried.finish();
    return {make(std::move(*type), span_, std::move(node)), open};
  }

  Body& body_;
  const ast::For& syntax_;
  Span span_;
  std::vector<Binding> binders_;
};

std::optional<Dim> read_limit(Body& body, const ast::While& loop, bool& fine) {
  if (!loop.limit) return std::nullopt;
  const auto limit = try_dim(body, *loop.limit);
  if (!limit && check_expr(body, *loop.limit)) body.report(diagnose(diag::LimitNotKnown, loop.limit->span));
  fine = limit && check_size(body, *limit, loop.limit->span);
  return limit;
}

}  // namespace

Value loop_over(Body& body, const ast::For& loop, Span span, const CheckInside& inside) {
  return Loop(body, loop, span).run(inside);
}

Value check_for(Body& body, const ast::For& loop, Span span) {
  if (loop.function) return check_reducer(body, loop, span);
  if (auto counted = check_counted(body, loop, span)) return std::move(*counted);
  return loop_over(body, loop, span, [&](Body&) { return check_block(body, loop.body); });
}

void check_while(Body& body, const ast::While& loop, Span span, std::vector<typed::Statement>& statements) {
  bool fine = true;
  const auto limit = read_limit(body, loop, fine);
  CarriedNames carried(body, rebound_names(body, {&loop.body}));
  typed::ExprPtr condition;
  Value value;
  {
    const ScopeGuard scope(body);
    carried.enter();
    condition = check_condition(body, *loop.condition);
    value = check_block(body, loop.body);
    fine = carried.leave() && fine;
  }
  if (!fine || !condition || !value) return;
  settle_by_itself(value);
  typed::WhileExpr node{std::move(condition), limit, carried.finish(), std::move(value.expr)};
  statements.push_back(
      {span, typed::ExpressionStatement{make({typed::NothingType{}}, span, std::move(node))}});
}

}  // namespace dp::checker
